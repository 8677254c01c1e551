"""The display pages as rows: what each reads from the meter, and how it says it (ciu.md 2).

`rows` name rows of the object map. A page is drawn when all its rows have been read; until then
it shows its title.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ciu import COLUMNS, wording
from ciu.wording import Lines, Words
from link.terms import Alarm, LedgerHead, SupplyExplanation, Unit

CREDIT = "account.available_credit"
LOW_CREDIT = "account.low_credit_threshold"
POWER = "power.value"
ENERGY = "energy_import.value"
SUPPLY = "supply_explanation.value"
ALARMS = "alarms.value"
LEDGER = "ledger_head.value"
DAYS_LEFT = "days_left.value"

KEY_TYPES = ("DITK", "DDTK", "DUTK", "DCTK")
"""Names of key types 0-3 (sts.md 2.2)."""

VALUE = "{title}\t…{tail}|{title}\n{value}"
OLD_VALUE = "{title}\t…{tail}|{title}\n{value}\t{age} old|{value}\t{age}|{value}"
UNREAD = "{title}\t…{tail}|{title}\nreading…"
NOT_THERE = "{title}\t…{tail}|{title}\nnot on this meter"
KEY_IN_USE = "Key revision {krn}\nKey type {kt} {name}|Key type {kt}"

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
    """None for a row that the meter does not have."""

    def number(self, row: str) -> int:
        """Return a whole number; raises TypeError where the row holds something else."""
        value = self.values[row]
        if not isinstance(value, int):
            raise TypeError(f"{row} is no number: {value!r}")
        return value


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
    if all(seen.values.get(row) is not None for row in page.rows):
        return page.draw(words, page, seen)
    unread = any(row not in seen.values for row in page.rows)
    title = words.translate(page.title)
    return words.say(UNREAD if unread else NOT_THERE, title=title, tail=seen.tail)


def _value(words: Words, page: Page, seen: Seen, value: str) -> Lines:
    title = words.translate(page.title)
    age = wording.span(seen.age_s)
    template = OLD_VALUE if seen.age_s else VALUE
    return words.say(template, title=title, tail=seen.tail, value=value, age=age)


def _number(form: Callable[[int], str]) -> Draw:
    """Return how a page with one number is drawn."""
    return lambda words, page, seen: _value(words, page, seen, form(seen.number(page.rows[0])))


def _text(words: Words, page: Page, seen: Seen) -> Lines:
    return _value(words, page, seen, wording.clip(str(seen.values[page.rows[0]])) or "-")


def _key_in_use(words: Words, page: Page, seen: Seen) -> Lines:
    krn, kt = (seen.number(row) for row in page.rows)
    name = KEY_TYPES[kt] if kt < len(KEY_TYPES) else ""
    return words.say(KEY_IN_USE, krn=str(krn), kt=str(kt), name=name)


def _supply(words: Words, page: Page, seen: Seen) -> Lines:
    explained = seen.values[page.rows[0]]
    if not isinstance(explained, SupplyExplanation):
        raise TypeError(f"{page.rows[0]} is no explanation: {explained!r}")
    return wording.supply(words, explained, seen.at)


def _last_token(words: Words, page: Page, seen: Seen) -> Lines:
    head = seen.values[page.rows[0]]
    if not isinstance(head, LedgerHead):
        raise TypeError(f"{page.rows[0]} is no ledger head: {head!r}")
    return _value(words, page, seen, words.when(head.at, seen.at) if head.at else "-")


def _every_segment(_words: Words, _page: Page, _seen: Seen) -> Lines:
    return "8" * COLUMNS, "8" * COLUMNS


def _energy(wh: int) -> str:
    return wording.amount(wh, Unit.WATT_HOUR)


_PAGES = (
    Page("credit", "Credit left", (CREDIT,), _number(_energy)),
    Page("power", "Power now", (POWER,), _number(wording.kilowatts), test=9),
    Page("supply", "Supply", (SUPPLY,), _supply, test=1),
    Page("total", "Total used", (ENERGY,), _number(_energy), test=3),
    Page("low_credit", "Low credit level", (LOW_CREDIT,), _number(_energy)),
    Page("last_token", "Last token", (LEDGER,), _last_token),
    Page("meter_number", "Meter number", ("meter_number.value",), _text, test=18),
    Page("firmware", "Firmware", ("firmware.value",), _text, test=10),
    Page("key", "Key", ("sts.key_revision_number", "sts.key_type"), _key_in_use, test=4),
    Page("tariff", "Tariff index", ("sts.tariff_index",), _number("{:02d}".format), test=5),
    Page(
        "algorithm", "Algorithm", ("sts.encryption_algorithm",), _number("EA{:02d}".format), test=14
    ),
    Page("key_tokens", "Key change tokens", ("sts.no_of_kct_supported",), _number(str), test=15),
    Page("group", "Supply group", ("sts.supply_group_code",), _number("{:06d}".format), test=16),
    Page("key_expiry", "Key expiry number", ("sts.key_expiry_number",), _number(str), test=17),
    Page("display_test", "Display test", (), _every_segment, test=2),
)

PAGES = {page.name: page for page in _PAGES}
"""Every page by its name."""


def pages_of_test(control: int) -> tuple[Page, ...]:
    """Return the pages that a class 1 token asks for; bit n-1 of its control is test n."""
    tested = (page for page in PAGES.values() if page.test and control >> (page.test - 1) & 1)
    return tuple(sorted(tested, key=lambda page: page.test))


def alarms_raised(values: Mapping[str, object]) -> tuple[Alarm, ...]:
    """Return the alarms that have words and are raised, most pressing first."""
    raised = values.get(ALARMS)
    if not isinstance(raised, int):
        return ()
    return tuple(alarm for alarm in wording.ALARMS if alarm & raised)
