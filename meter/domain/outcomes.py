"""How a token's outcome is written: refused, or accepted with its entry in the ledger."""

from dataclasses import replace

from link.terms import EntrySource, TokenOutcome, TokenResult, Unit, token_digest
from meter.domain.commands import EnterToken
from meter.domain.facts import Decision, Fact, TokenAccepted
from meter.domain.state import State

UNKNOWN_DIGEST = bytes(8)
"""Digest of a text that is not ASCII and so never was a token."""


def blank_of(state: State, command: EnterToken, at: int) -> TokenOutcome:
    """Return the outcome of digits that nothing is known of yet."""
    digits = command.digits
    return TokenOutcome(
        sequence=0,
        digest=token_digest(digits) if digits.isascii() else UNKNOWN_DIGEST,
        token_class=0,
        subclass=0,
        tid=0,
        result=TokenResult.Reserved,
        source=command.source,
        first_at=0,
        worth=0,
        first_source=EntrySource(0),
        seconds=0,
        amount=0,
        unit=state.account.unit,
        control=0,
        missing=0,
        credit_after=state.account.credit,
        at=at,
    )


def refused(blank: TokenOutcome, result: TokenResult, *facts: Fact) -> Decision:
    """Refuse: nothing changes but what the facts say, if there are any."""
    return Decision(facts, replace(blank, result=result))


def accepted(state: State, blank: TokenOutcome, amount: int, unit: Unit) -> Decision:
    """Use a token up, with an effect of so many base units of `unit`."""
    entry = entered(state, replace(blank, amount=amount, unit=unit), TokenResult.Accept)
    return Decision((TokenAccepted(entry),), entry)


def credited(state: State, blank: TokenOutcome, amount: int) -> Decision:
    """Use a token up that changes the credit by an amount of the account's unit."""
    after = replace(blank, credit_after=state.account.credit + amount)
    return accepted(state, after, amount, state.account.unit)


def entered(state: State, blank: TokenOutcome, result: TokenResult) -> TokenOutcome:
    """Return the next entry of the ledger."""
    return replace(blank, sequence=state.ledger.head.sequence + 1, result=result)


def known(state: State, blank: TokenOutcome) -> TokenOutcome:
    """Add what the ledger says of a token, if it knows it: when it was used, worth, by whom."""
    entry = state.ledger.first_use(blank.digest, blank.tid)
    if entry is None:
        return blank
    return replace(
        blank,
        sequence=entry.sequence,
        first_at=entry.at,
        worth=entry.amount,
        first_source=entry.source,
    )
