"""What the short codes of all brands ask for, and the page that answers it (ciu.md 5)."""

from dataclasses import dataclass

from ciu.pages import ALL_TESTS, PAGES, Page, pages_of_test


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code asks for, in words; `pages` is empty while nothing here shows it."""

    name: str
    text: str
    pages: tuple[Page, ...] = ()
    known: bool = True
    """False for a code of which only its place in a list is known."""


def _shown(name: str, text: str, page: str = "") -> Meaning:
    """Return what a page answers, which has the same name unless another is given."""
    return Meaning(name, text, (PAGES[page or name],))


_ROWS = (
    Meaning("all", "all tests in turn", pages_of_test(ALL_TESTS)),
    _shown("switch_test", "load switch test: how the switch stands", "supply"),
    _shown("display_test", "display and buzzer test"),
    _shown("total", "total kWh used"),
    _shown("key", "key revision and key type"),
    _shown("tariff", "tariff index"),
    _shown("reader_test", "token reader test: the keypad", "keypad_test"),
    _shown("power_limit", "power limit"),
    _shown("tamper", "tamper status"),
    _shown("power", "power now"),
    _shown("firmware", "firmware version"),
    _shown("unbalance_limit", "phase unbalance limit"),
    _shown("water_factor", "water meter factor"),
    _shown("tariff_rate", "tariff rate"),
    _shown("algorithm", "encryption algorithm"),
    _shown("key_tokens", "number of key change tokens"),
    _shown("group", "supply group code"),
    _shown("key_expiry", "key expiry number"),
    _shown("credit", "credit left"),
    _shown("voltage", "voltage"),
    _shown("current", "current"),
    _shown("power_factor", "power factor"),
    _shown("last_token", "last token and its date"),
    Meaning("older_token", "an older token"),
    Meaning("last_amount", "kWh of the last token"),
    Meaning("older_amount", "kWh of an older token"),
    _shown("overloads", "overload count"),
    _shown("power_offs", "power-off count"),
    _shown("interruptions", "overload or power-off count"),
    Meaning("cover", "cover openings"),
    _shown("meter_number", "meter number"),
    _shown("low_credit", "low-credit level"),
    Meaning("set_low_credit", "sets the low-credit level to xx"),
    _shown("days_left", "days of credit left"),
    _shown("usage", "energy used today and this month"),
    _shown("usage_before", "energy used yesterday and last month"),
    _shown("frequency", "frequency of the mains"),
    _shown("supply", "why the relay is off"),
    Meaning("emergency", "emergency credit"),
    Meaning("unknown_test", "an STS test that is not known here", known=False),
)

MEANINGS = {row.name: row for row in _ROWS}
