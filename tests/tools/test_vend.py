"""Laws of selling: the token is right, its TID is new, and a sale that was shown is on the disk."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from link.settings import read_secret
from link.terms import TokenResult
from meter.sts import (
    TID_LIMIT,
    DecoderKey,
    EncryptionAlgorithm,
    UnitsCredit,
    read_token,
    utc_of,
)
from tools.exits import Exit, Stop
from tools.vend import Till, next_tid
from tools.vend.credit import Issued, Units, sell

from .vending import BASE, METER, NOON, Meter, open_till

Splitmeter = Callable[..., Any]
Numbers = Callable[..., str]

LAST_NOW = utc_of(TID_LIMIT - 2 * 1440, BASE)


@pytest.fixture
def till(lab: Path) -> Iterator[Till]:
    with open_till(lab) as till:
        yield till


def read(lab: Path, number: str, digits: str) -> UnitsCredit:
    """Decode a token as the meter does, with the key in the meter's own file."""
    token = Meter("11", read_secret(lab / number / "decoder.key")).read(digits)
    assert isinstance(token, UnitsCredit)
    return token


def buy(till: Till, drn: str, kwh: Fraction | int, now: int = NOON) -> Issued:
    return sell(till, drn, Units(Fraction(kwh)), now=now, rnd=5)


def test_a_sold_token_is_the_meters_own(lab: Path, splitmeter: Splitmeter, drn: Numbers) -> None:
    ran = splitmeter("vend", "--register", lab / "vend.db", "credit", drn(1), "25", "--json")
    sold = json.loads(ran.out)
    assert list(sold)[:6] == ["token", "drn", "amount_wh", "kwh", "tid", "at"]
    token = read(lab, drn(1), sold["token"])
    assert (token.subclass, token.tid, token.amount) == (0, sold["tid"], 250)
    assert (sold["drn"], sold["amount_wh"], sold["kwh"]) == (drn(1), 25000, 25.0)
    assert 0 <= sold["at"] - utc_of(sold["tid"], BASE) < 60


def test_digits_are_shown_in_five_groups(lab: Path, splitmeter: Splitmeter, drn: Numbers) -> None:
    ran = splitmeter("vend", "--register", lab / "vend.db", "credit", drn(1), "25.04")
    digits, told = ran.out.splitlines()
    assert [len(group) for group in digits.split(" ")] == [4] * 5
    token = read(lab, drn(1), digits.replace(" ", ""))
    assert told == f"25.1 kWh, rounded up from 25.04, meter {drn(1)}, TID {token.tid}"


def test_a_token_is_nothing_to_another_meter(
    lab: Path, splitmeter: Splitmeter, drn: Numbers
) -> None:
    words = ("--listen", "pty:///tmp/other", "--test-keys")
    splitmeter("provision", "--dir", lab, "--drn", drn(2), *words)
    key = DecoderKey(EncryptionAlgorithm.EA11, read_secret(lab / drn(2) / "decoder.key"))
    with open_till(lab) as till:
        # one wrong token in 65536 passes the checksum; three do not
        sold = [buy(till, drn(1), 1).token.digits for _ in range(3)]
    found = [getattr(read_token(digits, key), "result", None) for digits in sold]
    assert TokenResult.CRCError in found


@given(wh=st.integers(1, 1_820_162_400))
@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_an_amount_is_rounded_up_as_little_as_can_be(
    till: Till, lab: Path, drn: Numbers, wh: int
) -> None:
    sold = buy(till, drn(1), Fraction(wh, 1000)).token
    step_wh = next(step for most, step in STEPS_WH if wh <= most)
    assert 0 <= sold.amount * 100 - wh < step_wh
    assert read(lab, drn(1), sold.digits).amount == sold.amount


STEPS_WH = ((1_638_400, 100), (18_022_400, 1000), (181_862_400, 10_000), (1_820_162_400, 100_000))
"""Largest amount of each exponent (IEC 62055-41 clause 6.3.6) and its step."""


@pytest.mark.parametrize(
    "kwh", ["0", "0.00", "-5", "1e3", "nan", "25,5", "", "twenty", "٢", "1820162.5", "99999999"]
)
def test_an_amount_that_no_token_carries_is_refused(
    lab: Path, splitmeter: Splitmeter, drn: Numbers, kwh: str
) -> None:
    ran = splitmeter("vend", "--register", lab / "vend.db", "credit", drn(1), kwh)
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "e+" not in ran.err
    with open_till(lab) as till:
        assert till.register.last_tid(drn(1), BASE) is None


@given(st.lists(st.integers(utc_of(0, BASE) + 13 * 366 * 86400, LAST_NOW), min_size=2, max_size=30))
def test_tids_only_grow_whatever_the_clock_does(clock: list[int]) -> None:
    tids: list[int] = []
    for now in clock:
        tids.append(next_tid(METER, tids[-1] if tids else None, now))
    assert tids == sorted(set(tids))
    assert all(tid % 1440 != 1 for tid in tids)
    assert all(utc_of(tid + 1, BASE) > now for tid, now in zip(tids, clock, strict=True))


def test_a_sale_in_a_new_minute_has_that_minute() -> None:
    first = next_tid(METER, None, NOON)
    assert utc_of(first, BASE) == NOON
    assert next_tid(METER, first, NOON + 59) == first + 1
    assert next_tid(METER, first, NOON + 600) == first + 10


@pytest.mark.parametrize("second", [60, 119])
def test_the_minute_of_special_tokens_is_left_out(second: int) -> None:
    midnight = NOON - NOON % 86400
    assert utc_of(next_tid(METER, None, midnight + second), BASE) == midnight + 120
    assert utc_of(next_tid(METER, None, midnight), BASE) == midnight


def test_a_clock_before_the_manufacture_sells_nothing() -> None:
    midnight = int(datetime(2026, 11, 21, tzinfo=UTC).timestamp())
    with pytest.raises(Stop, match="set the clock") as refused:
        next_tid(METER, None, midnight - 1)
    assert refused.value.status is Exit.USAGE
    assert next_tid(METER, None, midnight)


def test_a_base_date_sells_only_in_its_years() -> None:
    early = replace(METER, base=2035)
    with pytest.raises(Stop, match="has not begun") as refused:
        next_tid(early, None, NOON)
    assert refused.value.status is Exit.REFUSED
    with pytest.raises(Stop, match="end on 2024-11-24 20:16 UTC"):
        next_tid(replace(METER, base=1993), None, NOON)


def test_the_last_tid_of_a_base_date_is_sold_once() -> None:
    end = utc_of(TID_LIMIT, BASE)
    assert next_tid(METER, None, end - 1) == TID_LIMIT - 1
    with pytest.raises(Stop, match="end on 2045-11-24"):
        next_tid(METER, TID_LIMIT - 1, end - 1)
    with pytest.raises(Stop, match="end on 2045-11-24"):
        next_tid(METER, None, end)


def test_an_unknown_meter_is_told_the_known_ones(
    lab: Path, splitmeter: Splitmeter, drn: Numbers
) -> None:
    ran = splitmeter("vend", "--register", lab / "vend.db", "credit", drn(9), "25")
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert f"there are: {drn(1)}" in ran.err


def test_a_register_that_is_none_is_told_and_not_made(
    tmp_path: Path, splitmeter: Splitmeter, drn: Numbers
) -> None:
    missing, text = tmp_path / "vend.db", tmp_path / "text.db"
    text.write_text("not a register, but longer than the header of one\n" * 9)
    text.chmod(0o600)
    ran = splitmeter("vend", "--register", missing, "credit", drn(1), "25")
    assert (ran.status, ran.err.count("\n"), missing.exists()) == (1, 1, False)
    ran = splitmeter("vend", "--register", text, "credit", drn(1), "25")
    assert (ran.status, ran.err.count("\n"), "not a store" in ran.err) == (1, 1, True)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda key: key.unlink(), "no such file"),
        (lambda key: key.chmod(0o644), "chmod 600"),
        (lambda key: key.write_text("00" * 8), "octets"),
    ],
)
def test_a_vending_key_file_that_will_not_do_sells_nothing(
    lab: Path, splitmeter: Splitmeter, drn: Numbers, spoil: Callable[[Path], object], says: str
) -> None:
    spoil(lab / "keys.vend" / "123456-1-04.key")
    ran = splitmeter("vend", "--register", lab / "vend.db", "credit", drn(1), "25")
    assert (ran.status, ran.out, ran.err.count("\n"), says in ran.err) == (2, "", 1, True)


def test_a_register_that_stays_in_use_is_one_line(
    lab: Path, splitmeter: Splitmeter, drn: Numbers
) -> None:
    with open_till(lab):
        words = ("--register", lab / "vend.db", "--wait", "0")
        ran = splitmeter("vend", *words, "credit", drn(1), "25")
    assert (ran.status, ran.out, ran.err.count("\n"), "in use" in ran.err) == (1, "", 1, True)


def start(*words: object) -> subprocess.Popen[str]:
    command = [sys.executable, *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_many_sell_at_once_and_none_loses_or_repeats(lab: Path, drn: Numbers) -> None:
    words = ("-m", "tools", "vend", "--register", lab / "vend.db", "credit", drn(1), "1", "--json")
    sellers = [start(*words) for _ in range(3)]
    sold = [json.loads(seller.communicate(timeout=30)[0]) for seller in sellers]
    assert len({one["tid"] for one in sold}) == len({one["token"] for one in sold}) == 3
    with open_till(lab) as till:
        (meter,) = till.register.meter_records()
        newest = till.register.last_tid(meter.drn, meter.base)
    assert newest == max(one["tid"] for one in sold)
