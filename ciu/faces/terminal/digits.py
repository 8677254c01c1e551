"""Large digits of seven segments, five rows high, drawn in half blocks. Pure.

The segments are named as everywhere: a on top, b and c down the right side, d at the foot, e and f
up the left side, g in the middle.
"""

ROWS = 5
WIDEST = 2
"""Digits are so many times as wide as the narrowest ones, at the most."""

SEGMENTS = {
    "0": "abcdef",
    "1": "bc",
    "2": "abdeg",
    "3": "abcdg",
    "4": "bcfg",
    "5": "acdfg",
    "6": "acdefg",
    "7": "abc",
    "8": "abcdefg",
    "9": "abcdfg",
    "-": "g",
    " ": "",
}

POINT = "."
FULL, UPPER, LOWER, NONE = "█▀▄ "
BAR = 2
"""Cells between the two sides of a narrow digit."""


def big_digits(text: str, width: int) -> tuple[str, ...]:
    """Return the rows of a figure, as wide as it fits; the narrowest where nothing fits.

    Raises KeyError for what is no digit, sign or point.
    """
    for stretch in range(WIDEST, 0, -1):
        rows = _rows(text, stretch)
        if len(rows[0]) <= width:
            break
    return rows


def _rows(text: str, stretch: int) -> tuple[str, ...]:
    drawn = [_point(stretch) if sign == POINT else _digit(sign, stretch) for sign in text]
    return tuple((NONE * stretch).join(row) for row in zip(*drawn, strict=True))


def _point(stretch: int) -> tuple[str, ...]:
    return (NONE * stretch,) * (ROWS - 1) + (LOWER * stretch,)


def _digit(sign: str, stretch: int) -> tuple[str, ...]:
    lit = SEGMENTS[sign]

    def row(left: str, middle: str, right: str) -> str:
        return left * stretch + middle * BAR * stretch + right * stretch

    def cell(*ways: tuple[str, str]) -> str:
        """Return the first sign of which a segment is lit."""
        return next((drawn for segments, drawn in ways if set(segments) & set(lit)), NONE)

    return (
        row(cell(("f", FULL), ("a", UPPER)), cell(("a", UPPER)), cell(("b", FULL), ("a", UPPER))),
        row(cell(("f", FULL)), NONE, cell(("b", FULL))),
        row(cell(("e", FULL), ("fg", UPPER)), cell(("g", UPPER)), cell(("c", FULL), ("bg", UPPER))),
        row(cell(("e", FULL)), NONE, cell(("c", FULL))),
        row(cell(("e", FULL), ("d", LOWER)), cell(("d", LOWER)), cell(("c", FULL), ("d", LOWER))),
    )
