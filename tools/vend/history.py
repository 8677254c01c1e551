"""`vend history`, `reissue` and `roll-over`: what was handed out, again, and who has old keys.

Invariant: a reissue hands out the same digits and is itself recorded; no key is ever shown, and
digits only where they are asked for.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import dataclass

from ciu.wording.figures import group_digits
from meter.sts import BaseDate, newest_begun
from tools.clock import now_of
from tools.exits import Exit, Stop
from tools.register import Issue, MeterRecord, Slip, TokenRecord
from tools.vend.arguments import Command, add_drn, add_json, whole
from tools.vend.due import wanted_meter
from tools.vend.report import amount_object, as_json, carried, paid, payment_object
from tools.vend.tids import end_of, written
from tools.vend.till import Till, find_meter, open_till

REISSUE = "reissue"
SHOWN_DIGITS = 4
DAY_S = 86400
MOST_SLIP = 10**9


def _history_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("drn", nargs="?", metavar="DRN", help="of one meter (of all)")
    parser.add_argument("--digits", action="store_true", help="whole tokens, not their last four")
    add_json(parser)


def _history(args: Namespace) -> int:
    with open_till(args) as till:
        if args.drn is not None:
            find_meter(till.register, args.drn)
        slips = till.register.slips(args.drn)
        if args.json:
            print(as_json([slip_object(till, slip, in_full=args.digits) for slip in slips]))
        else:
            lines = [line for slip in slips for line in _lines(till, slip, in_full=args.digits)]
            print("\n".join(lines) or "nothing was issued")
    return Exit.DONE


def slip_object(till: Till, slip: Slip, *, in_full: bool) -> dict[str, object]:
    """Return a slip with its tokens; a reissue has none of its own and names its slip."""
    meter = find_meter(till.register, slip.drn)
    payment = till.register.payment(slip.number)
    return {
        "slip": slip.number,
        "drn": slip.drn,
        "at": slip.at,
        "kind": slip.kind,
        "again": slip.again or None,
        "payment": payment_object(payment) if payment else None,
        "tokens": [
            _token_object(meter, token, in_full=in_full)
            for token in till.register.tokens(slip.number)
        ],
    }


def _token_object(meter: MeterRecord, token: TokenRecord, *, in_full: bool) -> dict[str, object]:
    shown = {"token": token.digits} if in_full else {}
    return {
        "kind": token.kind,
        "subclass": token.subclass,
        "tid": token.tid,
        "base": token.base,
        **amount_object(meter, token),
        "last_digits": token.digits[-SHOWN_DIGITS:],
        **shown,
    }


def _lines(till: Till, slip: Slip, *, in_full: bool) -> Iterator[str]:
    head = f"{slip.number:>5}  {written(slip.at)}  {slip.drn:<13}"
    if slip.again:
        yield f"{head}  {REISSUE} of {slip.again}"
    meter = find_meter(till.register, slip.drn)
    for token in till.register.tokens(slip.number):
        digits = group_digits(token.digits) if in_full else f"...{token.digits[-SHOWN_DIGITS:]}"
        tid = "" if token.tid is None else f", TID {token.tid}"
        yield f"{head}  {digits}  {carried(meter, token)}{tid}"
    payment = till.register.payment(slip.number)
    if payment is not None:
        yield f"{'':>{len(head)}}  {paid(payment)}"


def _reissue_arguments(parser: ArgumentParser) -> None:
    add_drn(parser)
    parser.add_argument(
        "--slip", type=whole(1, MOST_SLIP), metavar="N", help="which one, by history (the last)"
    )
    add_json(parser)


def _reissue(args: Namespace) -> int:
    with open_till(args) as till:
        number, slip = reissue(till, args.drn, args.slip, now=now_of(args))
        tokens = till.register.tokens(slip.number)
        told = slip_object(till, slip, in_full=True) | {"slip": number, "again": slip.number}
        told["kind"] = REISSUE
        meter = find_meter(till.register, args.drn)
    if args.json:
        print(as_json(told))
    else:
        print("\n".join(group_digits(token.digits) for token in tokens))
        words = ", ".join(dict.fromkeys(carried(meter, token) for token in tokens))
        print(f"{words}, meter {slip.drn}, again as on {written(slip.at)} UTC (slip {slip.number})")
    return Exit.DONE


def reissue(till: Till, drn: str, number: int | None, *, now: int) -> tuple[int, Slip]:
    """Record that a slip is handed out again, and return the record's number and that slip.

    Without a number it is the meter's last one. `now` is UTC seconds; raises Stop where there is
    none.
    """
    meter = find_meter(till.register, drn)
    made = [slip for slip in till.register.slips(drn) if not slip.again]
    chosen = [slip for slip in made if number in (None, slip.number)]
    if not chosen:
        what = "nothing was issued" if number is None else f"slip {number} is not one"
        raise Stop(f"{what} of meter {drn}")
    issue = Issue(meter, now, REISSUE, (), again=chosen[-1].number)
    return till.register.add_issue(issue), chosen[-1]


@dataclass(frozen=True, slots=True)
class OutdatedBase:
    """A meter on an old base date: until when it has TIDs (UTC seconds), and what comes next."""

    drn: str
    base: int
    ends_at: int
    next_base: int


def outdated(till: Till, now: int) -> tuple[OutdatedBase, ...]:
    """Return the meters whose base date is not the newest that has begun, or not the one wanted."""
    found = []
    for meter in till.register.meter_records():
        wanted = max(wanted_meter(till, meter, now).base, newest_begun(now))
        if meter.base < wanted:
            found.append(OutdatedBase(meter.drn, meter.base, end_of(BaseDate(meter.base)), wanted))
    return tuple(found)


def _roll_over(args: Namespace) -> int:
    now = now_of(args)
    with open_till(args) as till:
        found = outdated(till, now)
    if args.json:
        print(as_json([_outdated_object(each, now) for each in found]))
    else:
        print("\n".join(map(_outdated_line, found)) or "no meter is on an old base date")
    return Exit.DONE


def _outdated_object(each: OutdatedBase, now: int) -> dict[str, object]:
    return {
        "drn": each.drn,
        "base": each.base,
        "next_base": each.next_base,
        "ends_at": each.ends_at,
        "ends": written(each.ends_at),
        "days_left": (each.ends_at - now) // DAY_S,
    }


def _outdated_line(each: OutdatedBase) -> str:
    return (
        f"{each.drn:<13}  base {each.base}, TIDs end on {written(each.ends_at)} UTC, next base"
        f" {each.next_base}"
    )


COMMANDS = (
    Command("history", "all that was issued", "history 12345678903", _history_arguments, _history),
    Command(
        REISSUE,
        "print a meter's last slip again: the same tokens, recorded as a reissue",
        "reissue 12345678903",
        _reissue_arguments,
        _reissue,
    ),
    Command(
        "roll-over",
        "the meters on an old base date, and when their TIDs end",
        "roll-over",
        add_json,
        _roll_over,
    ),
)
