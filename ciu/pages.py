"""The display pages as rows: what each reads from the meter, and how it says it (ciu.md 2).

`rows` name rows of the object map. A page is drawn when all its rows have been read; until then
it shows its title.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ciu import COLUMNS, wording
from ciu.wording import Lines, Words
from link.cosem import row
from link.terms import DAYS_UNKNOWN, Alarm, LedgerHead, SupplyExplanation, Unit, Usage

CREDIT = "account.available_credit"
LOW_CREDIT = "account.low_credit_threshold"
POWER = "power.value"
ENERGY = "energy_import.value"
SUPPLY = "supply_explanation.value"
ALARMS = "alarms.value"
LEDGER = "ledger_head.value"
DAYS_LEFT = "days_left.value"
VOLTAGE = "voltage.value"
CURRENT = "current.value"
POWER_FACTOR = "power_factor.value"
FREQUENCY = "frequency.value"
POWER_LIMIT = "limiter.threshold_active"
OVERLOADS = "overloads.value"
POWER_OFFS = "power_offs.value"
USAGE = "usage.value"

KEY_TYPES = ("DITK", "DDTK", "DUTK", "DCTK")
"""Names of key types 0-3 (sts.md 2.2)."""

VALUE = "{title}\t…{tail}|{title}\n{value}"
OLD_VALUE = "{title}\t…{tail}|{title}\n{value}\t{age} old|{value}\t{age}|{value}"
UNREAD = "{title}\t…{tail}|{title}\nreading…"
UNREACHED = "{title}\t…{tail}|{title}\nno link"
NOT_THERE = "{title}\t…{tail}|{title}\nnot on this meter"
OUTLOOK = "Credit left\t{days}\n{power} now"
USED = "Today\t{shorter}|{shorter}\nThis month\t{longer}|Month\t{longer}|{longer}"
USED_BEFORE = "Yesterday\t{shorter}|{shorter}\nLast month\t{longer}|{longer}"
INTERRUPTIONS = "Overloads\t{overloads}\nPower-offs\t{power_offs}|Offs\t{power_offs}"
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
    return words.say(_lacking(page, seen), title=words.translate(page.title), tail=seen.tail)


def _lacking(page: Page, seen: Seen) -> str:
    if all(row in seen.values for row in page.rows):
        return NOT_THERE
    return UNREACHED if seen.silent else UNREAD


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
    explained = _explained(page, seen)
    return wording.supply(words, wording.after(explained, seen.elapsed_s), seen.at, seen.age_s)


def _overload(words: Words, page: Page, seen: Seen) -> Lines:
    explained = wording.after(_explained(page, seen), seen.elapsed_s)
    return wording.overload(words, explained, confirming=seen.confirming)


def _overload_advice(words: Words, page: Page, seen: Seen) -> Lines:
    return wording.overload_advice(words, _explained(page, seen))


def _explained(page: Page, seen: Seen) -> SupplyExplanation:
    explained = seen.values[page.rows[0]]
    if not isinstance(explained, SupplyExplanation):
        raise TypeError(f"{page.rows[0]} is no explanation: {explained!r}")
    return explained


def _last_token(words: Words, page: Page, seen: Seen) -> Lines:
    head = seen.values[page.rows[0]]
    if not isinstance(head, LedgerHead):
        raise TypeError(f"{page.rows[0]} is no ledger head: {head!r}")
    return _value(words, page, seen, words.when(head.at, seen.at) if head.at else "none yet")


def _outlook(words: Words, page: Page, seen: Seen) -> Lines:
    """Say how long the credit lasts at the power of now, where the meter can tell."""
    days, power = seen.values.get(DAYS_LEFT), wording.kilowatts(seen.number(POWER))
    if not isinstance(days, int) or days == DAYS_UNKNOWN or seen.age_s:
        return _value(words, page, seen, power)
    return words.say(OUTLOOK, days=_days(days), power=power)


def _usage(template: str, spans: Callable[[Usage], tuple[int, int]]) -> Draw:
    """Return how the energy of two spans is drawn, in Wh, the shorter span first."""

    def drawn(words: Words, page: Page, seen: Seen) -> Lines:
        used = seen.values[page.rows[0]]
        if not isinstance(used, Usage):
            raise TypeError(f"{page.rows[0]} is no usage: {used!r}")
        shorter, longer = map(_energy, spans(used))
        return words.say(template, shorter=shorter, longer=longer)

    return drawn


def _interruptions(words: Words, page: Page, seen: Seen) -> Lines:
    overloads, power_offs = (str(seen.number(row)) for row in page.rows)
    return words.say(INTERRUPTIONS, overloads=overloads, power_offs=power_offs)


def _days(days: int) -> str:
    return "not known yet" if days == DAYS_UNKNOWN else f"{days} day{'' if days == 1 else 's'}"


def _watts(limit_w: int) -> str:
    return wording.kilowatts(limit_w) if limit_w else "none"


def _register(title_row: str, places: int, symbol: str) -> Draw:
    """Return how a register is drawn, by the scaler of its row."""
    scaler = row(title_row).scaler
    return _number(lambda value: wording.scaled(value, scaler, places, symbol))


def _every_segment(_words: Words, _page: Page, _seen: Seen) -> Lines:
    return "8" * COLUMNS, "8" * COLUMNS


def _energy(wh: int) -> str:
    return wording.amount(wh, Unit.WATT_HOUR)


_PAGES = (
    Page("credit", "Credit left", (CREDIT,), _number(_energy)),
    Page("power", "Power now", (POWER,), _number(wording.kilowatts), test=9),
    Page("outlook", "Power now", (POWER,), _outlook),
    Page("supply", "Supply", (SUPPLY,), _supply, test=1),
    Page("overload", "Supply", (SUPPLY,), _overload),
    Page("overload_advice", "Supply", (SUPPLY,), _overload_advice),
    Page("total", "Total used", (ENERGY,), _number(_energy), test=3),
    Page("days_left", "Credit left", (DAYS_LEFT,), _number(_days)),
    Page("usage", "Used", (USAGE,), _usage(USED, lambda used: (used.today_wh, used.month_wh))),
    Page(
        "usage_before",
        "Used before",
        (USAGE,),
        _usage(USED_BEFORE, lambda used: (used.yesterday_wh, used.last_month_wh)),
    ),
    Page("voltage", "Voltage", (VOLTAGE,), _register(VOLTAGE, 1, "V")),
    Page("current", "Current", (CURRENT,), _register(CURRENT, 2, "A")),
    Page("power_factor", "Power factor", (POWER_FACTOR,), _register(POWER_FACTOR, 2, "")),
    Page("frequency", "Frequency", (FREQUENCY,), _register(FREQUENCY, 2, "Hz")),
    Page("power_limit", "Power limit", (POWER_LIMIT,), _number(_watts), test=7),
    Page("overloads", "Overloads", (OVERLOADS,), _number(str)),
    Page("power_offs", "Power-offs", (POWER_OFFS,), _number(str)),
    Page("interruptions", "Interruptions", (OVERLOADS, POWER_OFFS), _interruptions),
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
