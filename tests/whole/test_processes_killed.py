"""The kill proof: SIGKILL takes the unit, the meter or both while a token is entered."""

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from .kills import FEW, MEASURED, ROUNDS, TWO_ENDED, assert_spread, rounds_of, summary, undisturbed
from .processes import SERIAL, house


@pytest.mark.proof
async def test_a_killed_process_credits_no_token_twice(tmp_path: Path) -> None:
    async with house("tcp", tmp_path) as home:
        span = await undisturbed(home, runs=1)
        await rounds_of([home], "tcp", span, 1, TWO_ENDED)


@pytest.mark.proof
@pytest.mark.timeout(0)
async def test_kills_at_random_moments_move_the_credit_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both media at the same time: most of a round is waiting."""
    began = time.monotonic()
    folders = {medium: tmp_path / medium for medium in ("tcp", SERIAL)}
    async with AsyncExitStack() as opened:
        homes, spans, playing = {}, {}, {}
        for medium, folder in folders.items():
            folder.mkdir()
            homes[medium] = await opened.enter_async_context(house(medium, folder))
            spans[medium] = await undisturbed(homes[medium], runs=MEASURED)
        async with asyncio.TaskGroup() as group:
            for medium, home in homes.items():
                rounds = rounds_of([home], medium, spans[medium], ROUNDS, TWO_ENDED)
                playing[medium] = group.create_task(rounds)
    with capsys.disabled():
        for medium, task in playing.items():
            print(f"\n{summary(medium, task.result(), spans[medium])}", end="")
        print(f"\n{time.monotonic() - began:.0f} s")
    if ROUNDS >= FEW:
        outcomes = [outcome for task in playing.values() for outcome in task.result()]
        assert_spread(outcomes, TWO_ENDED)
