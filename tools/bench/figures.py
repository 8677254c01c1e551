"""What a bench prints: figures, each with the aim of the design where there is one."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from statistics import median

FORMATS = {
    "frames/s": "{:,.0f}",
    "tokens/s": "{:,.0f}",
    "trips/s": "{:,.0f}",
    "ms": "{:.3f}",
    "ratio": "{:.2f}",
    "s/s": "{:,.0f}",
}
"""How a value of each unit is written."""


class Bound(Enum):
    """Which side of the aim is the good one; the value is its sign in JSON."""

    AT_LEAST = ">="
    AT_MOST = "<="


@dataclass(frozen=True, slots=True)
class Aim:
    """What the design wants of a figure, in the figure's unit."""

    bound: Bound
    value: float

    def is_met_by(self, value: float) -> bool:
        """Return whether a value is on the good side."""
        return value >= self.value if self.bound is Bound.AT_LEAST else value <= self.value


@dataclass(frozen=True, slots=True)
class Figure:
    """A median of `samples` measurements, or a ratio of two such medians."""

    name: str
    about: str
    value: float
    unit: str
    samples: int
    aim: Aim | None = None

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None without one."""
        return None if self.aim is None else self.aim.is_met_by(self.value)


def median_ms(name: str, about: str, samples_s: Sequence[float]) -> Figure:
    """Make the figure of durations in seconds."""
    return Figure(name, about, 1000 * median(samples_s), "ms", len(samples_s))


def median_rate(name: str, about: str, samples_s: Sequence[float]) -> Figure:
    """Return the figure of round trips a second, of the seconds of each."""
    return Figure(name, about, 1 / median(samples_s), "trips/s", len(samples_s))


def ratio(
    name: str, about: str, of: Figure, to: Sequence[tuple[float, Figure]], aim: Aim | None
) -> Figure:
    """Compare a figure with a weighted sum of others of its unit."""
    whole = sum(weight * figure.value for weight, figure in to)
    samples = min(of.samples, *(figure.samples for _, figure in to))
    return Figure(name, about, of.value / whole, "ratio", samples, aim)


def as_text(figures: Sequence[Figure]) -> str:
    """Return the table, a line a figure."""
    rows = [("figure", "value", "", "samples", "aim", ""), *map(_row, figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        f"{about:<{widths[0]}}  {value:>{widths[1]}} {unit:<{widths[2]}}"
        f"  {samples:>{widths[3]}}  {aim:<{widths[4]}}  {verdict}".rstrip()
        for about, value, unit, samples, aim, verdict in rows
    )


def _row(figure: Figure) -> tuple[str, str, str, str, str, str]:
    unit = "" if figure.unit == "ratio" else figure.unit
    value = _written(figure.unit, figure.value)
    if figure.aim is None:
        return figure.about, value, unit, str(figure.samples), "", ""
    aim = f"{figure.aim.bound.value} {_written(figure.unit, figure.aim.value)}"
    return figure.about, value, unit, str(figure.samples), aim, "met" if figure.met else "missed"


def _written(unit: str, value: float) -> str:
    return FORMATS[unit].format(value)


def as_json(figures: Sequence[Figure]) -> str:
    """Return the same figures as a JSON array of objects."""
    return json.dumps([_object(figure) for figure in figures], indent=2)


def _object(figure: Figure) -> dict[str, object]:
    return {
        "name": figure.name,
        "about": figure.about,
        "value": figure.value,
        "unit": figure.unit,
        "samples": figure.samples,
        "bound": figure.aim and figure.aim.bound.value,
        "aim": figure.aim and figure.aim.value,
        "met": figure.met,
    }
