"""The meter unit: what is shown is on the disk, in time; a lost store is never guessed."""

import itertools
from pathlib import Path

import pytest

from link.secret import Secret
from link.terms import Alarm, EntrySource, SupplyReason, TokenOutcome, TokenResult
from meter.domain import alarms, explain
from meter.sts import DecoderKey, EncryptionAlgorithm, UnitsCredit, write_token

from .unit_bench import PATH, Bench, token

KETTLE_W, LIGHT_W = 2000, 60


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.mark.parametrize("scale", [1, 60, 3600])
def test_the_light_goes_out_when_the_credit_is_used_up_to_the_watt_hour(
    tmp_path: Path, scale: int
) -> None:
    bench = Bench(tmp_path, scale=scale)
    bench.unit.enter(token(100, 100), PATH, bench.now)
    assert bench.unit.is_closed(bench.now)
    bench.run(1.5 * 100 * 3600 / KETTLE_W / scale + 2)
    assert not bench.unit.is_closed(bench.now)
    assert explain(bench.state).reason is SupplyReason.NO_CREDIT
    most_in_a_world_second = KETTLE_W // 3600 + 1
    assert -most_in_a_world_second <= bench.state.account.credit <= 0


def test_a_load_that_can_be_followed_leaves_no_debt(tmp_path: Path) -> None:
    bench = Bench(tmp_path, scale=1)
    bench.unit.enter(token(100, 100), PATH, bench.now)
    bench.run(1.5 * 100 * 3600 / KETTLE_W)
    assert not bench.unit.is_closed(bench.now)
    assert bench.state.account.credit == 0


def test_consumption_is_durable_within_the_step(bench: Bench) -> None:
    bench.unit.enter(token(100, 25_000), PATH, bench.now)
    states = bench.run(60)
    totals = [state.metering.total for state in states]
    assert totals == sorted(totals)
    assert max(b - a for a, b in itertools.pairwise(totals)) <= 11
    assert bench.source.read(bench.now).register - totals[-1] <= 11


def test_a_small_load_is_durable_within_the_minute(tmp_path: Path) -> None:
    bench = Bench(tmp_path, scale=1, load="light")
    bench.unit.enter(token(100, 25_000), PATH, bench.now)
    states = bench.run(122)
    assert states[-1].metering.total == LIGHT_W * 120 // 3600


def test_what_was_shown_survives_a_power_cut(bench: Bench) -> None:
    bench.unit.enter(token(100, 25_000), PATH, bench.now)
    for _ in range(5):
        bench.run(7.3)
        shown = bench.state
        bench.kill()
        bench.start()
        assert bench.state.account == shown.account
        assert bench.state.metering.total == shown.metering.total
        assert bench.state.sts.tids == shown.sts.tids
        assert bench.unit.is_closed(bench.now)


def test_boot_does_not_close_what_the_store_has_open(bench: Bench) -> None:
    assert not bench.unit.is_closed(bench.now)
    bench.kill()
    bench.start()
    assert not bench.unit.is_closed(bench.now)


def test_until_the_disk_has_it_nothing_has_happened(bench: Bench) -> None:
    seen: list[tuple[int, bool, TokenOutcome | None]] = []

    def look() -> None:
        unit = bench.unit
        credit_wh = bench.state.account.credit
        seen.append((credit_wh, unit.is_closed(bench.now), unit.last_result(PATH)))

    bench.disk.witness = look
    bench.unit.enter(token(100, 25_000), PATH, bench.now)
    assert seen == [(0, False, None)]
    look()
    assert seen[-1][:2] == (25_000, True)


def test_a_settled_meter_has_lost_nothing(bench: Bench) -> None:
    bench.unit.enter(token(100, 25_000), PATH, bench.now)
    bench.run(7.3)
    assert bench.unit.settle(bench.now)
    flowed_wh = bench.source.read(bench.now).register
    bench.kill()
    bench.start()
    assert bench.state.account.credit == 25_000 - flowed_wh


def test_a_full_store_judges_nothing_and_forgets_nothing(bench: Bench) -> None:
    accepted = bench.unit.enter(token(100, 25_000), PATH, bench.now)
    assert accepted is not None
    bench.disk.limit(1)
    entered = 0
    while bench.unit.enter(token(200 + entered, 100), PATH, bench.now) is not None:
        entered += 1
        assert entered < 500
    assert bench.unit.enter(token(200 + entered, 100), PATH, bench.now) is None
    bench.disk.limit(1 << 30)
    bench.run(3)
    tried_again = bench.unit.enter(token(200 + entered, 100), PATH, bench.now)
    assert tried_again is not None
    assert tried_again.result is TokenResult.Accept
    tokens_wh = 25_000 + 100 * (entered + 1)
    assert bench.state.account.credit == tokens_wh - bench.state.metering.total


def test_the_store_says_used_after_the_restart(bench: Bench) -> None:
    first = bench.unit.enter(token(100, 25_000), PATH, bench.now)
    bench.kill()
    bench.start()
    second = bench.unit.enter(token(100, 25_000), EntrySource.SLOT_3, bench.now)
    assert first is not None
    assert second is not None
    assert second.result is TokenResult.UsedError
    assert (second.sequence, second.worth) == (first.sequence, 25_000)
    assert second.first_source is PATH


def test_each_path_keeps_its_last_result(bench: Bench) -> None:
    bench.unit.enter(token(100, 25_000), PATH, bench.now)
    refused = bench.unit.enter("0" * 19 + "x", EntrySource.SLOT_1, bench.now)
    mine = bench.unit.last_result(PATH)
    assert bench.unit.last_result(EntrySource.SLOT_1) == refused
    bench.kill()
    bench.start()
    assert bench.unit.last_result(PATH) == mine
    assert bench.unit.last_result(EntrySource.SLOT_1) is None


def test_a_lock_out_counts_running_time_across_restarts(bench: Bench) -> None:
    other_key = DecoderKey(EncryptionAlgorithm.EA07, Secret(bytes(8)))
    for tid in range(4):
        bench.run(6)
        guess = write_token(UnitsCredit(0, rnd=5, tid=tid, field=250), other_key)
        outcome = bench.unit.enter(guess, PATH, bench.now)
        assert outcome is not None
        assert outcome.result is TokenResult.CRCError
    for _ in range(4):
        bench.kill()
        bench.start()
    locked = bench.unit.enter(token(100, 100), PATH, bench.now)
    assert locked is not None
    assert locked.result is TokenResult.LockedOut
    bench.run(locked.seconds + 1)
    free = bench.unit.enter(token(100, 100), PATH, bench.now)
    assert free is not None
    assert free.result is TokenResult.Accept


def test_a_lock_out_lasts_its_whole_first_second_whenever_it_begins(bench: Bench) -> None:
    other_key = DecoderKey(EncryptionAlgorithm.EA07, Secret(bytes(8)))
    for tid in range(2):
        bench.run(6.45)
        bench.unit.enter(write_token(UnitsCredit(0, 5, tid, 250), other_key), PATH, bench.now)
    bench.run(0.9)
    locked = bench.unit.enter(token(100, 100), PATH, bench.now)
    assert locked is not None
    assert locked.result is TokenResult.LockedOut


@pytest.mark.parametrize("began", [0.13, 0.15, 0.36])
def test_a_second_that_rounding_made_short_is_counted(began: float, tmp_path: Path) -> None:
    bench = Bench(tmp_path, scale=1, load="light")
    bench.now = began
    stranger = DecoderKey(EncryptionAlgorithm.EA07, Secret(bytes(8)))
    bench.unit.enter(write_token(UnitsCredit(0, 5, 1, 250), stranger), PATH, began)
    for _ in range(3):
        bench.now = bench.unit.deadline
        bench.unit.tick(bench.now)
    assert bench.now > began + 1.5
    assert bench.state.ladders.locked_s(PATH) == 0


@pytest.mark.parametrize("fault", ["weld", "stuck"])
def test_a_contact_that_does_not_follow_is_noticed_within_a_second(
    tmp_path: Path, fault: str
) -> None:
    bench = Bench(tmp_path, relay=f"simulated://?{fault}=1")
    if fault == "stuck":
        bench.unit.enter(token(100, 25_000), PATH, bench.now)
    bench.run(1.1)
    assert Alarm.RELAY_MISMATCH in alarms(bench.state)
