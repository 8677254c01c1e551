"""A meter's life on virtual time: every key, every kind of token, and what the display says.

The point of sale, the unit and the meter are the real ones; only the clock and the line are not.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from ciu.keypad import read_keys
from ciu.screen import RelaySign
from link.secret import Secret
from link.terms import EXECUTED, TokenResult
from link.token_entry import Accepted, Refused
from meter.domain import State
from meter.store import Store
from meter.sts import (
    BaseDate,
    DecoderKey,
    SecondSection,
    UnitsCredit,
    tid_at,
    write_token,
)
from tools.register import Register
from tools.sim import Scene, Setting, Side
from tools.vend.credit import Currency, Units, sell
from tools.vend.key_set import KeyChange
from tools.vend.manage import ROWS, manage
from tools.vend.selling import change_key
from tools.vend.till import Till, find_meter, key_of
from tools.virtual_time import run_virtual

from .conftest import Lab

NOVEMBER_2026 = int(datetime(2026, 11, 28, 12, tzinfo=UTC).timestamp())
NOVEMBER_2045 = int(datetime(2045, 11, 25, 12, tzinfo=UTC).timestamp())
"""The TIDs of base date 2014 have ended the day before (sts.md 2.4)."""


def november_2026() -> int:
    """Return the second at which these lives begin."""
    return NOVEMBER_2026


IDLE = "simulated://house?on="
HOUR_S = 60
"""An hour of a house that lives sixty times as fast."""

KEYS_2, KEYS_3, KEYS_4 = (
    ("--dkga", "02", "--ea", "07"),
    ("--dkga", "04", "--ea", "07"),
    ("--dkga", "04", "--ea", "11"),
)


@dataclass
class Life:
    """A meter and its unit in a scene, and the counter where its tokens are sold."""

    lab: Lab
    scene: Scene
    utc_s: int

    @property
    def now(self) -> int:
        return self.utc_s + int(asyncio.get_running_loop().time())

    def sold(self, amount: str, kind: Callable[[Fraction], Units | Currency] = Units) -> list[str]:
        """Buy credit; a key change that is due comes first."""
        with Register.open(self.lab.folder / "vend.db") as register:
            till = Till(register, self.lab.folder)
            wanted = kind(Fraction(amount))
            made = sell(till, self.lab.drn, wanted, now=self.now, rnd=5)
            return [token.digits for token in made.issue.tokens]

    def changed(self, *, three: bool = False, **new: object) -> list[str]:
        """Buy a key change set."""
        with Register.open(self.lab.folder / "vend.db") as register:
            till = Till(register, self.lab.folder)
            before = find_meter(register, self.lab.drn)
            change = KeyChange(before, replace(before, **new), three)  # type: ignore[arg-type]
            draw = Secret(bytes(range(40, 48 if before.dkga == "02" else 60)))
            made = change_key(till, change, now=self.now, vending_key=draw)
            return [token.digits for token in made.issue.tokens]

    def managed(self, name: str, number: int = 0) -> str:
        """Buy a management token."""
        with Register.open(self.lab.folder / "vend.db") as register:
            till = Till(register, self.lab.folder)
            row = ROWS[name]
            return manage(till, self.lab.drn, row, number, now=self.now, rnd=5).token.digits

    def key(self) -> DecoderKey:
        """Return the key that the point of sale makes tokens with."""
        with Register.open(self.lab.folder / "vend.db") as register:
            till = Till(register, self.lab.folder)
            return key_of(till, find_meter(register, self.lab.drn))

    def forged(self, tid: int) -> str:
        """Write a credit token that the point of sale would not sell, under the meter's key."""
        return write_token(UnitsCredit(0, rnd=1, tid=tid, field=50), self.key())

    async def type(self, token: str) -> tuple[TokenResult, tuple[str, ...]]:
        """Type a token; return its result and what the display then says."""
        unit = self.scene.ciu
        known = len(unit.verdicts)
        unit.type(read_keys(token + "E"))
        await unit.until(lambda: len(unit.verdicts) > known)
        await asyncio.sleep(1.5)  # the display tells the supply once it was read after it
        verdict = unit.verdicts[-1].verdict
        assert isinstance(verdict, Accepted | Refused), verdict
        return verdict.outcome.result, unit.screen.lines

    async def enter(self, *tokens: str) -> tuple[str, ...]:
        """Type tokens that all do something; return what the display says of the last."""
        lines: tuple[str, ...] = ()
        for token in tokens:
            result, lines = await self.type(token)
            assert result in EXECUTED, (result, lines)
        return lines

    async def says(self, token: str, result: TokenResult, *lines: str) -> None:
        """Type a token that is refused, in these words."""
        assert await self.type(token) == (result, lines)
        await asyncio.sleep(1)

    async def page(self, code: str) -> tuple[str, ...]:
        """Look a short code up, once nothing else is shown."""
        unit = self.scene.ciu
        unit.type(read_keys(code + "E"))
        await asyncio.sleep(4)
        return unit.screen.lines

    async def restart(self, *sides: Side) -> None:
        """Cut the power of one side or both."""
        for side in sides:
            await self.scene.kill(side)
        for side in sides:
            self.scene.start(side)
        await asyncio.sleep(10)


def live(
    lab: Lab,
    story: Callable[[Life], Coroutine[None, None, None]],
    utc_s: int = NOVEMBER_2026,
    source: str = IDLE,
) -> State:
    """Let a story happen; return what the meter's disk has in the end."""

    async def whole() -> None:
        scene = Scene(Setting(folder=lab.folder, utc_s=utc_s, source=source), lab.drn)
        scene.start(Side.METER)
        scene.start(Side.CIU)
        await asyncio.sleep(10)
        await story(Life(lab, scene, utc_s))
        await scene.close()

    run_virtual(whole())
    return committed(lab.folder, lab.drn)


def committed(folder: Path, drn: str) -> State:
    store = Store.open(folder / drn / "meter.db")
    state = store.load()
    store.close()
    assert state is not None
    return state


@pytest.mark.parametrize(
    ("keys", "three", "sections"),
    [
        pytest.param(KEYS_2, False, 2, marks=pytest.mark.proof, id="two"),
        pytest.param(KEYS_3, True, 3, marks=pytest.mark.proof, id="three"),
        pytest.param(KEYS_4, False, 4, id="four"),
    ],
)
def test_from_the_initial_key_to_the_next_base_date(
    provision: Callable[..., Lab], keys: tuple[str, ...], three: bool, sections: int
) -> None:
    lab = provision("tcp://127.0.0.1:4059", "--kt", "0", *keys, clock=november_2026)
    live_on(lab, sections, group="" if keys is KEYS_2 else "123456 ", three=three)
    if keys is not KEYS_2:  # keys of dkga 02 are not bound to the base date
        roll_over(lab, sections=4 if keys is KEYS_4 else 2)


def live_on(lab: Lab, sections: int, *, group: str, three: bool) -> None:
    """Play the whole life of a meter whose key changes take so many tokens."""

    def left(missing: int, within: str) -> str:
        return f"{missing} more within {within}"

    async def story(life: Life) -> None:
        credit_lines = ("ACCEPTED  +9.0 kWh", "Credit 9.0 Light on")
        assert await life.enter(*life.sold("9")) == credit_lines
        default = life.changed(kt=1, three=three)
        assert await life.enter(*default) == ("KEY CHANGED", f"{group}KRN 1 TI 01")
        ahead = tid_at(life.now, BaseDate.YEAR_2014) + 5
        refused = ("KEY CHANGE FIRST", "Then this one again")
        await life.says(life.forged(ahead), TokenResult.DDTKError, *refused)

        unique = life.changed(kt=2, three=three)
        assert len(unique) == sections
        held = (f"PART 1 OK: 1 of {sections}", left(sections - 1, "9:59"))
        assert await life.enter(unique[0]) == held
        await life.restart(Side.METER, Side.CIU)
        held = (f"KEY CHANGE: 1 of {sections}", left(sections - 1, "9:50"))
        assert life.scene.ciu.screen.lines == held
        assert await life.enter(*unique[1:]) == ("KEY CHANGED", f"{group}KRN 1 TI 01")

        (credit,) = life.sold("25")
        assert await life.enter(credit) == ("ACCEPTED  +25.0 kWh", "Credit 34.0 Light on")
        used = ("USED 12:00 +25.0 kWh", "Added to credit then")
        await life.says(credit, TokenResult.UsedError, *used)
        done = ("DONE ALREADY 12:00", "The key has changed")
        await life.says(default[0], TokenResult.CRCError, *done)
        old = life.forged(tid_at(NOVEMBER_2026 - 2 * 86400, BaseDate.YEAR_2014))
        await life.says(old, TokenResult.OldError, "OLD TOKEN", "It is out of date")

        present = life.key()
        tariff = life.changed(ti="02", three=three)
        await life.enter(tariff[0])
        await asyncio.sleep(600)
        given_up = ("KEY CHANGE: TIME UP", "Start with 1st token")
        assert life.scene.ciu.screen.lines == given_up
        mixed = write_token(SecondSection(15, ti=99, key_part=7), present)
        assert (await life.type(mixed))[0] is TokenResult.SecondKCT
        # the stale sections are gone, the mixed one gives way to the set that is typed whole
        assert await life.enter(*tariff[1:], tariff[0]) == ("KEY CHANGED", f"{group}KRN 1 TI 02")
        assert await life.page("04") == ("Key revision 1", "Key type 2 DUTK")
        assert (await life.page("05"))[1] == "02"
        assert (await life.page("16"))[1] == (group.strip() or "not known")

    live(lab, story)


def roll_over(lab: Lab, sections: int) -> None:
    """Rehearse the end of base date 2014: the sale brings the new key with it."""
    before = committed(lab.folder, lab.drn)
    old: list[str] = []

    async def story(life: Life) -> None:
        old.append(life.forged(before.sts.tids.used[-1]))
        sold = life.sold("7")
        assert len(sold) == sections + 1
        group = "123456 " if sections == 4 else ""
        changed = ("KEY CHANGED", f"{group}KRN 1 TI 02")
        assert await life.enter(*sold[:-1]) == changed
        accepted = ("ACCEPTED  +7.0 kWh", "Credit 41.0 Light on")
        assert await life.enter(sold[-1]) == accepted
        refused = ("NOT FOR THIS METER", "or wrong digit typed")
        await life.says(old[0], TokenResult.CRCError, *refused)
        await life.says(sold[-1], TokenResult.UsedError, "USED 12:00 +7.0 kWh", ADDED)

    after = live(lab, story, NOVEMBER_2045)
    assert after.sts.base == 2035
    assert after.account.credit == before.account.credit + 7_000
    assert after.sts.tids.used == (tid_at(NOVEMBER_2045, BaseDate.YEAR_2035),)


ADDED = "Added to credit then"
CANNOT = ("METER CANNOT DO THIS", "Ask your vendor")


def test_what_management_tokens_do_is_said_on_the_display(provision: Callable[..., Lab]) -> None:
    lab = provision(clock=november_2026)

    async def story(life: Life) -> None:
        await life.enter(*life.sold("10"))
        assert await life.enter(life.managed("power-limit", 3000)) == (
            "POWER LIMIT SET",
            "Now 3.00 kW",
        )
        assert await life.enter(life.managed("clear-tamper")) == ("TAMPER CLEARED", "Light on")
        assert await life.enter(life.managed("clear-credit")) == (
            "CREDIT CLEARED",
            "-10.0 kWh, now 0.0",
        )
        for name in ("phase-unbalance", "tariff-rate", "water-factor"):
            await life.says(life.managed(name, 9), TokenResult.FunctionError, *CANNOT)
        assert await life.page("07") == ("Power limit    …6810", "3.00 kW")

    assert live(lab, story).limits.power_w == 3_000


def test_a_meter_that_counts_money_lives_by_its_price(provision: Callable[..., Lab]) -> None:
    lab = provision(
        "tcp://127.0.0.1:4059", "--currency", "KES", "--price", "25.50", clock=november_2026
    )

    async def story(life: Life) -> None:
        accepted = ("ACCEPTED  +80.00 KES", "80.00 KES Light on")
        (token,) = life.sold("80", Currency)
        assert await life.enter(token) == accepted
        used = ("USED 12:00 80.00", ADDED)
        await life.says(token, TokenResult.UsedError, *used)
        units = life.forged(tid_at(life.now, BaseDate.YEAR_2014) + 9)
        await life.says(units, TokenResult.FunctionError, *CANNOT)
        await asyncio.sleep(HOUR_S)
        assert 20 < float(life.scene.ciu.screen.big) < 30  # some 2 kWh at 25.50
        dearer = ("TARIFF RATE SET", "Now 30.00 KES/kWh")
        assert await life.enter(life.managed("tariff-rate", 3000)) == dearer
        assert await life.page("79") == ("Low credit level", "127.50 KES")
        await asyncio.sleep(HOUR_S)
        assert life.scene.ciu.screen.signs.relay is RelaySign.OPEN
        result, lines = await life.type(life.managed("clear-credit"))
        assert (result, lines[0]) == (TokenResult.Accept, "CREDIT CLEARED")

    account = live(lab, story, source="simulated://house?on=kettle&scale=60").account
    assert account.price_e5 == 3_000_000
    assert -60_000 < account.credit <= 0  # what flowed between two samples, 5 Wh or less


@pytest.mark.parametrize(
    ("commodity", "source", "accepted", "after_an_hour"),
    [
        (
            "water",
            "simulated://tap?on=garden&scale=60",
            ("ACCEPTED  +90.0 m³", "Credit 90.0 Water on"),
            "88.8",
        ),
        (
            "gas",
            "simulated://stove?on=burner&scale=60",
            ("ACCEPTED  +90.0 m³", "Credit 90.0 Gas on"),
            "89.8",
        ),
        ("time", "simulated://room?scale=60", ("ACCEPTED  +1.50 h", "1.50 h Supply on"), "0.50"),
    ],
)
def test_the_other_commodities_are_sold_in_their_own_units(
    provision: Callable[..., Lab],
    commodity: str,
    source: str,
    accepted: tuple[str, str],
    after_an_hour: str,
) -> None:
    lab = provision("tcp://127.0.0.1:4059", "--commodity", commodity, clock=november_2026)

    async def story(life: Life) -> None:
        assert await life.enter(*life.sold("90")) == accepted
        await asyncio.sleep(HOUR_S)
        assert life.scene.ciu.screen.big == after_an_hour
        await asyncio.sleep(HOUR_S / 2 + 4)  # and a poll
        spent = commodity == "time"
        relay = RelaySign.OPEN if spent else RelaySign.CLOSED
        assert life.scene.ciu.screen.signs.relay is relay

    live(lab, story, source=source)
