"""Pictures as SVG text: shapes in a few inks, readable on light and on dark paper. Pure.

No outside font and no script: a picture looks alike wherever it is opened, and two pictures of the
same code are the same text.
"""

from dataclasses import dataclass
from html import escape
from textwrap import wrap

MONO_SHARE, SANS_SHARE = 0.61, 0.54
"""Width of a character as a share of its size, generous, for the fonts that machines have."""


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


def lines_of(words: str, width: float, *, size: float = 12, share: float = SANS_SHARE) -> list[str]:
    """Break words into lines that fit a width, all in pixels."""
    return wrap(words, max(int(width / (size * share)), 1), break_long_words=False)


def rect(kind: str, at: tuple[float, float], size: tuple[float, float], *, round: int = 4) -> str:
    """Return a rectangle with rounded corners; its upper left corner and its size in pixels."""
    (x, y), (width, height) = at, size
    place = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{round}"'
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
            f"<style>{_rules('light')}",
            f"@media(prefers-color-scheme:dark){{{_rules('dark')}}}</style>",
            rect("paper", (0, 0), size, round=8),
            *shapes,
            "</svg>",
        ]
    )


def _rules(paper: str) -> str:
    return "".join(f".{ink.kind}{{{ink.rule}:{getattr(ink, paper)}}}" for ink in INKS)
