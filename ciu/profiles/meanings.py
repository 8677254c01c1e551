"""What the short codes of all brands ask for, and the page that answers it (ciu.md 5)."""

from dataclasses import dataclass

from ciu.pages import PAGES, Page


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code asks for, in words; `page` is None while nothing here shows it."""

    name: str
    text: str
    page: Page | None = None


_ROWS = (
    Meaning("all", "all segments of the display", PAGES["display_test"]),
    Meaning("switch_test", "load switch test"),
    Meaning("display_test", "display and buzzer test", PAGES["display_test"]),
    Meaning("total", "total kWh used", PAGES["total"]),
    Meaning("key", "key revision and key type", PAGES["key"]),
    Meaning("tariff", "tariff index", PAGES["tariff"]),
    Meaning("reader_test", "token reader test"),
    Meaning("power_limit", "power limit", PAGES["power_limit"]),
    Meaning("tamper", "tamper status"),
    Meaning("power", "power now", PAGES["power"]),
    Meaning("firmware", "firmware version", PAGES["firmware"]),
    Meaning("unbalance_limit", "phase unbalance limit"),
    Meaning("water_factor", "water meter factor"),
    Meaning("tariff_rate", "tariff rate"),
    Meaning("algorithm", "encryption algorithm", PAGES["algorithm"]),
    Meaning("key_tokens", "number of key change tokens", PAGES["key_tokens"]),
    Meaning("group", "supply group code", PAGES["group"]),
    Meaning("key_expiry", "key expiry number", PAGES["key_expiry"]),
    Meaning("credit", "credit left", PAGES["credit"]),
    Meaning("voltage", "voltage", PAGES["voltage"]),
    Meaning("current", "current", PAGES["current"]),
    Meaning("power_factor", "power factor", PAGES["power_factor"]),
    Meaning("last_token", "last token and its date", PAGES["last_token"]),
    Meaning("older_token", "an older token"),
    Meaning("last_amount", "kWh of the last token"),
    Meaning("older_amount", "kWh of an older token"),
    Meaning("overloads", "overload count", PAGES["overloads"]),
    Meaning("power_offs", "power-off count", PAGES["power_offs"]),
    Meaning("interruptions", "overload or power-off count", PAGES["interruptions"]),
    Meaning("cover", "cover openings"),
    Meaning("meter_number", "meter number", PAGES["meter_number"]),
    Meaning("low_credit", "low-credit level", PAGES["low_credit"]),
    Meaning("set_low_credit", "sets the low-credit level to xx"),
    Meaning("days_left", "days of credit left", PAGES["days_left"]),
    Meaning("usage", "energy used today and this month", PAGES["usage"]),
    Meaning("usage_before", "energy used yesterday and last month", PAGES["usage_before"]),
    Meaning("frequency", "frequency of the mains", PAGES["frequency"]),
    Meaning("supply", "why the relay is off", PAGES["supply"]),
    Meaning("emergency", "emergency credit"),
)

MEANINGS = {row.name: row for row in _ROWS}
