"""What `--type` reports: a line for people, JSON for scripts, an exit status. Source: cli.md."""

import json
from dataclasses import dataclass
from typing import assert_never

from ciu.pages import CREDIT
from ciu.panel import Settled, View
from ciu.wording import figure, signed
from link.arguments import Exit
from link.terms import EXECUTED, LinkTrouble, SupplyState, TokenClass, TokenOutcome, Unit
from link.token_entry import Accepted, NotDone, NotSent, Refused, Unknown, Verdict

INVALID_ENTRY = "InvalidEntry"
NO_LINK = "NoLink"
NOT_READY = "NotReady"


@dataclass(frozen=True, slots=True)
class Report:
    """What came of the keys. `why` is one line for people, empty where nothing is wrong.

    A member that has no value is None: amounts of what was not credited, a supply never told.
    """

    status: Exit
    result: str
    reason: str | None
    screen: tuple[str, ...]
    why: str = ""
    amount_wh: int | None = None
    credit_wh: int | None = None
    supply: SupplyState | None = None

    def to_json(self) -> str:
        """Return one line of JSON (cli.md)."""
        return json.dumps(
            {
                "result": self.result,
                "reason": self.reason,
                "amount": _kwh(self.amount_wh),
                "credit": _kwh(self.credit_wh),
                "unit": "kWh",
                "amount_wh": self.amount_wh,
                "credit_wh": self.credit_wh,
                "supply": None if self.supply is None else self.supply.name.lower(),
                "screen": list(self.screen),
            }
        )


@dataclass(frozen=True, slots=True)
class LinkReason:
    """Why the meter was not heard: the last trouble of the token, and the link's own words."""

    trouble: LinkTrouble
    detail: str


def of_settled(settled: Settled, view: View, screen: tuple[str, ...], link: LinkReason) -> Report:
    """Report a verdict, with what the meter told after it."""
    became = f"token ..{settled.tail}: {what_became(settled.verdict)}"
    match settled.verdict:
        case Accepted(outcome):
            return _judged(outcome, view, screen, why="")
        case Refused(outcome):
            return _judged(outcome, view, screen, why=f"{became}: {' '.join(screen)}")
        case Unknown() | NotSent():
            return _unknown(_reason(link.trouble), f"{became} ({link.detail})", view, screen)
        case NotDone():
            return _unknown(_reason(link.trouble), became, view, screen)
        case _:
            assert_never(settled.verdict)


def what_became(verdict: Verdict) -> str:
    """Say in a line what became of a token, and what to do next."""
    match verdict:
        case Accepted(outcome):
            return f"accepted, {signed(outcome.amount, outcome.unit)}"
        case Refused(outcome):
            return f"refused, {outcome.result.name}"
        case Unknown():
            return "unknown, do not type it again: the next run reads from the meter what became"
        case NotSent():
            return "not sent, type it again once the meter answers"
        case NotDone():
            return "did not reach the meter, type it again"
        case _:
            assert_never(verdict)


def of_screen(view: View, screen: tuple[str, ...]) -> Report:
    """Report a page that was shown."""
    return Report(Exit.DONE, "shown", None, screen, credit_wh=_credit(view), supply=view.supply)


def of_silence(why: str, view: View, screen: tuple[str, ...]) -> Report:
    """Report that the meter was not reached and nothing was sent."""
    return _unknown(NO_LINK, why, view, screen)


def of_bad_entry(why: str, screen: tuple[str, ...]) -> Report:
    """Report keys of which nothing is sent."""
    return Report(Exit.USAGE, "refused", INVALID_ENTRY, screen, why)


def _judged(outcome: TokenOutcome, view: View, screen: tuple[str, ...], *, why: str) -> Report:
    accepted = outcome.result in EXECUTED
    credited = accepted and outcome.token_class == TokenClass.CREDIT
    return Report(
        status=Exit.DONE if accepted else Exit.REFUSED,
        result="accepted" if accepted else "refused",
        reason=outcome.result.name,
        screen=screen,
        why=why,
        amount_wh=outcome.amount if credited else None,
        credit_wh=outcome.credit_after if credited else _credit(view),
        supply=view.supply,
    )


def _unknown(reason: str, why: str, view: View, screen: tuple[str, ...]) -> Report:
    return Report(
        Exit.UNKNOWN, "unknown", reason, screen, why, credit_wh=_credit(view), supply=view.supply
    )


def _reason(trouble: LinkTrouble) -> str:
    return NOT_READY if trouble is LinkTrouble.TEMPORARY else NO_LINK


def _credit(view: View) -> int | None:
    credit = view.values.get(CREDIT)
    return credit if isinstance(credit, int) else None


def _kwh(amount_wh: int | None) -> float | None:
    """Return kWh as the display rounds them."""
    return None if amount_wh is None else float(figure(amount_wh, Unit.WATT_HOUR))
