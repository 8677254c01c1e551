"""The tokens on their way to the meters of one medium, at most one a meter."""

from collections.abc import Iterator

from ciu.panel import Pending, Settled
from ciu.remote.errand import Errand
from ciu.state import CiuState
from link.client import Failed
from link.token_entry import Verdict


class Errands:
    """What is to be told of a token is returned, where there is anything."""

    def __init__(self, state: CiuState) -> None:
        self._state = state
        self._errands: dict[str, Errand] = {}

    def resume(self, meter: str) -> Pending | None:
        """Take up the intent that an earlier run left."""
        intent = self._state.intent(meter)
        if intent is None:
            return None
        self._errands[meter] = Errand.of_intent(meter, intent, self._state)
        return Pending(meter, self._errands[meter].tail)

    def submit(self, meter: str, digits: str) -> None:
        """Enter a token; RuntimeError while an earlier one is open."""
        if meter in self._errands:
            raise RuntimeError(f"meter {meter} has a token under way")
        self._errands[meter] = Errand(meter, digits, self._state)

    def is_waited_for(self, meter: str) -> bool:
        """Tell whether somebody waits for the verdict of a meter."""
        return meter in self._errands and self._errands[meter].waited_for

    def due(self, now: float) -> Iterator[Errand]:
        """Yield those that have something to ask now."""
        return (errand for errand in self._errands.values() if _is_due(errand, now))

    def moments(self) -> Iterator[float]:
        """Yield when each has something to ask that has."""
        return (errand.due for errand in self._errands.values() if errand.due is not None)

    def link_is_up(self, meter: str) -> None:
        """Take note that waiting longer is of no use."""
        if meter in self._errands:
            self._errands[meter].link_is_up()

    def answered(self, meter: str, value: object) -> Settled | None:
        """Take an answer."""
        errand = self._errands[meter]
        return self._settle(errand, errand.answered(value))

    def failed(self, meter: str, failure: Failed, now: float) -> Settled | None:
        """Take note that no answer came."""
        errand = self._errands[meter]
        return self._settle(errand, errand.failed(failure.trouble, sent=failure.sent, now=now))

    def give_up(self, meter: str, *, unsent: bool) -> Settled | None:
        """Take note that nobody waits any more; `unsent`: what was asked last never left."""
        errand = self._errands[meter]
        return self._settle(errand, errand.give_up(unsent=unsent))

    def is_open(self, meter: str) -> bool:
        """Return whether the fate of a token of a meter is open."""
        return meter in self._errands

    def forget(self, meter: str) -> Settled | None:
        """End an errand that only reads; RuntimeError while somebody waits for the verdict."""
        errand = self._errands[meter]
        return self._settle(errand, errand.forget())

    def _settle(self, errand: Errand, verdict: Verdict | None) -> Settled | None:
        if errand.done:
            del self._errands[errand.meter]
        return None if verdict is None else Settled(errand.meter, errand.tail, verdict)


def _is_due(errand: Errand, now: float) -> bool:
    return errand.due is not None and errand.due <= now
