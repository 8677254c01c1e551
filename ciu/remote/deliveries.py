"""Token deliveries to the meters of one medium, at most one a meter."""

from collections.abc import Iterator

from ciu.panel import Pending, Settled
from ciu.remote.token_delivery import TokenDelivery
from ciu.state import CiuState
from link.client import Failed
from link.token_entry import Verdict


class Deliveries:
    """What is to be told of a token is returned, where there is anything."""

    def __init__(self, state: CiuState) -> None:
        self._state = state
        self._deliveries: dict[str, TokenDelivery] = {}

    def resume(self, meter: str) -> Pending | None:
        """Take up the intent that an earlier run left."""
        intent = self._state.intent(meter)
        if intent is None:
            return None
        self._deliveries[meter] = TokenDelivery.of_intent(meter, intent, self._state)
        return Pending(meter, self._deliveries[meter].tail)

    def submit(self, meter: str, digits: str) -> None:
        """Enter a token; RuntimeError while an earlier one is open."""
        if meter in self._deliveries:
            raise RuntimeError(f"meter {meter} has a token under way")
        self._deliveries[meter] = TokenDelivery(meter, digits, self._state)

    def is_waited_for(self, meter: str) -> bool:
        """Return whether somebody waits for the verdict of a meter."""
        return meter in self._deliveries and self._deliveries[meter].waited_for

    def due(self, now: float) -> Iterator[TokenDelivery]:
        """Yield those that have something to ask now."""
        return (delivery for delivery in self._deliveries.values() if _is_due(delivery, now))

    def moments(self) -> Iterator[float]:
        """Yield when each has something to ask that has."""
        return (delivery.due for delivery in self._deliveries.values() if delivery.due is not None)

    def link_is_up(self, meter: str) -> None:
        """Record that waiting longer is of no use."""
        if meter in self._deliveries:
            self._deliveries[meter].link_is_up()

    def answered(self, meter: str, value: object) -> Settled | None:
        """Take an answer."""
        delivery = self._deliveries[meter]
        return self._settle(delivery, delivery.answered(value))

    def failed(self, meter: str, failure: Failed, now: float) -> Settled | None:
        """Record that no answer came."""
        delivery = self._deliveries[meter]
        return self._settle(delivery, delivery.failed(failure.trouble, sent=failure.sent, now=now))

    def give_up(self, meter: str, *, unsent: bool) -> Settled | None:
        """Record that nobody waits any more; `unsent`: what was asked last never left."""
        delivery = self._deliveries[meter]
        return self._settle(delivery, delivery.give_up(unsent=unsent))

    def is_open(self, meter: str) -> bool:
        """Return whether the fate of a token of a meter is open."""
        return meter in self._deliveries

    def forget(self, meter: str) -> Settled | None:
        """End a delivery that only reads; RuntimeError while somebody waits for the verdict."""
        delivery = self._deliveries[meter]
        return self._settle(delivery, delivery.forget())

    def _settle(self, delivery: TokenDelivery, verdict: Verdict | None) -> Settled | None:
        if delivery.done:
            del self._deliveries[delivery.meter]
        return None if verdict is None else Settled(delivery.meter, delivery.tail, verdict)


def _is_due(delivery: TokenDelivery, now: float) -> bool:
    return delivery.due is not None and delivery.due <= now
