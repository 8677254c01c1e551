"""The kill proof on a line: three meters, a unit and the bus between them, each its own process.

SIGKILL takes any of them while a token is entered at one meter; the others live on, and are no
richer and no poorer for it.
"""

import time
from pathlib import Path

import pytest

from link.terms import luhn_digit

from .kills import (
    FEW,
    MEASURED,
    ROUNDS,
    Outcome,
    Span,
    Victim,
    assert_spread,
    rounds_of,
    summary,
    undisturbed,
)
from .processes import street

METERS = 3
DRNS = [payload + luhn_digit(payload) for payload in (f"12{n:08d}" for n in range(METERS))]


async def struck(folder: Path, runs: int, rounds: int) -> tuple[list[Outcome], Span]:
    """Play so many rounds from meter to meter, all of them running in each."""
    async with street(folder, DRNS) as homes:
        for home in homes[1:]:
            await home.start_meter()
        span = await undisturbed(homes[0], runs)
        outcomes = await rounds_of(homes, "line", span, rounds, tuple(Victim))
        for home in homes:
            if home.meter is not None:
                left = home.left
                assert left in (None, (await home.stop_meter()).account)
    return outcomes, span


@pytest.mark.proof
@pytest.mark.timeout(0)
async def test_kills_on_a_line_move_the_credit_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    outcomes, span = await struck(tmp_path, MEASURED, ROUNDS)
    with capsys.disabled():
        print(f"\n{summary('line', outcomes, span)}\n{time.monotonic() - began:.0f} s")
    if ROUNDS >= FEW:
        assert_spread(outcomes, tuple(Victim))
