"""What `--type` reports: a line for people, JSON for scripts, an exit status. Source: cli.md."""

import json
from dataclasses import dataclass, replace
from typing import assert_never

from ciu.panel import Settled, View
from ciu.wording import ELECTRICITY, Account, measure_in
from link.arguments import Exit
from link.terms import EXECUTED, LASTING, LinkTrouble, SupplyState, TokenClass, TokenOutcome, Unit
from link.token_entry import Accepted, Forgotten, NotDone, NotSent, Refused, Unknown, Verdict

INVALID_ENTRY = "InvalidEntry"
NO_LINK = "NoLink"
REASONS = {
    LinkTrouble.TEMPORARY: "NotReady",
    LinkTrouble.REFUSED_ACCESS: "AccessDenied",
    LinkTrouble.NOT_OFFERED: "NotOffered",
}
"""What the meter itself has answered; all else is NO_LINK."""

FORGET = "splitmeter ciu --forget-token"

EXACT = {
    Unit.WATT_HOUR: "wh",
    Unit.CUBIC_METRE: "l",
    Unit.SECOND: "s",
    Unit.CURRENCY: "e5",
}
"""What exact amounts are called after: base units of what an account holds."""


@dataclass(frozen=True, slots=True)
class Report:
    """What came of the keys. `why` is one line for people, empty where nothing is wrong.

    A member that has no value is None: amounts of what was not credited, a supply never told.
    `amount` and `credit` are in base units of the account.
    """

    status: Exit
    result: str
    reason: str | None
    screen: tuple[str, ...]
    why: str = ""
    amount: int | None = None
    credit: int | None = None
    supply: SupplyState | None = None
    ledger_fell: bool = False
    """Whether the meter works with an older store than it had."""
    account: Account = ELECTRICITY
    """Electricity in kWh where the meter has not told."""

    def to_json(self) -> str:
        """Return one line of JSON (cli.md)."""
        return json.dumps(
            {
                "result": self.result,
                "reason": self.reason,
                "amount": self._rounded(self.amount),
                "credit": self._rounded(self.credit),
                "unit": self.account.name,
                "amount_wh": None,
                "credit_wh": None,
                **self._exact(),
                "supply": None if self.supply is None else self.supply.name.lower(),
                "screen": list(self.screen),
                "ledger_fell": self.ledger_fell,
            }
        )

    def _exact(self) -> dict[str, int | None]:
        called = EXACT[self.account.unit]
        return {f"amount_{called}": self.amount, f"credit_{called}": self.credit}

    def _rounded(self, amount: int | None) -> float | None:
        """Return an amount as the display rounds it."""
        return None if amount is None else float(self.account.tokens.figure(amount))


@dataclass(frozen=True, slots=True)
class LinkReason:
    """Why the meter was not heard: the last trouble of the token, and the link's own words."""

    trouble: LinkTrouble
    detail: str


def of_settled(settled: Settled, view: View, screen: tuple[str, ...], link: LinkReason) -> Report:
    """Report a verdict, with what the meter told after it."""
    became = f"token ..{settled.tail}: {what_became(settled.verdict, view.account)}"
    match settled.verdict:
        case Accepted(outcome):
            return _judged(outcome, view, screen, why="")
        case Refused(outcome):
            return _judged(outcome, view, screen, why=f"{became}: {' '.join(screen)}")
        case NotSent(trouble) if trouble in LASTING:
            return _denied(trouble, f"{became} ({link.detail})", view, screen)
        case Unknown() | NotSent():
            return _unknown(_reason(link.trouble), f"{became} ({link.detail})", view, screen)
        case NotDone() | Forgotten():
            return _unknown(_reason(link.trouble), became, view, screen)
        case _:
            assert_never(settled.verdict)


def what_became(verdict: Verdict, account: Account | None) -> str:
    """Say in a line what became of a token, and what to do next."""
    match verdict:
        case Accepted(outcome) if outcome.token_class == TokenClass.CREDIT:
            return f"accepted, {measure_in(account, outcome.unit).signed(outcome.amount)}"
        case Accepted(outcome):
            return f"accepted, {outcome.result.name}"
        case Refused(outcome):
            return f"refused, {outcome.result.name}"
        case Unknown(trouble) if trouble in LASTING:
            return f"unknown, the meter cannot say if it took it: {FORGET} ends the wait"
        case Unknown():
            return "unknown, do not type it again: the next run reads from the meter what became"
        case NotSent(trouble):
            return NOT_SENT.get(trouble, "not sent, type it again once the meter answers")
        case NotDone():
            return "did not reach the meter, type it again"
        case Forgotten():
            return "unknown and no longer waited for, it may be typed again and counts only once"
        case _:
            assert_never(verdict)


NOT_SENT = {
    LinkTrouble.TEMPORARY: "not taken, the meter is busy: type it again",
    LinkTrouble.REFUSED_ACCESS: "not taken, the meter refuses access: ask who runs it",
    LinkTrouble.NOT_OFFERED: "not taken, the meter has no place for it: ask who runs it",
}


def of_screen(view: View, screen: tuple[str, ...]) -> Report:
    """Report a page that was shown."""
    return _of_meter(view, Report(Exit.DONE, "shown", None, screen))


def of_silence(trouble: LinkTrouble, why: str, view: View, screen: tuple[str, ...]) -> Report:
    """Report that the meter was not reached, or refuses all, and that nothing was sent."""
    if trouble in LASTING:
        return _denied(trouble, f"the meter refuses: {why}; nothing was sent", view, screen)
    reason = "meter not ready" if trouble is LinkTrouble.TEMPORARY else "no link"
    return _unknown(_reason(trouble), f"{reason}: {why}; nothing was sent", view, screen)


def of_open_doubt(view: View, trouble: LinkTrouble, why: str, screen: tuple[str, ...]) -> Report:
    """Report that the fate of an earlier token is open and nothing was sent."""
    doubt = f"earlier token ..{view.pending} is still in doubt: {why}"
    out = f"; {FORGET} ends the wait" if view.is_unreadable else ""
    return _unknown(_reason(trouble), f"{doubt}{out}; nothing was sent", view, screen)


def of_bad_entry(why: str, screen: tuple[str, ...]) -> Report:
    """Report keys of which nothing is sent."""
    return Report(Exit.USAGE, "refused", INVALID_ENTRY, screen, why)


def _judged(outcome: TokenOutcome, view: View, screen: tuple[str, ...], *, why: str) -> Report:
    accepted = outcome.result in EXECUTED
    report = Report(
        status=Exit.DONE if accepted else Exit.REFUSED,
        result="accepted" if accepted else "refused",
        reason=outcome.result.name,
        screen=screen,
        why=why,
    )
    told = _of_meter(view, report)
    credited = accepted and outcome.token_class == TokenClass.CREDIT
    if not credited or outcome.unit is not told.account.unit:
        return told
    return replace(told, amount=outcome.amount, credit=outcome.credit_after)


def _unknown(reason: str, why: str, view: View, screen: tuple[str, ...]) -> Report:
    return _of_meter(view, Report(Exit.UNKNOWN, "unknown", reason, screen, why))


def _denied(trouble: LinkTrouble, why: str, view: View, screen: tuple[str, ...]) -> Report:
    return _of_meter(view, Report(Exit.DENIED, "refused", _reason(trouble), screen, why))


def _of_meter(view: View, report: Report) -> Report:
    """Add what the meter has told of itself."""
    report = replace(report, supply=view.supply, ledger_fell=view.ledger_fell)
    if view.account is None:
        return report
    return replace(report, account=view.account, credit=view.credit_told)


def _reason(trouble: LinkTrouble) -> str:
    return REASONS.get(trouble, NO_LINK)
