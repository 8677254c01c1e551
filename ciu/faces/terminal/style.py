"""How the face looks. Colours are of the 256 that most terminals have, so that none is shifted."""

from textual.theme import Theme

THEME = Theme(
    name="splitmeter",
    primary="#5f87ff",
    secondary="#5fafff",
    accent="#5fd7ff",
    warning="#ffd75f",
    error="#ff5f5f",
    success="#5fd75f",
    foreground="#dadada",
    background="#121212",
    surface="#1c1c1c",
    panel="#262626",
    dark=True,
    variables={"muted": "#8a8a8a"},
)

SHEET = """
Screen { layout: vertical; background: $background; color: $foreground; }
Picture { text-wrap: nowrap; }
#face { height: 1fr; }
#unit { width: 42; border: solid $primary; }
#beside { width: 1fr; }
#beside > * { border: solid $primary; padding: 0 1; }
#signs { height: 2; margin: 0 1 1 1; }
#credit { height: 6; margin: 0 1; }
#display { height: 4; }
#lines { width: 22; height: 4; border: solid $accent; color: $accent; }
#lamp { width: 1fr; height: 1; margin: 1 0 0 1; }
#keypad { width: 29; height: 7; margin: 1 5 0 5; grid-size: 4 4; grid-gutter: 1 3; grid-rows: 1; }
.cap { width: 5; height: 1; }
.cap:hover { background: $primary; color: $background; }
#line { height: auto; max-height: 50%; }
#happened { height: 1fr; }
#small { display: none; height: 1fr; content-align: center middle; text-align: center; }
Footer { background: $panel; }
.-small #face, .-small Footer { display: none; }
.-small #small { display: block; }
.-wide #unit { width: 54; }
.-wide #signs, .-wide #credit { margin: 0 2 1 2; }
.-wide #display { margin: 0 1; }
.-tall #unit { align: left middle; }
.-tall #signs { margin: 1 2; }
.-tall #display { margin: 1 1 0 1; }
.-tall #keypad { width: 34; height: 12; margin: 1 3; grid-gutter: 0 2; grid-rows: 3; }
.-tall .cap { width: 7; height: 3; border: round $primary; content-align: center middle; }
.-tall.-wide #keypad { margin: 1 9; }
"""
