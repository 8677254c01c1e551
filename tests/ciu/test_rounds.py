"""Polls are fair, and silence is told in time and with its reason."""

from collections.abc import Sequence
from random import Random

import pytest

from ciu.rounds import POLL_S, SILENT_S, DeliveryStatistics, Rounds
from ciu.wording import Silence, Silent
from link.terms import LinkTrouble

METERS = ("01000000001", "01000000019", "01000000027")


def opened(meters: tuple[str, ...] = METERS) -> Rounds:
    rounds = Rounds(meters, now=0.0)
    rounds.port_opened(0.0)
    return rounds


def unanswered(until: float) -> Rounds:
    """Rounds in which every meter was tried, and none has answered."""
    rounds = opened()
    play(rounds, dict.fromkeys(METERS, 2.0), dead=METERS, until=until)
    return rounds


def play(
    rounds: Rounds, takes: dict[str, float], *, dead: Sequence[str] = (), until: float
) -> list[str]:
    """Run polls that take so many seconds; return the meters in the order of their polls."""
    now, order = 0.0, []
    while now < until:
        meter = rounds.begin(now)
        if meter is None:
            now = rounds.deadline(now) or until
            continue
        order.append(meter)
        now += takes[meter]
        if meter in dead:
            rounds.failed(meter, LinkTrouble.NO_ANSWER, now)
        else:
            rounds.finished(meter, now)
    return order


def test_every_meter_is_polled_every_three_seconds_on_a_quick_line() -> None:
    order = play(opened(), dict.fromkeys(METERS, 0.1), until=30.0)
    assert order[:6] == [*METERS, *METERS]
    assert all(order.count(meter) == 30.0 / POLL_S for meter in METERS)


def test_no_meter_starves_whatever_the_polls_take() -> None:
    rng = Random(1)
    for _ in range(20):
        takes = {meter: rng.choice((0.05, 0.5, 3.0)) for meter in METERS}
        order = play(opened(), takes, until=300.0)
        counts = [order.count(meter) for meter in METERS]
        assert min(counts) * 3 >= max(counts) > 0


def test_a_slow_line_is_left_free_half_of_the_time() -> None:
    order = play(opened(), dict.fromkeys(METERS, 2.0), until=300.0)
    assert len(order) * 2.0 <= 300.0 / 2 + 6.0


def test_a_dead_meter_leaves_the_line_to_the_others() -> None:
    takes = {METERS[0]: 0.1, METERS[1]: 0.1, METERS[2]: 10.0}
    order = play(opened(), takes, dead=METERS[2:], until=300.0)
    assert order.count(METERS[2]) * 10.0 <= 300.0 / 2 + 10.0
    assert order.count(METERS[0]) >= 40


def test_one_poll_at_a_time() -> None:
    rounds = opened()
    assert rounds.begin(0.0) == METERS[0]
    assert rounds.begin(0.0) is None
    rounds.finished(METERS[0], 0.2)
    assert rounds.begin(0.2) == METERS[1]


def test_a_dead_meter_is_tried_beside_the_others() -> None:
    rounds = opened()
    rounds.begin(0.0)
    rounds.failed(METERS[0], LinkTrouble.NO_ANSWER, 1.0)
    for meter in METERS[1:]:
        assert rounds.begin(1.0) == meter
        rounds.finished(meter, 1.1)
    assert rounds.begin(4.0) == METERS[0]
    assert rounds.begin(4.0) == METERS[1]
    assert rounds.begin(4.0) is None


def test_while_a_poll_takes_far_too_long_the_others_have_theirs() -> None:
    rounds = opened()
    play(rounds, dict.fromkeys(METERS, 0.1), until=2.9)
    assert rounds.begin(3.0) == METERS[0]
    assert rounds.begin(3.9) is None
    assert rounds.deadline(3.9) == 4.0
    assert rounds.begin(4.0) == METERS[1]
    rounds.failed(METERS[0], LinkTrouble.NO_ANSWER, 6.5)
    rounds.finished(METERS[1], 6.6)
    assert rounds.begin(6.6) == METERS[2]


def test_nobody_is_called_silent_before_all_tries_of_a_poll_have_failed() -> None:
    rounds = opened()
    rounds.begin(0.0)
    assert rounds.silence(METERS[0], 20.0) is None
    rounds.failed(METERS[0], LinkTrouble.NO_ANSWER, 20.0)
    assert rounds.silence(METERS[0], 20.0) is None
    assert rounds.silence(METERS[0], 41.0) is not None
    assert rounds.silence(METERS[1], 41.0) is None


def test_dead_meters_have_a_quarter_of_the_line_together() -> None:
    rounds, now, tried = opened(), 0.0, 0.0
    while now < 600:
        meter = rounds.begin(now)
        if meter is None:
            now = rounds.deadline(now) or 600
        elif meter == METERS[0]:
            rounds.finished(meter, now)
        else:
            now, tried = now + 3.4, tried + 3.4
            rounds.failed(meter, LinkTrouble.NO_ANSWER, now)
    assert tried <= 600 * 3.4 / 13.4 + 2 * 3.4
    silence = rounds.silence(METERS[1], now)
    assert silence is not None
    assert silence.again_s == round(2 * (3.4 + 10))


def test_no_poll_begins_while_something_else_goes_before() -> None:
    rounds = opened()
    rounds.held = True
    assert rounds.begin(0.0) is None
    assert rounds.deadline(0.0) == SILENT_S
    rounds.held = False
    assert rounds.begin(0.0) == METERS[0]


def test_a_line_on_which_others_speak_is_not_called_silent() -> None:
    rounds = unanswered(20.0)
    alone = rounds.silence(METERS[0], 20.0)
    rounds.overheard(19.0)
    among_others = rounds.silence(METERS[0], 20.0)
    assert alone is not None
    assert among_others is not None
    assert (alone.silent, among_others.silent) == (Silent.LINE, Silent.METER)


def test_the_period_follows_what_polls_usually_take() -> None:
    rounds = opened()
    assert rounds.quality(METERS[0]).poll_s == POLL_S
    play(rounds, dict.fromkeys(METERS, 2.0), until=60.0)
    assert rounds.quality(METERS[0]).poll_s == pytest.approx(12.0)


def polled(rounds: Rounds, meter: str, begin_s: float, took_s: float) -> None:
    """Answer one poll of a meter."""
    assert rounds.begin(begin_s) == meter
    rounds.finished(meter, begin_s + took_s)


def test_a_longer_poll_moves_the_period_by_a_quarter_and_a_shorter_one_is_it() -> None:
    meter = METERS[0]
    rounds = opened((meter,))
    periods = []
    for begin_s, took_s in ((0.0, 4.0), (10.0, 8.0), (30.0, 2.5)):
        polled(rounds, meter, begin_s, took_s)
        periods.append(rounds.quality(meter).poll_s)
    assert periods == [8.0, 10.0, 5.0]


def test_after_a_try_of_a_dead_meter_no_other_dead_one_is_tried_for_three_times_as_long() -> None:
    rounds = opened()
    polled(rounds, METERS[0], 0.0, 0.1)
    for meter, begin_s in ((METERS[1], 0.1), (METERS[2], 1.1)):
        assert rounds.begin(begin_s) == meter
        rounds.failed(meter, LinkTrouble.NO_ANSWER, begin_s + 1.0)
    polled(rounds, METERS[0], 3.0, 0.1)
    assert rounds.begin(5.0) is None  # METERS[1] is due since 4.1
    assert rounds.begin(5.125) == METERS[1]


def test_a_dead_meter_rests_no_longer_than_two_rounds_of_a_slow_line() -> None:
    rounds = opened(METERS[:2])
    polled(rounds, METERS[0], 0.0, 4.0)
    assert rounds.begin(4.0) == METERS[1]
    rounds.failed(METERS[1], LinkTrouble.NO_ANSWER, 14.0)
    rounds.heard(METERS[0], 20.0)
    assert rounds.silence(METERS[1], 25.9) is None  # two rounds of 8 s, and 10 s of its poll
    silence = rounds.silence(METERS[1], 26.0)
    assert silence == Silence(Silent.METER, LinkTrouble.NO_ANSWER, 10 + 16)


def test_a_meter_that_is_alone_and_dead_has_half_of_the_line() -> None:
    rounds = opened(METERS[:1])
    rounds.begin(0.0)
    rounds.failed(METERS[0], LinkTrouble.NO_ANSWER, 5.0)
    silence = rounds.silence(METERS[0], 60.0)
    assert silence == Silence(Silent.METER, LinkTrouble.NO_ANSWER, 2 * 5)


def test_the_last_hundred_asks_are_counted() -> None:
    statistics = DeliveryStatistics()
    assert (statistics.answered_percent, statistics.first_try_percent, statistics.round_trip_s) == (
        None,
    ) * 3
    statistics.failed()
    for number in range(3):
        statistics.answered(0.09, at_once=number > 0)
    assert (statistics.answered_percent, statistics.first_try_percent, statistics.round_trip_s) == (
        75,
        50,
        0.09,
    )
    for _ in range(100):
        statistics.answered(0.08, at_once=True)
    assert (statistics.answered_percent, statistics.first_try_percent) == (100, 100)


def test_a_meter_in_a_hurry_is_the_next() -> None:
    rounds = opened()
    for meter in METERS:
        assert rounds.begin(0.0) == meter
        rounds.finished(meter, 0.0)
    assert rounds.begin(1.0) is None
    rounds.hurry(METERS[2], 1.0)
    assert rounds.deadline(1.0) == 1.0
    assert rounds.begin(1.0) == METERS[2]


def test_a_hurry_during_a_poll_asks_for_one_more_right_after_it() -> None:
    rounds = opened(METERS[:1])
    rounds.begin(0.0)
    rounds.hurry(METERS[0], 0.1)
    rounds.finished(METERS[0], 0.2)
    assert rounds.begin(0.2) == METERS[0]
    rounds.finished(METERS[0], 0.3)
    assert rounds.begin(0.3) is None


def test_a_meter_is_silent_only_after_its_time() -> None:
    rounds = opened(METERS[:1])
    rounds.begin(0.0)
    rounds.finished(METERS[0], 0.1)
    rounds.begin(3.0)
    rounds.failed(METERS[0], LinkTrouble.NO_ANSWER, 3.2)
    begins = 0.1 + SILENT_S
    assert rounds.silence(METERS[0], begins - 0.01) is None
    assert rounds.deadline(4.0) in (6.0, begins)
    assert rounds.silence(METERS[0], begins) == Silence(Silent.METER, LinkTrouble.NO_ANSWER, 3)


def test_a_restart_within_the_time_is_never_shown() -> None:
    rounds = opened(METERS[:1])
    rounds.begin(0.0)
    rounds.failed(METERS[0], LinkTrouble.RESET, 0.1)
    assert rounds.silence(METERS[0], 1.0) is None
    rounds.begin(3.0)
    rounds.finished(METERS[0], 3.1)
    assert rounds.silence(METERS[0], 10.0) is None


@pytest.mark.parametrize(
    "trouble", [LinkTrouble.OTHER_METER, LinkTrouble.PORT_DOWN, LinkTrouble.NOT_REACHED]
)
def test_what_cannot_be_a_busy_meter_is_told_at_once(trouble: LinkTrouble) -> None:
    rounds = opened()
    rounds.begin(0.0)
    rounds.failed(METERS[0], trouble, 0.1)
    silence = rounds.silence(METERS[0], 0.1)
    assert silence is not None
    assert silence.trouble is trouble


def test_one_silent_meter_is_told_from_a_silent_line() -> None:
    rounds = unanswered(20.0)
    rounds.heard(METERS[0], 20.0)
    one = rounds.silence(METERS[1], 20.0)
    all_of_them = rounds.silence(METERS[1], 40.0)
    assert one is not None
    assert all_of_them is not None
    assert (one.silent, all_of_them.silent) == (Silent.METER, Silent.LINE)


def test_a_lost_port_silences_all_and_stops_the_polls_until_it_is_back() -> None:
    rounds = opened()
    rounds.begin(0.0)
    rounds.port_lost(LinkTrouble.PORT_DOWN)
    assert rounds.begin(5.0) is None
    for meter in METERS:
        silence = rounds.silence(meter, 0.0)
        assert silence is not None
        assert silence.silent is Silent.CIU
    rounds.port_opened(5.0)
    assert rounds.begin(5.0) == METERS[0]
    rounds.finished(METERS[0], 5.1)
    assert rounds.silence(METERS[0], 5.1) is None


def test_a_stranger_is_a_bug() -> None:
    with pytest.raises(KeyError):
        opened().heard("01000000035", 0.0)
