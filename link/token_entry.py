"""One token to one meter, exactly once: what a CIU asks and what it may conclude. link.md 6.

Invariant: no verdict says more than the meter has shown, and `enter` goes out again only after the
ledger has been read and does not know the token.

| state      | answer                                     | failure                           |
|------------|--------------------------------------------|-----------------------------------|
| Heading    | ledger head -> Storing                     | Heading, at the bound NotSent;    |
|            |                                            | lasting: NotSent                  |
| Storing    | intent stored -> Entering                  |                                   |
| Entering   | Accept, held -> Accepted                   | Looking; the first time, when the |
|            | UsedError by a newer entry -> Confirming   | request was not carried out for   |
|            | any other result -> Refused                | certain, NotSent                  |
| Confirming | newer entry of the token -> Accepted       | Confirming, at the bound Unknown; |
|            | else -> Refused                            | lasting: Unknown                  |
| Looking    | newer entry -> Accepted                    | Looking, at the bound Unknown;    |
|            | older entry -> Refused                     | lasting: Unknown                  |
|            | none -> Entering, at the bound Unknown;    |                                   |
|            | resumed -> NotDone                         |                                   |

A failure is lasting if the meter answers that it does not have or allow what is asked (LASTING):
another try would fare the same.
"""

from dataclasses import dataclass, field, replace
from typing import TypeAlias, assert_never

from link.client import Get, Invoke, Request
from link.cosem import ByDigest, row
from link.terms import (
    EXECUTED,
    LASTING,
    LedgerHead,
    LinkTrouble,
    TokenClass,
    TokenOutcome,
    TokenResult,
    token_digest,
)

ENTER_TRIES = 3
"""How often one run sends `enter` for one token at the most."""

READ_TRIES = 3
"""How often in succession one reading is asked for before the procedure gives up."""

NEVER_JUDGED = LASTING | {LinkTrouble.REFUSED_LINK, LinkTrouble.OTHER_METER}
"""Failures after which the request was not carried out; any other of a sent one leaves doubt."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What must be on disk before the token leaves: the digits, and the newest sequence known."""

    digits: str = field(repr=False)
    known_sequence: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """The meter took the token after the intent; `outcome.source` says from which unit."""

    outcome: TokenOutcome


@dataclass(frozen=True, slots=True)
class Refused:
    """The meter judged the token and refused it, or had taken it before the intent (UsedError)."""

    outcome: TokenOutcome


@dataclass(frozen=True, slots=True)
class Unknown:
    """The token may or may not have been taken: keep the intent, read again later.

    With a LASTING trouble the meter does not let the ledger be read: no reading can resolve it.
    """

    trouble: LinkTrouble


@dataclass(frozen=True, slots=True)
class NotSent:
    """The meter has judged nothing: the token is as good as before."""

    trouble: LinkTrouble


@dataclass(frozen=True, slots=True)
class NotDone:
    """The token of an earlier run is not in the ledger, and nothing was sent again."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Somebody has ended the wait; whether the token was taken is not known.

    No state of the procedure leads here. To type the token again is safe: the meter credits it once
    at the most (its list of TIDs), and says if it was used.
    """


Verdict: TypeAlias = Accepted | Refused | Unknown | NotSent | NotDone | Forgotten


@dataclass(frozen=True, slots=True)
class _Heading:
    failures: int


@dataclass(frozen=True, slots=True)
class _Storing:
    known: int


@dataclass(frozen=True, slots=True)
class _Entering:
    known: int
    sent: int
    """Times that `enter` has gone out, this one included."""


@dataclass(frozen=True, slots=True)
class _Looking:
    known: int
    sent: int
    """Times that `enter` has gone out; 0 when an earlier run did that."""
    failures: int
    doubt: LinkTrouble


@dataclass(frozen=True, slots=True)
class _Confirming:
    known: int
    used: TokenOutcome
    """UsedError by an entry newer than the intent: of this token, or of one with its TID."""
    failures: int


_Asking: TypeAlias = _Heading | _Entering | _Confirming | _Looking
_State: TypeAlias = _Asking | _Storing | Verdict


class TokenEntry:
    """The procedure for one token and one meter; asks through `wants`, ends in a `verdict`."""

    __slots__ = ("_digest", "_digits", "_state")

    def __init__(self, digits: str, *, known_sequence: int | None, resumed: bool) -> None:
        """Begin; `resumed` with the known sequence of a stored intent only reads.

        ValueError for digits that are not ASCII and for a resumed entry without its sequence.
        """
        self._digits = digits
        self._digest = token_digest(digits)
        self._state: _State = _first(known_sequence, resumed)

    def __repr__(self) -> str:
        return f"TokenEntry(...{self._digits[-4:]}, {self._state})"

    @property
    def wants(self) -> Request | None:
        """What to ask of the meter next; None while an intent waits and once there is a verdict."""
        match self._state:
            case _Heading():
                return Get(row("ledger_head.value"))
            case _Entering():
                return Invoke(row("token_gateway.enter"), self._digits)
            case _Looking() | _Confirming():
                return Get(row("token_log.buffer"), ByDigest(self._digest))
            case _:
                return None

    @property
    def intent(self) -> Intent | None:
        """What the app must store durably, then say so by `intent_stored`."""
        match self._state:
            case _Storing(known):
                return Intent(self._digits, known)
            case _:
                return None

    @property
    def verdict(self) -> Verdict | None:
        """How it ended, or None."""
        match self._state:
            case Accepted() | Refused() | Unknown() | NotSent() | NotDone():
                return self._state
            case _:
                return None

    def intent_stored(self) -> None:
        """Record that the intent is on disk; RuntimeError when none was wanted."""
        match self._state:
            case _Storing(known):
                self._state = _Entering(known, sent=1)
            case _:
                raise RuntimeError(f"no intent is wanted in {self._state}")

    def answered(self, value: object) -> None:
        """Take the value that answers `wants`; RuntimeError when nothing was wanted."""
        match self._state:
            case _Heading() as state:
                self._state = _headed(state, value)
            case _Entering() as state:
                self._state = _judged(state, value, self._digest)
            case _Looking() | _Confirming() as state:
                self._state = _looked(state, value, self._digest)
            case _:
                raise RuntimeError(f"no answer is wanted in {self._state}")

    def failed(self, trouble: LinkTrouble, *, sent: bool = True) -> None:
        """Record that `wants` failed, and whether it had been handed to the link.

        RuntimeError when nothing was wanted.
        """
        match self._state:
            case _Entering(sent=1) if not sent or trouble in NEVER_JUDGED:
                self._state = NotSent(trouble)
            case _Heading() | _Entering() | _Confirming() | _Looking() as state:
                self._state = _troubled(state, trouble)
            case _:
                raise RuntimeError(f"nothing that can fail is wanted in {self._state}")


def _first(known_sequence: int | None, resumed: bool) -> _State:
    if known_sequence is None:
        if resumed:
            raise ValueError("a resumed entry has the known sequence of its intent")
        return _Heading(failures=0)
    if resumed:
        return _Looking(known_sequence, sent=0, failures=0, doubt=LinkTrouble.RESET)
    return _Storing(known_sequence)


def _troubled(state: _Asking, trouble: LinkTrouble) -> _State:
    match state:
        case _Entering(known, sent):
            return _Looking(known, sent, failures=0, doubt=trouble)
        case _Heading() | _Confirming() | _Looking():
            if trouble not in LASTING and state.failures + 1 < READ_TRIES:
                return replace(state, failures=state.failures + 1)
            return NotSent(trouble) if isinstance(state, _Heading) else Unknown(trouble)
        case _:
            assert_never(state)


def _headed(state: _Heading, value: object) -> _State:
    if isinstance(value, LedgerHead):
        return _Storing(value.sequence)
    return _troubled(state, LinkTrouble.MALFORMED)


def _judged(state: _Entering, value: object, digest: bytes) -> _State:
    if not isinstance(value, TokenOutcome) or value.digest != digest:
        return _troubled(state, LinkTrouble.MALFORMED)
    if value.result in EXECUTED:
        return Accepted(value)
    if value.result is TokenResult.UsedError and value.sequence > state.known:
        return _Confirming(state.known, value, failures=0)
    return Refused(value)


def _looked(state: _Looking | _Confirming, value: object, digest: bytes) -> _State:
    if not isinstance(value, tuple):
        return _troubled(state, LinkTrouble.MALFORMED)
    entries = [e for e in value if isinstance(e, TokenOutcome) and e.digest == digest]
    newest = max(entries, key=lambda entry: entry.sequence, default=None)
    if newest is not None and newest.sequence > state.known:
        return Accepted(newest)
    if isinstance(state, _Confirming):
        return Refused(state.used)
    if newest is not None and _is_used_up(newest):
        return Refused(_second_use(newest))
    return _not_in_ledger(state)


def _not_in_ledger(state: _Looking) -> _State:
    if state.sent == 0:
        return NotDone()
    if state.sent == ENTER_TRIES:
        return Unknown(state.doubt)
    return _Entering(state.known, state.sent + 1)


def _is_used_up(entry: TokenOutcome) -> bool:
    """Return whether this entry's token can never run again: neither a test nor a held section."""
    return entry.result is TokenResult.Accept and entry.token_class != TokenClass.TEST


def _second_use(entry: TokenOutcome) -> TokenOutcome:
    """Return the UsedError that the meter would answer for the token of this entry."""
    return replace(
        entry,
        result=TokenResult.UsedError,
        first_at=entry.at,
        worth=entry.amount,
        first_source=entry.source,
        amount=0,
    )
