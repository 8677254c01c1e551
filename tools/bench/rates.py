"""How often a second some work is done, of several kinds in turns, in seconds of the processor."""

from collections.abc import Callable, Hashable, Mapping
from time import perf_counter, process_time
from typing import TypeVar

SLICE_S = 0.005
"""Processor time that each has in its turn."""

Name = TypeVar("Name", bound=Hashable)
Pass = Callable[[], int]
"""One pass of a work; it returns how many pieces it did."""


def rates_in_turns(passes: Mapping[Name, Pass], seconds: float) -> dict[Name, list[float]]:
    """Return the rates of all turns by name, for so long and at least a turn of each."""
    rates = {name: [_rate(one_pass)] for name, one_pass in passes.items()}
    until = perf_counter() + seconds
    while perf_counter() < until:
        for name, one_pass in passes.items():
            rates[name].append(_rate(one_pass))
    return rates


def _rate(one_pass: Pass) -> float:
    """Return pieces per second of the processor."""
    done, start = 0, process_time()
    while (spent := process_time() - start) < SLICE_S:
        done += one_pass()
    return done / spent
