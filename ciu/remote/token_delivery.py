"""Delivery of one token to one meter by the exactly-once procedure of link.md 6.

Invariants: the intent is durable before the first octet and is forgotten as soon as the fate is
known; `enter` is asked only while somebody waits for the answer, then the delivery only reads.
Times are monotonic seconds.
"""

from ciu.state import CiuState
from link.client import Request
from link.terms import LASTING, LinkTrouble
from link.token_entry import Forgotten, Intent, NotSent, TokenEntry, Unknown, Verdict

PACE_S = 3.0
"""After a failure the next try waits so long, or until the link is up again."""

READ_PACE_S = 6.0
"""So long where nobody waits any more: a delivery that only reads leaves the line to others."""

LASTING_PACE_S = 60.0
"""So long after an answer that will be the same the next time."""

PASSING = frozenset(
    {
        LinkTrouble.NO_ANSWER,
        LinkTrouble.PORT_DOWN,
        LinkTrouble.TEMPORARY,
        LinkTrouble.MALFORMED,
        LinkTrouble.RESET,
    }
)
"""Troubles that may pass while somebody waits: what was not sent is tried again."""


class TokenDelivery:
    """`request` is what to ask next; `answered`, `failed` and `give_up` return what to tell."""

    def __init__(self, meter: str, digits: str, state: CiuState) -> None:
        """Begin with a new token, for which somebody waits."""
        self.meter = meter
        self.done = False
        self._digits = digits
        self._state = state
        self._stored: Intent | None = None
        self._waited_for = True
        self._lasting: LinkTrouble | None = None
        """Why no reading can end the doubt, as told last."""
        self._entry = TokenEntry(digits, known_sequence=None, resumed=False)
        self._busy = False
        self._not_before = float("-inf")
        self._trouble = LinkTrouble.NO_ANSWER
        """What the last failure was."""

    @classmethod
    def of_intent(cls, meter: str, intent: Intent, state: CiuState) -> "TokenDelivery":
        """Go on with what an earlier run left: find out, by reading alone."""
        delivery = cls(meter, intent.digits, state)
        delivery._stored = intent
        delivery._read_on(intent)
        return delivery

    @property
    def waited_for(self) -> bool:
        """Return whether somebody waits for the verdict."""
        return self._waited_for and not self.done

    @property
    def tail(self) -> str:
        """The last four digits of the token."""
        return self._digits[-4:]

    @property
    def due(self) -> float | None:
        """When there is something to ask; None while an answer is awaited and at the end."""
        return None if self._busy or self.done else self._not_before

    def request(self) -> Request:
        """Return what is asked now; RuntimeError where nothing is due."""
        wanted = self._entry.wants
        if wanted is None or self._busy:
            raise RuntimeError("nothing is due")
        self._busy = True
        return wanted

    def link_is_up(self) -> None:
        """Record that waiting longer is of no use."""
        self._not_before = float("-inf")

    def answered(self, value: object) -> Verdict | None:
        """Take the answer; return a verdict that is to be told."""
        self._busy = False
        self._entry.answered(value)
        return self._go_on()

    def failed(self, trouble: LinkTrouble, *, sent: bool, now: float) -> Verdict | None:
        """Record that no answer came; return a verdict that is to be told."""
        self._busy = False
        self._not_before = now + self._pace_s(trouble)
        self._trouble = trouble
        self._entry.failed(trouble, sent=sent)
        return self._go_on()

    def give_up(self, *, unsent: bool) -> Verdict:
        """Record that nobody waits any more; return the verdict that is to be told.

        `unsent`: what is asked now has not left and never will. RuntimeError where nobody waits.
        """
        if not self.waited_for:
            raise RuntimeError("nobody waits")
        self._busy = False
        if unsent:
            self._entry.failed(self._trouble, sent=False)
        if self._stored is None or isinstance(self._entry.verdict, NotSent):
            self._forget()
            self.done = True
            return NotSent(self._trouble)
        self._read_on(self._stored)
        return Unknown(self._trouble)

    def forget(self) -> Forgotten:
        """End the search for what became of the token; RuntimeError while somebody waits for it."""
        if self.waited_for:
            raise RuntimeError("somebody waits")
        self._forget()
        self.done = True
        return Forgotten()

    def _pace_s(self, trouble: LinkTrouble) -> float:
        if trouble in LASTING:
            return LASTING_PACE_S
        return PACE_S if self._waited_for else READ_PACE_S

    def _go_on(self) -> Verdict | None:
        intent = self._entry.intent
        if intent is not None:
            self._state.begin(self.meter, intent)
            self._stored = intent
            self._entry.intent_stored()
        match self._entry.verdict:
            case None:
                return None
            case Unknown() as verdict:
                return self._doubted(verdict)
            case NotSent(trouble) if self._waited_for and trouble in PASSING:
                self._forget()
                self._entry = TokenEntry(self._digits, known_sequence=None, resumed=False)
                return None
            case verdict:
                self._forget()
                self.done = True
                return verdict

    def _doubted(self, verdict: Unknown) -> Unknown | None:
        """Read on; the doubt is told once, and again when it turns out that it will last."""
        lasting = verdict.trouble if verdict.trouble in LASTING else None
        told_before = not self._waited_for and lasting in (None, self._lasting)
        self._lasting = lasting or self._lasting
        if self._stored is not None:
            self._read_on(self._stored)
        return None if told_before else verdict

    def _read_on(self, intent: Intent) -> None:
        self._waited_for = False
        self._entry = TokenEntry(intent.digits, known_sequence=intent.known_sequence, resumed=True)

    def _forget(self) -> None:
        self._state.resolve(self.meter)
        self._stored = None
