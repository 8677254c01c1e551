"""An event loop whose time jumps to the next timer instead of waiting for it.

Invariant: nothing in a run depends on the machine's clock, so the same seed gives the same trace.
"""

import asyncio
import selectors
from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import FileDescriptorLike


class NothingScheduled(RuntimeError):
    """Every task waits for something that will never come."""


class _JumpingSelector(selectors.BaseSelector):
    """Looks at descriptors without waiting; the wait itself moves virtual time on."""

    def __init__(self) -> None:
        self._inner = selectors.DefaultSelector()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise NothingScheduled("no timer is set and no task can run")
        self.now += max(timeout, 0.0)
        return self._inner.select(0)

    def register(
        self, fileobj: "FileDescriptorLike", events: int, data: object = None
    ) -> selectors.SelectorKey:
        return self._inner.register(fileobj, events, data)

    def unregister(self, fileobj: "FileDescriptorLike") -> selectors.SelectorKey:
        return self._inner.unregister(fileobj)

    def get_map(self) -> Mapping["FileDescriptorLike", selectors.SelectorKey]:
        return self._inner.get_map()

    def close(self) -> None:
        self._inner.close()


class VirtualLoop(asyncio.SelectorEventLoop):
    """`loop.time()` starts at 0 and moves only when every task waits."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


def run_virtual(main: Coroutine[object, object, object]) -> None:
    """Run a coroutine to its end on virtual time; raises what it raises, or NothingScheduled."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(main)
