"""A display page: what it reads from the meter, and what it is drawn from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ciu import wording
from ciu.pages.rows import COMMODITY, CURRENCY
from ciu.wording import Account, Commodity, Lines, Words
from link.terms import LASTING, LinkTrouble

VALUE = "{title}\t…{tail}|{title}\n{value}"
OLD_VALUE = "{title}\t…{tail}|{title}\n{value}\t{age} old|{value}\t{age}|{value}"
UNREAD = "{title}\t…{tail}|{title}\nreading…"
UNREACHED = "{title}\t…{tail}|{title}\nno link"
NOT_THERE = "{title}\t…{tail}|{title}\nnot on this meter"
REFUSED = "{title}\t…{tail}|{title}\nrefused by meter"
Draw: TypeAlias = "Callable[[Words, Page, Seen], Lines]"


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of one meter: values by row key, read at `at` UTC seconds of this unit."""

    tail: str
    """The meter's last four digits."""
    at: int
    age_s: int
    """0 while the values are fresh."""
    values: Mapping[str, object]
    """A LASTING trouble for a row that the meter has refused."""
    elapsed_s: int = 0
    """Since they were read."""
    silent: bool = False
    """Whether the meter does not answer."""
    confirming: bool = False
    """Whether the meter was asked to connect again, and has not told of it yet."""

    def number(self, row: str) -> int:
        """Return a whole number; raises TypeError where the row holds something else."""
        value = self.values[row]
        if not isinstance(value, int):
            raise TypeError(f"{row} is no number: {value!r}")
        return value

    @property
    def account(self) -> Account | None:
        """What the meter's account holds, as far as is known."""
        return wording.account_of(self.values.get(CURRENCY))

    @property
    def commodity(self) -> Commodity | None:
        """What the meter meters, as far as is known."""
        return wording.commodity_of(self.values.get(COMMODITY))


@dataclass(frozen=True, slots=True)
class Page:
    """One page; `test` is the STS test that it answers (sts.md 8), 0 for none."""

    name: str
    title: str
    rows: tuple[str, ...]
    draw: Draw
    test: int = 0


def draw(words: Words, page: Page, seen: Seen) -> Lines:
    """Return the two lines of a page."""
    if all(_is_told(seen, row) for row in page.rows):
        return page.draw(words, page, seen)
    return words.say(_lacking(page, seen), title=words.translate(page.title), tail=seen.tail)


def _is_told(seen: Seen, row: str) -> bool:
    return row in seen.values and not isinstance(seen.values[row], LinkTrouble)


def _lacking(page: Page, seen: Seen) -> str:
    refusals = [seen.values[row] for row in page.rows if seen.values.get(row) in LASTING]
    if refusals:
        return REFUSED if LinkTrouble.REFUSED_ACCESS in refusals else NOT_THERE
    return UNREACHED if seen.silent else UNREAD


def say_not_there(words: Words, page: Page, seen: Seen) -> Lines:
    """Say that the meter does not have what the page is about."""
    return words.say(NOT_THERE, title=words.translate(page.title), tail=seen.tail)


def draw_value(words: Words, page: Page, seen: Seen, value: str) -> Lines:
    title = words.translate(page.title)
    age = wording.span(seen.age_s)
    template = OLD_VALUE if seen.age_s else VALUE
    return words.say(template, title=title, tail=seen.tail, value=value, age=age)
