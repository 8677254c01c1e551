"""Rounds of kills: SIGKILL takes one process or several, at random, while a token is entered.

Law (link.md 6): the credit has moved once or not at all, the unit ends with the truth, no intent
stays open, and in the end every token is credited exactly once.
"""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from random import Random

from link.terms import token_digest
from tools.vend import UNIT_WH

from .processes import House, Said, Talker

ROUNDS = int(os.environ.get("SPLITMETER_ROUNDS", "6"))
SEED = int(os.environ.get("SPLITMETER_SEED", "1"))
"""Of the first round; the next has the next. A round is played again by its seed, alone."""

MEASURED = 3
"""Undisturbed runs before the first round of the proof."""
MOST_UNITS = 40
FEW = 20
"""Fewer rounds say nothing about how the moments are spread."""
RUNS = 5
"""Within so many runs the unit must have the truth."""
OPEN = r": open$"
CREDITED = "TokenAccepted"
VERDICT = r"\d: token \.\."
LOOK = "37E"
"""Shows the credit, and finds out what became of an earlier token."""


class Victim(Enum):
    UNIT = "unit"
    METER = "meter"
    BOTH = "both"
    NEIGHBOUR = "another meter of the line"
    LINE = "the line"
    ALL = "all"


TWO_ENDED = (Victim.UNIT, Victim.METER, Victim.BOTH)
"""Who can be struck where a unit and a meter are alone."""
HITS_UNIT = frozenset({Victim.UNIT, Victim.BOTH, Victim.ALL})
HITS_METER = frozenset({Victim.METER, Victim.BOTH, Victim.ALL})
HITS_NEIGHBOUR = frozenset({Victim.NEIGHBOUR, Victim.ALL})
HITS_LINE = frozenset({Victim.LINE, Victim.ALL})


class Moment(Enum):
    """Where in the life of the unit's run it was hit, by what the unit had said."""

    BEFORE = "before"
    INSIDE = "inside"
    AFTER = "after"


class Since(Enum):
    """From where the moment of a kill counts."""

    START = "the start of the unit"
    OPEN = "its open port"
    CREDIT = "the meter's commit"


class Claim(Enum):
    """What the unit says of the token."""

    CREDITED = "accepted"
    USED = "UsedError"
    NOT_DONE = "not done"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Sold:
    """A token and its worth."""

    token: str
    units: int


@dataclass(frozen=True)
class Span:
    """Of undisturbed runs, seconds: from the open port to the verdict, and all of it."""

    exchange_s: float
    whole_s: float


@dataclass(frozen=True)
class Draw:
    """What a round does to whom."""

    victim: Victim
    since: Since
    moment_s: float
    """After `since`."""
    looks_first: bool
    """After it the customer looks at the credit before typing the token again."""


@dataclass(frozen=True)
class Outcome:
    """How a round went."""

    draw: Draw
    hit: Moment
    credited_before: bool
    """The meter had said so when the kill came."""
    claims: tuple[Claim, ...]


def drawn(rng: Random, span: Span, victims: Sequence[Victim]) -> Draw:
    """Draw most moments in the exchange, a small part of a run, and some just after the commit."""
    since = rng.choice([Since.START, Since.OPEN, Since.OPEN, Since.CREDIT])
    longest_s = {
        Since.START: span.whole_s,
        Since.OPEN: 1.25 * span.exchange_s,
        Since.CREDIT: 0.25 * span.exchange_s,
    }
    return Draw(
        victim=rng.choice(victims),
        since=since,
        moment_s=rng.uniform(0, longest_s[since]),
        looks_first=rng.random() < 0.25,
    )


async def undisturbed(home: House, runs: int) -> Span:
    """Measure runs that nobody disturbs; the longest counts."""
    await home.start_meter()
    spans = [await measured(home) for _ in range(runs)]
    await home.stop_meter()
    return Span(max(span.exchange_s for span in spans), max(span.whole_s for span in spans))


async def measured(home: House) -> Span:
    began = time.monotonic()
    unit = await home.start_unit(sold(home, 1).token + "E")
    assert await unit.says(OPEN)
    opened = time.monotonic()
    assert await unit.says(VERDICT)
    judged = time.monotonic()
    assert (await unit.end()).status == 0
    return Span(judged - opened, time.monotonic() - began)


def sold(home: House, units: int) -> Sold:
    return Sold(home.lab.buy(str(units * UNIT_WH / 1000)), units)


async def survive(home: House, unit: Talker, draw: Draw) -> None:
    """Let the drawn time pass, or the process end before; this is the experiment."""
    assert home.meter
    if draw.since is Since.OPEN:
        assert await unit.says(OPEN)
    if draw.since is Since.CREDIT:
        assert await home.meter.says(CREDITED)
    try:
        async with asyncio.timeout(draw.moment_s):
            await unit.process.wait()
    except TimeoutError:
        return


async def strike(home: House, unit: Talker, victim: Victim) -> tuple[bool, Said | None]:
    """Kill and start again; return whether the meter had credited, and what a unit alive says."""
    assert home.meter
    if victim in HITS_UNIT:
        unit.kill()
    if victim in HITS_METER:
        home.meter.kill()
    credited = home.meter.has_said(CREDITED)
    if victim in HITS_LINE:
        await home.break_line()
    struck = [home] if victim in HITS_METER else []
    struck += home.neighbours if victim in HITS_NEIGHBOUR else []
    for each in struck:
        await each.kill_meter()
    for each in struck:
        await each.start_meter()
    said = await unit.end()
    return credited, said if said.status >= 0 else None


def moment(unit: Talker) -> Moment:
    if unit.has_said(VERDICT):
        return Moment.AFTER
    return Moment.INSIDE if unit.has_said(OPEN) else Moment.BEFORE


def claims_of(said: Said, token: str) -> list[Claim]:
    """Return what a run said of the token, in order: of an earlier run's intent, then of its own.

    A run that only looked, or was killed, may have said nothing.
    """
    found = [
        claim
        for line in said.err.splitlines()
        if f"earlier token ..{token[-4:]}: " in line
        for words, claim in (
            (": accepted", Claim.CREDITED),
            (": refused, UsedError", Claim.USED),
            (": did not reach", Claim.NOT_DONE),
        )
        if words in line
    ]
    match said.report["result"], said.report["reason"]:
        case "accepted", _:
            found.append(Claim.CREDITED)
        case "refused", reason:
            found.append(Claim(reason))
        case "unknown", _:
            found.append(Claim.NOT_DONE if ": not sent" in said.err else Claim.UNKNOWN)
        case result, _:
            assert result == "shown"
    return found


async def until_known(home: House, token: str, first: Said | None, looks: bool) -> list[Claim]:
    """Let the customer type until the unit says that the token is in the credit."""
    claims = [] if first is None else claims_of(first, token)
    for _ in range(RUNS):
        if claims and claims[-1] in (Claim.CREDITED, Claim.USED):
            return claims
        said = await home.type(LOOK if looks else token + "E")
        claims += claims_of(said, token)
        looks = False
    raise AssertionError(f"not known after {RUNS} runs: {claims}")


def assert_true(claims: Sequence[Claim]) -> None:
    """Assert that no claim contradicts an earlier one."""
    for earlier, later in pairwise(claims):
        if earlier is Claim.CREDITED:
            assert later is Claim.USED, claims
        if earlier is Claim.NOT_DONE:
            assert later is not Claim.USED, claims


async def play(home: House, bought: Sold, draw: Draw) -> Outcome:
    """Play a round: enter a fresh token, be struck, find out; then look at both disks."""
    left = home.left
    before = home.on_disk() if home.meter is None else await home.stop_meter()
    assert left in (None, before.account)
    for each in (home, *home.neighbours):
        if each.meter is None:
            await each.start_meter()
    unit = await home.start_unit(bought.token + "E")
    try:
        await survive(home, unit, draw)
        hit = moment(unit)
        credited_before, first = await strike(home, unit, draw.victim)
    finally:
        unit.kill()
    claims = await until_known(home, bought.token, first, draw.looks_first)
    assert_true(claims)
    after = await home.stop_meter()
    assert after.account.credit == before.account.credit + bought.units * UNIT_WH
    known = [entry.digest for entry in after.ledger.entries]
    assert known.count(token_digest(bought.token)) == 1
    assert after.ledger.head.sequence == before.ledger.head.sequence + 1
    assert not home.has_intent()
    return Outcome(draw, hit, credited_before, tuple(claims))


async def rounds_of(
    homes: Sequence[House], name: str, span: Span, rounds: int, victims: Sequence[Victim]
) -> list[Outcome]:
    """Play rounds, from house to house; an error names its round's seed."""
    seeds, outcomes = range(SEED, SEED + rounds), []
    chosen = [homes[seed % len(homes)] for seed in seeds]
    tokens = [sold(home, 1 + seed % MOST_UNITS) for home, seed in zip(chosen, seeds, strict=True)]
    for seed, home, bought in zip(seeds, chosen, tokens, strict=True):
        draw = drawn(Random(f"{name} {seed}"), span, victims)
        try:
            outcomes.append(await play(home, bought, draw))
        except BaseException as error:
            error.add_note(f"{name}, SPLITMETER_SEED={seed} SPLITMETER_ROUNDS=1: {draw}")
            raise
    return outcomes


def summary(name: str, outcomes: Sequence[Outcome], span: Span) -> str:
    """Return one line: how many rounds hit when and whom, and what the unit said."""
    hits = Counter(
        "inside, credited"
        if outcome.hit is Moment.INSIDE and outcome.credited_before
        else outcome.hit.value
        for outcome in outcomes
    )
    victims = Counter(outcome.draw.victim.value for outcome in outcomes)
    said = Counter(" > ".join(claim.value for claim in outcome.claims) for outcome in outcomes)
    parts = [", ".join(f"{n} {name}" for name, n in c.most_common()) for c in (hits, victims, said)]
    return (
        f"{name}, {len(outcomes)} rounds from seed {SEED},"
        f" exchange {1000 * span.exchange_s:.0f} ms of {1000 * span.whole_s:.0f} ms:"
        f" hit {parts[0]}; killed {parts[1]}; said {parts[2]}"
    )


def assert_spread(outcomes: Sequence[Outcome], victims: Sequence[Victim]) -> None:
    """Assert that the kills were where they matter, so that the proof is not empty."""
    inside = [outcome for outcome in outcomes if outcome.hit is Moment.INSIDE]
    assert len(inside) >= len(outcomes) / 5
    assert {outcome.draw.victim for outcome in inside} == set(victims)
    assert {outcome.credited_before for outcome in inside} == {True, False}
