"""Laws of the end: SIGTERM unwinds what Ctrl-C would unwind."""

import asyncio
import signal

import pytest

from tools.bench.ending import run_tidily, tidy_end

TERMINATED = 128 + signal.SIGTERM


def test_sigterm_unwinds_the_block() -> None:
    unwound: list[str] = []

    def work() -> None:
        with tidy_end():
            try:
                signal.raise_signal(signal.SIGTERM)
            finally:
                unwound.append("block")

    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as end:
        work()
    assert (end.value.code, unwound) == (TERMINATED, ["block"])
    assert signal.getsignal(signal.SIGTERM) == before


def test_sigterm_unwinds_the_coroutine_which_may_still_wait_for_its_end() -> None:
    unwound: list[str] = []

    async def work() -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            unwound.append("coroutine")

    with pytest.raises(SystemExit) as end:
        run_tidily(work())
    assert (end.value.code, unwound) == (TERMINATED, ["coroutine"])


def test_what_a_coroutine_returns_is_returned() -> None:
    async def work() -> int:
        return 7

    assert run_tidily(work()) == 7
