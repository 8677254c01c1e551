"""Text that never runs over the display: a two-line picture in one translatable string.

`\\n` parts the two lines, `|` parts the ways to say one line, fullest first, `\\t` pushes what
follows to the right edge. A translator may give fewer or more ways than English has.
"""

from ciu import COLUMNS

Lines = tuple[str, str]


def lay_out(template: str, values: dict[str, str]) -> Lines:
    """Fill a template; raises ValueError where no way of a line fits."""
    first, _, second = template.partition("\n")
    return _line(first, values), _line(second, values)


def _line(template: str, values: dict[str, str]) -> str:
    for way in template.split("|"):
        left, _, right = (part.format_map(values) for part in way.partition("\t"))
        line = _spread(left, right)
        if len(line) <= COLUMNS:
            return line
    raise ValueError(f"no way of saying {template!r} fits {COLUMNS} characters")


def _spread(left: str, right: str) -> str:
    if not right:
        return left.rstrip()
    return f"{left}{right:>{max(COLUMNS - len(left), len(right) + bool(left))}}"


def clip(text: str) -> str:
    """Cut text of unknown length to the display, the cut marked; drop unprintable signs."""
    seen = "".join(char for char in text if char.isprintable())
    return seen if len(seen) <= COLUMNS else seen[: COLUMNS - 1] + "…"
