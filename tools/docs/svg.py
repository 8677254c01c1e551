"""Pictures as SVG text: shapes in a few inks, readable on light and on dark paper. Pure.

No outside font and no script: a picture looks alike wherever it is opened, and two pictures of the
same code are the same text.
"""

from dataclasses import dataclass
from html import escape
from textwrap import wrap

MONO, SANS = 7.4, 6.5
"""Width of a letter of text of 12 pixels, generous, for the fonts that machines have."""

HEAD, HALF = 10, 5
"""Of an arrow: how long its head is, and half of how wide."""


@dataclass(frozen=True, slots=True)
class Ink:
    """What a class of shapes is drawn with, on light and on dark paper."""

    kind: str
    rule: str
    light: str
    dark: str


INKS = (
    Ink("paper", "fill", "#ffffff", "#0d1117"),
    Ink("folder", "stroke-width:1.5;fill", "#f6f8fa", "#151b23"),
    Ink("folder", "stroke", "#8c959f", "#656c76"),
    Ink("layer", "fill", "#eaeef2", "#212830"),
    Ink("band", "fill", "#f6f8fa", "#151b23"),
    Ink("box", "fill", "#ffffff", "#0d1117"),
    Ink("box", "stroke", "#d1d9e0", "#3d444d"),
    Ink("open", "fill", "#dafbe1", "#12301b"),
    Ink("open", "stroke", "#4ac26b", "#2ea043"),
    Ink("rail", "stroke", "#d1d9e0", "#3d444d"),
    Ink("arrow", "stroke-width:1.6;fill:none;stroke", "#0969da", "#4493f8"),
    Ink("head", "fill", "#0969da", "#4493f8"),
    Ink("ring", "stroke-width:1.6;fill", "#ffffff", "#0d1117"),
    Ink("ring", "stroke", "#0969da", "#4493f8"),
    Ink("title", "font:700 17px system-ui,sans-serif;fill", "#1f2328", "#f0f6fc"),
    Ink("name", "font:600 12px ui-monospace,monospace;fill", "#1f2328", "#f0f6fc"),
    Ink("said", "font:12px system-ui,sans-serif;fill", "#59636e", "#9198a1"),
    Ink("code", "font:12px ui-monospace,monospace;fill", "#59636e", "#9198a1"),
)


def lines_of(words: str, width: float, *, letter: float = SANS) -> list[str]:
    """Break words into lines that fit a width, all in pixels."""
    return wrap(words, max(int(width / letter), 1), break_long_words=False)


def rect(kind: str, at: tuple[float, float], size: tuple[float, float], *, corner: int = 4) -> str:
    """Return a rectangle with rounded corners; its upper left corner and its size in pixels."""
    (x, y), (width, height) = at, size
    place = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{corner}"'
    return f'<rect class="{kind}" {place}/>'


def text(kind: str, at: tuple[float, float], words: str, *, anchor: str = "start") -> str:
    """Return a line of text; `at` is its start, its middle or its end on the base line."""
    place = f'x="{at[0]:g}" y="{at[1]:g}" text-anchor="{anchor}"'
    return f'<text class="{kind}" {place}>{escape(words, quote=False)}</text>'


def circle(kind: str, at: tuple[float, float], radius: float) -> str:
    """Return a circle by its centre."""
    return f'<circle class="{kind}" cx="{at[0]:g}" cy="{at[1]:g}" r="{radius:g}"/>'


def path(kind: str, way: str) -> str:
    """Return a path in SVG's own words."""
    return f'<path class="{kind}" d="{way}"/>'


def arrow(start: tuple[float, float], tip: tuple[float, float]) -> list[str]:
    """Return an arrow between two points on a level or on a plumb line."""
    (x, y), (tip_x, tip_y) = start, tip
    if y == tip_y:
        back = HEAD if tip_x < x else -HEAD
        shaft, head = f"H{tip_x + back:g}", f"l{back} {-HALF}v{2 * HALF}z"
    else:
        back = HEAD if tip_y < y else -HEAD
        shaft, head = f"V{tip_y + back:g}", f"l{-HALF} {back}h{2 * HALF}z"
    return [path("arrow", f"M{x:g} {y:g}{shaft}"), path("head", f"M{tip_x:g} {tip_y:g}{head}")]


def titled(words: str, shapes: list[str]) -> str:
    """Return shapes as one, with words that a pointer resting on them brings up."""
    return "\n".join(["<g>", f"<title>{escape(words, quote=False)}</title>", *shapes, "</g>"])


def picture(title: str, size: tuple[float, float], shapes: list[str]) -> str:
    """Return the file: paper of a size in pixels, and the shapes on it in order."""
    width, height = size
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}"'
            f' width="{width:g}" height="{height:g}" role="img">',
            f"<title>{escape(title, quote=False)}</title>",
            f"<style>{_rules(dark=False)}",
            f"@media(prefers-color-scheme:dark){{{_rules(dark=True)}}}</style>",
            rect("paper", (0, 0), size, corner=8),
            *shapes,
            "</svg>",
        ]
    )


def _rules(*, dark: bool) -> str:
    inks = ((ink, ink.dark if dark else ink.light) for ink in INKS)
    return "".join(f".{ink.kind}{{{ink.rule}:{colour}}}" for ink, colour in inks)
