"""The simulated house: appliances, contact and register; pure (meter.md 5).

Invariant: the register depends on when appliances and contact were moved, and never on when it was
read. World time is `scale` times the time given; power is constant within a world second, energy
is whole watt-seconds of whole world seconds, and what is moved holds from the second that runs.
Where water, gas or time is sold, litres or seconds an hour stand for W, and litres or seconds for
Wh: the sums are the same.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from link.spelling import nearest
from meter.places import HOUSE, Appliance, Place

WS_PER_WH = 3600
HORIZON_S = 7 * 86400
"""World seconds that `when_wh` looks ahead."""
MARGIN_S = 1e-6
"""Added to a promised moment, so that rounding never lets it fall into the second before."""

NOMINAL_MV = 230_000
NOMINAL_MHZ = 50_000
"""Mains of the simulated street, in millivolt and millihertz (IEC 60038)."""
VOLTAGE_SWING_MV, VOLTAGE_PERIOD_S = 3_000, 5_400
FREQUENCY_SWING_MHZ, FREQUENCY_PERIOD_S = 20, 600
"""How far and how fast the mains wander (ours)."""
STREET_MOHM = 400
"""Resistance of the street, over which the voltage sags under load (ours)."""


MOST_PHASES = 3


MOST_SCALE = 1_000_000
"""The fastest house: a year in half a minute (ours)."""


class WorldError(ValueError):
    """An appliance that is not in the house, or a scale that no clock can have."""


@dataclass(frozen=True, slots=True)
class Mains:
    """Power of a house and its supply before the contact, which sags under the load."""

    power_w: int
    apparent_va: int
    voltage_mv: int
    frequency_mhz: int
    """In millihertz."""
    unbalance_w: int
    """How far the powers of the phases are apart; 0 with one phase."""


class World:
    """One house. `now` is monotonic seconds; a `now` before the newest one counts as that one."""

    def __init__(
        self,
        now: float,
        *,
        place: Place = HOUSE,
        seed: int = 1,
        scale: int = 1,
        phases: int = 1,
        on: Iterable[str] | None = None,
    ) -> None:
        """Build a house whose contact is open; raises WorldError.

        `on`: what is switched on, what usually is where nothing is said. Appliances stand on the
        phases in turn.
        """
        if not 1 <= scale <= MOST_SCALE:
            raise WorldError(f"scale {scale} is not within 1..{MOST_SCALE}")
        if not 1 <= phases <= MOST_PHASES:
            raise WorldError(f"phases {phases} is not within 1..{MOST_PHASES}")
        self.place = place
        self._started_at = now
        self._scale = scale
        self._second = 0
        self._energy_ws = 0
        self._closed = False
        self._shift_s = {a.name: _shift_s(seed, a.name, a.cycle_s) for a in place.appliances}
        self._phase_of = {a: number % phases for number, a in enumerate(place.appliances)}
        self._phases = phases
        self._street_s = _shift_s(seed, "street", VOLTAGE_PERIOD_S)
        self._on = {self._known(name) for name in (place.usually_on if on is None else on)}

    def turn(self, now: float, name: str, on: bool) -> None:
        """Switch an appliance; raises WorldError for one that is not in the house."""
        appliance = self._known(name)
        self._advance(now)
        if on:
            self._on.add(appliance)
        else:
            self._on.discard(appliance)

    def move_contact(self, now: float, closed: bool) -> None:
        """Move the contact of the meter."""
        self._advance(now)
        self._closed = closed

    def is_closed(self, now: float) -> bool:
        """Return where the contact stands."""
        self._advance(now)
        return self._closed

    def register(self, now: float) -> int:
        """Return the energy of all whole world seconds so far."""
        self._advance(now)
        return self._energy_ws // WS_PER_WH

    def power_w(self, now: float) -> int:
        """Return the power of the world second that runs."""
        self._advance(now)
        return self._drawn_ws(1)

    def mains(self, now: float) -> Mains:
        """Return what flows in the world second that runs, and how the street stands.

        Apparent powers are added as if all currents lagged alike: at the most a few per cent much.
        """
        self._advance(now)
        drawing = [a for a in self._on if self._closed and self._draws_s(a, 1)]
        apparent_va = sum(a.rate * 1000 // a.factor for a in drawing)
        sag_mv = apparent_va * STREET_MOHM * 1000 // NOMINAL_MV
        moment_s = self._second + self._street_s
        wander_mv = _wander(moment_s, VOLTAGE_PERIOD_S, VOLTAGE_SWING_MV)
        return Mains(
            power_w=sum(a.rate for a in drawing),
            apparent_va=apparent_va,
            voltage_mv=NOMINAL_MV + wander_mv - sag_mv,
            frequency_mhz=NOMINAL_MHZ + _wander(moment_s, FREQUENCY_PERIOD_S, FREQUENCY_SWING_MHZ),
            unbalance_w=self._unbalance_w(drawing),
        )

    def when_wh(self, now: float, wh: int) -> float | None:
        """Return the seconds until the register is `wh` higher, if nothing is switched.

        None where that is not within a week of world time.
        """
        self._advance(now)
        missing_ws = (self._energy_ws // WS_PER_WH + wh) * WS_PER_WH - self._energy_ws
        seconds = self._seconds_until(missing_ws)
        if seconds >= HORIZON_S:
            return None
        moment = self._started_at + (self._second + seconds) / self._scale
        return max(moment - now, 0.0) + MARGIN_S

    def _seconds_until(self, ws: int) -> int:
        """Return the world seconds until so much is drawn, HORIZON_S or more for not soon."""
        if not self._closed:
            return HORIZON_S
        power_w = self._drawn_ws(1)
        steady_s = -(-ws // power_w) if power_w else 0
        if self._drawn_ws(steady_s - 1) < ws <= self._drawn_ws(steady_s):
            return steady_s  # nothing switches until then, which is what mostly happens
        return bisect_left(range(HORIZON_S), ws, key=self._drawn_ws)

    def _advance(self, now: float) -> None:
        second = int((now - self._started_at) * self._scale)
        if second > self._second:
            self._energy_ws += self._drawn_ws(second - self._second)
            self._second = second

    def _drawn_ws(self, seconds: int) -> int:
        """Return the energy of the next world seconds, the running one first."""
        if not self._closed:
            return 0
        return sum(a.rate * self._draws_s(a, seconds) for a in self._on)

    def _unbalance_w(self, drawing: list[Appliance]) -> int:
        powers_w = [0] * self._phases
        for appliance in drawing:
            powers_w[self._phase_of[appliance]] += appliance.rate
        return max(powers_w) - min(powers_w)

    def _known(self, name: str) -> Appliance:
        found = self.place.find(name)
        if found is None:
            names = [each.name for each in self.place.appliances]
            raise WorldError(
                f"no appliance {name!r} in the {self.place.name} ({nearest(name, names)})"
            )
        return found

    def _draws_s(self, appliance: Appliance, seconds: int) -> int:
        start = self._second + self._shift_s[appliance.name]
        return appliance.on_seconds(start + seconds) - appliance.on_seconds(start)


def _shift_s(seed: int, name: str, cycle_s: int) -> int:
    drawn = sha256(f"{seed} {name}".encode()).digest()
    return int.from_bytes(drawn[:4], "big") % cycle_s


def _wander(moment_s: int, period_s: int, swing: int) -> int:
    """Return a value that goes to and fro between -swing and +swing in straight lines."""
    within = moment_s % period_s
    return swing - 4 * swing * min(within, period_s - within) // period_s
