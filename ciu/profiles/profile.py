"""A brand as data: its short codes, its idle pages, the times of its keypad and display."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import digits

from ciu.profiles.meanings import MEANINGS, Meaning

ANY_DIGIT = "x"
"""Stands for one digit in a code."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Times in seconds; the defaults are usual in the field (ciu.md 2, 5)."""

    submit_pause_s: float = 2.0
    entry_idle_s: float = 30.0
    double_erase_s: float = 0.5
    result_s: float = 10.0
    notice_s: float = 5.0
    idle_page_s: float = 10.0
    code_page_s: float = 30.0
    checking_s: float = 120.0
    alarm_repeat_s: float = 1800.0


@dataclass(frozen=True, slots=True)
class Profile:
    """One brand. `codes` holds what is typed before E and the name of its meaning."""

    name: str
    title: str
    codes: Mapping[str, str]
    opener: str = ""
    """What the customer presses before a code; not part of it."""
    idle: tuple[str, ...] = ("credit", "outlook", "supply")
    figures: Figures = Figures()

    def meaning(self, typed: str) -> Meaning | None:
        """Return what a code asks for on this brand, or None; the opener may be left out."""
        code = typed.removeprefix(self.opener)
        for pattern, name in self.codes.items():
            if _fits(code, pattern):
                return MEANINGS[name]
        return None


def _fits(code: str, pattern: str) -> bool:
    return len(code) == len(pattern) and all(
        char == wanted or (wanted == ANY_DIGIT and char in digits)
        for char, wanted in zip(code, pattern, strict=True)
    )


def codes_between(first: int, last: int, meaning: str) -> Iterator[tuple[str, str]]:
    """Yield rows for codes that follow each other and ask for the same."""
    return ((str(code), meaning) for code in range(first, last + 1))
