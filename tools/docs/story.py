"""The story of the screen pictures: real meters and a real unit on one line, on virtual time.

Invariant: keys, clock and line are fixed, so every run gives the same stills.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from ciu.keypad import read_keys
from ciu.overview import Overview
from ciu.panel import Mode
from ciu.screen import LinkSign, RelaySign, Screen
from link.line import LineSettings
from link.secret import Secret
from link.terms import luhn_digit
from meter.sts import (
    BaseDate,
    DecoderKey,
    EncryptionAlgorithm,
    KeyType,
    NewKey,
    UnitsCredit,
    key_sections,
    write_token,
)
from meter.sts.tid import MINUTE_S
from tools.provision.making import Made, make_meters
from tools.provision.order import NEVER_EXPIRES, Order
from tools.register import MeterRecord
from tools.sim import Multidrop, Setting
from tools.virtual_time import run_virtual

DRNS = tuple(each + luhn_digit(each) for each in ("6468695681", "6468702221", "6468737730"))
VENDING_KEY = bytes(range(20))
"""For pictures only: DKGA04 takes 160 bits."""

NEW_KEY = NewKey(
    Secret(bytes(range(16))), ken=NEVER_EXPIRES, krn=2, kt=KeyType.DUTK, ti=1, ro=0, sgc=123456
)

BASE = BaseDate.YEAR_2014
TODAY = datetime(2026, 11, 21, 14, 0, 0, tzinfo=UTC)
HOUSE = "simulated://house?on=fridge,light,television&scale=20"
FIRST, SALE = 1, 250
"""Tokens in units of 0.1 kWh: the first one is soon used up."""
PATIENCE_S = 600.0
"""Virtual seconds that any screen is waited for."""
TYPED = 14
"""Digits that stand on the display while the sale is typed."""
PARTS = 2
"""Tokens of the new key that the meter has when its picture is taken."""


@dataclass(frozen=True, slots=True)
class Still:
    """What a face can know of a unit at one moment."""

    screen: Screen
    overview: Overview


def play() -> dict[str, Still]:
    """Play the story in a folder of its own; return the stills by name."""
    stills: dict[str, Still] = {}

    async def life() -> None:
        with TemporaryDirectory() as folder:
            made = make_meters(_order(Path(folder) / "street"), int(TODAY.timestamp()))
            await _Customer(made, stills).live()

    run_virtual(life())
    return stills


def _order(folder: Path) -> Order:
    records = (
        MeterRecord(
            drn=drn,
            sgc="123456",
            krn=1,
            kt=KeyType.DUTK,
            ti="01",
            base=BASE,
            dkga="04",
            ea="11",
            ken=NEVER_EXPIRES,
            manufactured=date(2026, 11, 20),
        )
        for drn in DRNS
    )
    return Order(
        folder=folder,
        meters=tuple(records),
        listen="serial:///line",
        connect=None,
        vending_key=Secret(VENDING_KEY),
        test=False,
        lab=True,
        paired=True,
    )


class _Customer:
    """Somebody at the unit, who waits for what the display shows."""

    def __init__(self, made: tuple[Made, ...], stills: dict[str, Still]) -> None:
        folder = made[0].config.parent.parent
        setting = Setting(folder=folder, utc_s=int(TODAY.timestamp()), source=HOUSE)
        self._meter = made[0]
        self._stills = stills
        self._scene = Multidrop(setting, LineSettings())
        self._scene.start()
        (self._unit,) = self._scene.units

    async def live(self) -> None:
        """Run out of credit, buy and type, take a new key, look, and lose the meter."""
        await self._until(lambda screen: screen.signs.relay is RelaySign.OPEN)
        self._type(self._buy(FIRST) + "E")
        await self._until(lambda screen: screen.signs.relay is RelaySign.CLOSED)
        await self._until(lambda screen: screen.signs.relay is RelaySign.OPEN)
        await self._still("no-credit", lambda screen: screen.lines[0].startswith("OFF"))
        token = self._buy(SALE)
        self._type(token[:TYPED])
        await self._still("typing", lambda _: self._unit.panel.typed == token[:TYPED])
        self._type(token[TYPED:] + "E")
        await self._until(lambda screen: screen.lines[0].startswith("ACCEPTED"))
        await self._still("accepted", lambda screen: screen.signs.relay is RelaySign.CLOSED)
        await self._change_key()
        await self._until(lambda _: self._unit.panel.mode is Mode.IDLE)
        await self._until(lambda screen: screen.big < "25")
        await self._still("idle", lambda screen: screen.lines[0].startswith("Credit"))
        await self._scene.kill(self._meter.meter.drn)
        await self._still("silent", lambda screen: screen.signs.link is LinkSign.LOST)
        await self._scene.close()

    async def _change_key(self) -> None:
        key = self._key
        parts = [write_token(section, key) for section in key_sections(NEW_KEY)]
        for count, part in enumerate(parts[:-1], 1):
            self._type(part + "E")
            await self._until(_ends_with(f": {count} of {len(parts)}"))
            if count == PARTS:
                await self._still("key-change", lambda screen: screen.lines[1].endswith("9:40"))
        self._type(parts[-1] + "E")
        await self._until(lambda screen: screen.lines[0].startswith("KEY CHANGED"))

    @property
    def _key(self) -> DecoderKey:
        return DecoderKey(EncryptionAlgorithm.EA11, self._meter.decoder_key)

    def _buy(self, field: int) -> str:
        now_s = int(TODAY.timestamp() + asyncio.get_running_loop().time())
        token = UnitsCredit(subclass=0, rnd=0, tid=(now_s - BASE.at) // MINUTE_S, field=field)
        return write_token(token, self._key)

    def _type(self, keys: str) -> None:
        self._unit.type(read_keys(keys))

    async def _until(self, holds: Callable[[Screen], bool]) -> None:
        """Wait for a screen; TimeoutError where it never comes: have its words changed?"""
        async with asyncio.timeout(PATIENCE_S):
            await self._unit.until(lambda: holds(self._unit.screen))

    async def _still(self, name: str, holds: Callable[[Screen], bool]) -> None:
        await self._until(holds)
        self._stills[name] = Still(self._unit.screen, self._unit.overview())


def _ends_with(told: str) -> Callable[[Screen], bool]:
    return lambda screen: screen.lines[0].endswith(told)
