"""Two processes and a line: what is typed at a unit's process, a meter's process judges once."""

from pathlib import Path

import pytest

from link.terms import token_digest

from .conftest import run
from .processes import MEDIA, House, Said, edit, house, made_lab

OTHER_DRN = "12345678903"
LONG_AGO = "100"
"""Minutes after the base date: long before any meter of ours was made."""


def wrong_digit(token: str) -> str:
    """Return a token with its last digit typed wrong."""
    return token[:-1] + str((int(token[-1]) + 1) % 10)


def old_token(home: House) -> str:
    key = ("--ea", home.lab.ea, "--key", home.lab.decoder_key)
    fields = ("--subclass", "0", "--tid", LONG_AGO, "--rnd", "5", "250")
    return run("sts", "encode", "units", *key, *fields).strip()


@pytest.mark.parametrize("medium", MEDIA)
async def test_a_token_is_credited_once_and_then_it_is_used(medium: str, tmp_path: Path) -> None:
    async with house(medium, tmp_path) as home:
        await home.start_meter()
        token = home.lab.buy("2.5")
        taken = await home.type(token + "E")
        assert (taken.status, taken.err) == (0, ""), taken
        assert taken.report == {
            "result": "accepted",
            "reason": "Accept",
            "amount": 2.5,
            "credit": 2.5,
            "unit": "kWh",
            "amount_wh": 2500,
            "credit_wh": 2500,
            "supply": "connected",
            "screen": ["ACCEPTED  +2.5 kWh", "Credit 2.5 Light on"],
            "ledger_fell": False,
        }
        assert_refused(await home.type(token + "E"), "UsedError", credit_wh=2500)
        state = await home.stop_meter()
        assert state.account.credit == 2500
        assert [entry.digest for entry in state.ledger.entries] == [token_digest(token)]
        assert not home.has_intent()


@pytest.mark.proof
async def test_a_unit_reaches_a_meter_that_is_another_logical_device(tmp_path: Path) -> None:
    async with house("tcp", tmp_path) as home:
        edit(home.lab.meter_toml, "logical = 1", "logical = 5")
        edit(home.lab.ciu_toml, "slot = 0", "logical = 5\nslot = 0")
        await home.start_meter()
        taken = await home.type(home.lab.buy("1") + "E")
        assert (taken.status, taken.report["credit_wh"]) == (0, 1000), taken


@pytest.mark.proof
async def test_a_token_that_is_not_for_this_meter_is_refused_and_changes_nothing(
    tmp_path: Path,
) -> None:
    async with house("tcp", tmp_path) as home:
        await home.start_meter()
        other = made_lab(tmp_path / "other", "tcp://127.0.0.1:4059", OTHER_DRN)
        token = home.lab.buy("1")
        assert_refused(await unlocked(home, other.buy("1")), "CRCError", credit_wh=0)
        assert_refused(await unlocked(home, old_token(home)), "OldError", credit_wh=0)
        assert_refused(await unlocked(home, wrong_digit(token)), "CRCError", credit_wh=0)
        right = await unlocked(home, token)
        assert (right.status, right.report["credit_wh"]) == (0, 1000)
        assert len((await home.stop_meter()).ledger.entries) == 1


async def unlocked(home: House, token: str) -> Said:
    """Type a token again and again until the second after a wrong one is over."""
    said = await home.type(token + "E")
    while said.report["reason"] == "LockedOut":
        said = await home.type(token + "E")
    return said


def assert_refused(said: Said, reason: str, *, credit_wh: int) -> None:
    assert said.status == 3, said
    assert said.err.count("\n") == 1
    assert f": refused, {reason}: {' '.join(said.report['screen'])}\n" in said.err
    assert said.report == said.report | {
        "result": "refused",
        "reason": reason,
        "amount": None,
        "amount_wh": None,
        "credit_wh": credit_wh,
    }


@pytest.mark.proof
async def test_nobody_answers_and_the_token_is_as_good_as_before(tmp_path: Path) -> None:
    async with house("tcp", tmp_path) as home:
        token = home.lab.buy("1")
        alone = await home.type(token + "E", "--timeout", "3")
        assert (alone.status, alone.report["reason"]) == (4, "NoLink")
        assert alone.err.count("\n") == 1
        assert not home.has_intent()
        await home.start_meter()
        assert (await home.type(token + "E")).status == 0
        assert (await home.stop_meter()).account.credit == 1000
