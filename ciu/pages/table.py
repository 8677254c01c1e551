"""The display pages as rows (ciu.md 2, 5)."""

from collections.abc import Mapping

from ciu import wording
from ciu.pages import draws, rows
from ciu.pages.page import Page
from link.terms import Alarm

ALL_TESTS = (1 << 36) - 1
"""The control bits of a class 1 token that asks for everything (sts.md 8)."""

_PAGES = (
    Page("credit", "Credit left", (rows.CREDIT, rows.CURRENCY), draws.credit),
    Page("power", "Power now", (rows.POWER,), draws.power, test=9),
    Page("outlook", "Power now", (rows.POWER,), draws.outlook),
    Page("supply", "Supply", (rows.SUPPLY,), draws.supply, test=1),
    Page("overload", "Supply", (rows.SUPPLY,), draws.overload),
    Page("overload_advice", "Supply", (rows.SUPPLY,), draws.overload_advice),
    Page("total", "Total used", (rows.CONSUMPTION,), draws.total, test=3),
    Page("days_left", "Credit left", (rows.DAYS_LEFT,), draws.number(draws.days_of)),
    Page(
        "usage",
        "Used",
        (rows.USAGE, rows.COMMODITY),
        draws.usage(draws.USED, lambda used: (used.today, used.month)),
    ),
    Page(
        "usage_before",
        "Used before",
        (rows.USAGE, rows.COMMODITY),
        draws.usage(draws.USED_BEFORE, lambda used: (used.yesterday, used.last_month)),
    ),
    Page("voltage", "Voltage", (rows.VOLTAGE,), draws.register(rows.VOLTAGE, 1, "V")),
    Page("current", "Current", (rows.CURRENT,), draws.register(rows.CURRENT, 2, "A")),
    Page(
        "power_factor",
        "Power factor",
        (rows.POWER_FACTOR,),
        draws.register(rows.POWER_FACTOR, 2, ""),
    ),
    Page("frequency", "Frequency", (rows.FREQUENCY,), draws.register(rows.FREQUENCY, 2, "Hz")),
    Page("power_limit", "Power limit", (rows.POWER_LIMIT,), draws.number(wording.limit), test=7),
    Page("tamper", "Tamper status", (rows.TAMPER,), draws.tamper, test=8),
    Page(
        "unbalance_limit",
        "Phase unbalance",
        (rows.UNBALANCE_LIMIT,),
        draws.number(wording.limit),
        test=11,
    ),
    Page(
        "water_factor",
        "Water factor",
        (rows.FLOW_FACTOR,),
        draws.number(wording.FACTOR.figure),
        test=12,
    ),
    Page(
        "tariff_rate",
        "Tariff rate",
        (rows.PRICE, rows.CURRENCY, rows.COMMODITY),
        draws.price,
        test=13,
    ),
    Page("overloads", "Overloads", (rows.OVERLOADS,), draws.number(str)),
    Page("power_offs", "Power-offs", (rows.POWER_OFFS,), draws.number(str)),
    Page("interruptions", "Interruptions", (rows.OVERLOADS, rows.POWER_OFFS), draws.interruptions),
    Page("low_credit", "Low credit level", (rows.LOW_CREDIT, rows.CURRENCY), draws.credit),
    Page("last_token", "Last token", (rows.LEDGER,), draws.last_token),
    Page("meter_number", "Meter number", ("meter_number.value",), draws.text, test=18),
    Page("firmware", "Firmware", ("firmware.value",), draws.text, test=10),
    Page("key", "Key", (rows.REVISION, "sts.key_type"), draws.key_in_use, test=4),
    Page("tariff", "Tariff index", (rows.TARIFF,), draws.number("{:02d}".format), test=5),
    Page(
        "algorithm",
        "Algorithm",
        ("sts.encryption_algorithm",),
        draws.number("EA{:02d}".format),
        test=14,
    ),
    Page(
        "key_tokens", "Key change tokens", ("sts.no_of_kct_supported",), draws.number(str), test=15
    ),
    Page("group", "Supply group", (rows.GROUP,), draws.number(draws.supply_group), test=16),
    Page("key_expiry", "Key expiry number", ("sts.key_expiry_number",), draws.number(str), test=17),
    Page("key_changed", "KEY CHANGED", (rows.GROUP, rows.REVISION, rows.TARIFF), draws.key_changed),
    Page("keypad_test", "Keypad test", (), draws.keypad, test=6),
    Page("display_test", "Display test", (), draws.every_segment, test=2),
)

PAGES = {page.name: page for page in _PAGES}
"""Every page by its name."""


def pages_of_test(control: int) -> tuple[Page, ...]:
    """Return the pages that a class 1 token asks for; bit n-1 of its control is test n."""
    tested = (page for page in PAGES.values() if page.test and control >> (page.test - 1) & 1)
    return tuple(sorted(tested, key=lambda page: page.test))


KEY_PAGES = tuple(PAGES[name] for name in ("key_changed", "group", "key", "tariff"))
"""What is shown once a change of the key is complete."""

KEY_ROWS = frozenset(row for page in KEY_PAGES for row in page.rows)
"""Rows that a change of the key changes."""


def alarms_raised(values: Mapping[str, object]) -> tuple[Alarm, ...]:
    """Return the alarms that have words and are raised, most pressing first."""
    raised = values.get(rows.ALARMS)
    if not isinstance(raised, int):
        return ()
    return tuple(alarm for alarm in wording.ALARMS if alarm & raised)
