"""How the pages say what their rows hold."""

from collections.abc import Callable

from ciu import COLUMNS, wording
from ciu.pages.page import Draw, Page, Seen, draw_value, say_not_there
from ciu.pages.rows import DAYS_LEFT, POWER
from ciu.wording import Commodity, Lines, Measure, Words
from link.cosem import row
from link.terms import DAYS_UNKNOWN, Consumption, LedgerHead, SupplyExplanation, Tamper, Usage

TAMPERS = {
    Tamper.COVER: "cover",
    Tamper.MAGNET: "magnet",
    Tamper.TERMINAL_COVER: "terminal",
    Tamper.PHASE_UNBALANCE: "phases",
}
"""What told of an interference, in an order in which all of them fit two lines."""

KEY_TYPES = ("DITK", "DDTK", "DUTK", "DCTK")
"""Names of key types 0-3 (sts.md 2.2)."""

POWERLESS = frozenset({Commodity.WATER, Commodity.GAS, Commodity.TIME})
"""Nobody draws power through their meters."""

OUTLOOK = "Credit left\t{days}|Credit\t{days}\n{power} now"
OUTLOOK_ALONE = "Credit left\t…{tail}|Credit left\n{days}"
USED = "Today\t{shorter}|{shorter}\nThis month\t{longer}|Month\t{longer}|{longer}"
USED_BEFORE = "Yesterday\t{shorter}|{shorter}\nLast month\t{longer}|{longer}"
INTERRUPTIONS = "Overloads\t{overloads}\nPower-offs\t{power_offs}|Offs\t{power_offs}"
NO_UNIT = "in an unknown unit"
KEY_CHANGED = "KEY CHANGED\n{group} KRN {krn} TI {ti}|{group} {krn} {ti}|{group}"
KEY_CHANGED_ALONE = "KEY CHANGED\nKRN {krn} TI {ti}|{krn} {ti}|{krn}"
"""By a set that tells no supply group."""
UNTOLD_GROUP = 0
"""What the meter says where no token has told its supply group."""
TAMPERED = "TAMPER {first}\n{second}"
NO_PRICE = "none"
KEYPAD = "Keypad test\nPress keys, see them"
KEY_IN_USE = "Key revision {krn}\nKey type {kt} {name}|Key type {kt}"


def number(form: Callable[[int], str]) -> Draw:
    """Return how a page with one number is drawn."""
    return lambda words, page, seen: draw_value(words, page, seen, form(seen.number(page.rows[0])))


def credit(words: Words, page: Page, seen: Seen) -> Lines:
    """Say an amount of the account."""
    account = seen.account
    amount = account.rows.amount(seen.number(page.rows[0])) if account else NO_UNIT
    return draw_value(words, page, seen, amount)


def power(words: Words, page: Page, seen: Seen) -> Lines:
    """Say the power of now, where there is any."""
    if seen.commodity in POWERLESS:
        return say_not_there(words, page, seen)
    return draw_value(words, page, seen, wording.kilowatts(seen.number(page.rows[0])))


def total(words: Words, page: Page, seen: Seen) -> Lines:
    """Say what was used since ever."""
    used = seen.values[page.rows[0]]
    if not isinstance(used, Consumption):
        raise TypeError(f"{page.rows[0]} is no consumption: {used!r}")
    return draw_value(words, page, seen, wording.amount(used.total, used.unit))


def price(words: Words, page: Page, seen: Seen) -> Lines:
    """Say what a kWh, a m³ or an hour costs."""
    price_e5 = seen.number(page.rows[0])
    said = wording.price(price_e5, seen.account, seen.commodity) if price_e5 else NO_PRICE
    return draw_value(words, page, seen, said)


def tamper(words: Words, page: Page, seen: Seen) -> Lines:
    """Say which inputs have told of an interference."""
    told = seen.number(page.rows[0])
    names = [words.translate(name) for flag, name in TAMPERS.items() if flag & told]
    if len(names) <= 2:
        return draw_value(words, page, seen, ", ".join(names) or "none")
    return words.say(TAMPERED, first=", ".join(names[:-2]), second=", ".join(names[-2:]))


def key_changed(words: Words, page: Page, seen: Seen) -> Lines:
    """Say which key is in use now."""
    group, krn, ti = (seen.number(row) for row in page.rows)
    template = KEY_CHANGED_ALONE if group == UNTOLD_GROUP else KEY_CHANGED
    return words.say(template, group=f"{group:06d}", krn=str(krn), ti=f"{ti:02d}")


def supply_group(group: int) -> str:
    """Return a supply group code as it is written."""
    return "not known" if group == UNTOLD_GROUP else f"{group:06d}"


def text(words: Words, page: Page, seen: Seen) -> Lines:
    """Say a text of the meter, as much of it as fits."""
    return draw_value(words, page, seen, wording.clip(str(seen.values[page.rows[0]])) or "-")


def key_in_use(words: Words, page: Page, seen: Seen) -> Lines:
    """Say revision and type of the key."""
    krn, kt = (seen.number(row) for row in page.rows)
    name = KEY_TYPES[kt] if kt < len(KEY_TYPES) else ""
    return words.say(KEY_IN_USE, krn=str(krn), kt=str(kt), name=name)


def supply(words: Words, page: Page, seen: Seen) -> Lines:
    """Return whether the light is on, and if not why."""
    explained = _explained(page, seen)
    return wording.supply(words, wording.after(explained, seen.elapsed_s), seen.at, seen.age_s)


def overload(words: Words, page: Page, seen: Seen) -> Lines:
    """Say that too much power was used."""
    explained = wording.after(_explained(page, seen), seen.elapsed_s)
    return wording.overload(words, explained, confirming=seen.confirming)


def overload_advice(words: Words, page: Page, seen: Seen) -> Lines:
    """Say what to do about it."""
    return wording.overload_advice(words, _explained(page, seen))


def _explained(page: Page, seen: Seen) -> SupplyExplanation:
    explained = seen.values[page.rows[0]]
    if not isinstance(explained, SupplyExplanation):
        raise TypeError(f"{page.rows[0]} is no explanation: {explained!r}")
    return explained


def last_token(words: Words, page: Page, seen: Seen) -> Lines:
    """Say when the last token was taken."""
    head = seen.values[page.rows[0]]
    if not isinstance(head, LedgerHead):
        raise TypeError(f"{page.rows[0]} is no ledger head: {head!r}")
    return draw_value(words, page, seen, words.when(head.at, seen.at) if head.at else "none yet")


def outlook(words: Words, page: Page, seen: Seen) -> Lines:
    """Say how long the credit lasts at the power of now, where the meter can tell."""
    days, power = seen.values.get(DAYS_LEFT), wording.kilowatts(seen.number(POWER))
    known = isinstance(days, int) and days != DAYS_UNKNOWN and not seen.age_s
    outlook = days_of(days) if isinstance(days, int) and known else ""
    if seen.commodity in POWERLESS:
        return words.say(OUTLOOK_ALONE, tail=seen.tail, days=outlook or "not known yet")
    if not outlook:
        return draw_value(words, page, seen, power)
    return words.say(OUTLOOK, days=outlook, power=power)


def usage(template: str, spans: Callable[[Usage], tuple[int, int]]) -> Draw:
    """Return how the use of two spans is drawn, the shorter span first."""

    def drawn(words: Words, page: Page, seen: Seen) -> Lines:
        used = seen.values[page.rows[0]]
        if not isinstance(used, Usage):
            raise TypeError(f"{page.rows[0]} is no usage: {used!r}")
        shorter, longer = map(_of_commodity(seen).amount, spans(used))
        return words.say(template, shorter=shorter, longer=longer)

    return drawn


def _of_commodity(seen: Seen) -> Measure:
    return wording.MEASURES[seen.commodity.unit] if seen.commodity else wording.COUNTED


def interruptions(words: Words, page: Page, seen: Seen) -> Lines:
    """Say how often the light went off for two causes."""
    overloads, power_offs = (str(seen.number(row)) for row in page.rows)
    return words.say(INTERRUPTIONS, overloads=overloads, power_offs=power_offs)


def days_of(days: int) -> str:
    """Return a number of days in words."""
    return "not known yet" if days == DAYS_UNKNOWN else f"{days} day{'' if days == 1 else 's'}"


def register(title_row: str, places: int, symbol: str) -> Draw:
    """Return how a register is drawn, by the scaler of its row."""
    scaler = row(title_row).scaler
    return number(lambda value: wording.scaled(value, scaler, places, symbol))


def keypad(words: Words, _page: Page, _seen: Seen) -> Lines:
    """Ask for keys, each of which is shown as it is pressed."""
    return words.say(KEYPAD)


def every_segment(_words: Words, _page: Page, _seen: Seen) -> Lines:
    """Light the whole display."""
    return "8" * COLUMNS, "8" * COLUMNS
