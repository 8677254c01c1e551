"""The cells of a terminal picture that must join: blocks and frames as shapes, not as letters.

A font leaves seams between such letters, each font others.
"""

import re
from html import escape, unescape
from itertools import groupby

CELL_WIDTH, CELL_HEIGHT = 12.2, 24.4
ASCENT = 18.5
"""From the top of a cell to the base line, in pixels as Rich draws a terminal."""

BAR = 2
"""How thick a frame is drawn."""

SPACE = "\N{NO-BREAK SPACE}"

BLOCKS = {"█": (0, 8), "▀": (0, 4), "▄": (4, 8), "▂": (6, 8), "▆": (2, 8)}
"""From where to where a block fills its cell, in eighths from the top."""

FRAMES = {"┌": "rd", "┐": "ld", "└": "ru", "┘": "lu", "╭": "rd", "╮": "ld", "╰": "ru", "╯": "lu"}
FRAMES |= {"─": "lr", "│": "ud"}
"""To which sides the arms of a frame reach: left, right, up, down."""

TEXT = re.compile(
    r'<text class="([\w-]+)" x="([\d.]+)" y="([\d.]+)" textLength="[\d.]+"[^>]*>([^<]*)</text>'
)
CLIP = re.compile(r'<clipPath id="[\w-]+-line-\d+">\s*<rect[^>]*/>\s*</clipPath>\s*')


def joined(drawn: str) -> str:
    """Return a picture as Rich exports it, with shapes in place of the letters that must join."""
    return TEXT.sub(_redrawn, CLIP.sub("", drawn))


def _redrawn(found: re.Match[str]) -> str:
    kind, x, y, inside = found.groups()
    shapes = []
    column = 0
    for sign, run in groupby(unescape(inside), _joining):
        letters = "".join(run)
        corner = (float(x) + column * CELL_WIDTH, float(y) - ASCENT)
        if sign:
            shapes += _shapes(kind, sign, corner, len(letters))
        elif letters.strip():
            shapes.append(_words(kind, letters, corner))
        column += len(letters)
    return "".join(shapes)


def _joining(sign: str) -> str:
    return sign if sign in BLOCKS or sign in FRAMES else ""


def _shapes(kind: str, sign: str, at: tuple[float, float], cells: int) -> list[str]:
    """Return a run of one sign; `at` is its upper left corner."""
    x, y = at
    width = cells * CELL_WIDTH
    if sign in BLOCKS:
        top, bottom = (eighth * CELL_HEIGHT / 8 for eighth in BLOCKS[sign])
        return [_rect(kind, (x, y + top), (width, bottom - top))]
    middle, centre = x + (CELL_WIDTH - BAR) / 2, y + (CELL_HEIGHT - BAR) / 2
    across, down = (CELL_WIDTH + BAR) / 2, (CELL_HEIGHT + BAR) / 2
    arms = {
        "lr": [_rect(kind, (x, centre), (width, BAR))],
        "l": [_rect(kind, (x, centre), (across, BAR))],
        "r": [_rect(kind, (middle, centre), (across, BAR))],
        "u": [_rect(kind, (middle, y), (BAR, down))],
        "d": [_rect(kind, (middle, centre), (BAR, down))],
    }
    reach = FRAMES[sign]
    return arms[reach] if reach in arms else [arm for side in reach for arm in arms[side]]


def _rect(kind: str, at: tuple[float, float], size: tuple[float, float]) -> str:
    place = f'x="{at[0]:.1f}" y="{at[1]:.1f}" width="{size[0]:.1f}" height="{size[1]:.1f}"'
    return f'<rect class="{kind}" {place} shape-rendering="crispEdges"/>'


def _words(kind: str, letters: str, at: tuple[float, float]) -> str:
    words = letters.strip()
    x = at[0] + letters.index(words) * CELL_WIDTH
    inside = escape(words, quote=False).replace(" ", SPACE)
    place = f'x="{x:.1f}" y="{at[1] + ASCENT:.1f}" textLength="{len(words) * CELL_WIDTH:.1f}"'
    return f'<text class="{kind}" {place}>{inside}</text>'
