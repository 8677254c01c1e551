"""The files of a new meter and its CIU, as text. Layout: docs of the command line."""

import json
from dataclasses import dataclass

from link.terms import meter_pan
from meter.domain import OVER_S
from tools.provision.keys import KeyPair, Label
from tools.provision.lines import Place
from tools.register import MeterRecord

SLOT = 0
"""The slot in which a meter knows the CIU of the same folder."""

LOGICAL_DEVICE = 1
COMMIT_WH = 10
COMMIT_S = 60

DECODER_KEY = "decoder.key"
LINK_KEYS = "link.keys"
PAIRING_CODE = "pairing.code"
CONTROL_SOCKET = "control.sock"


ELECTRICITY = "electricity"
PLACES = {ELECTRICITY: "house", "water": "tap", "gas": "stove", "time": "room"}
"""The simulated place of each commodity."""


@dataclass(frozen=True, slots=True)
class House:
    """A simulated house: its number, how fast it lives, what it may draw, what a unit costs."""

    number: int
    scale: int = 1
    power_limit_w: int = 0
    price_e5: int = 0

    def url(self, commodity: str) -> str:
        """Return the source of its meter of a commodity."""
        place = PLACES[commodity]
        return f"simulated://{place}?seed={self.number}&scale={self.scale}&control={CONTROL_SOCKET}"


_TEST_KEYS = "# made with test keys: fit for trying, not for selling energy\n"


def meter_toml(meter: MeterRecord, place: Place, house: House, *, lab: bool, test: bool) -> str:
    """Return meter.toml."""
    return f"""\
{_TEST_KEYS if test else ""}[meter]
drn = {_quoted(meter.drn)}
pan = {_quoted(meter_pan(meter.drn))}
lab = {_quoted(lab)}
timezone = "UTC"
{_commodity(meter)}
[link]
listen = {_quoted(place.listen)}
address = {place.address}
logical = {LOGICAL_DEVICE}

[sts]
ea = {_quoted(meter.ea)}
dkga = {_quoted(meter.dkga)}
base = {meter.base}
sgc = {_quoted(meter.sgc)}
ti = {_quoted(meter.ti)}
krn = {meter.krn}
kt = {meter.kt}
ken = {meter.ken}
manufactured = {meter.manufactured}

[keys]
file = {_quoted(DECODER_KEY)}
link = {_quoted(LINK_KEYS)}

[store]
file = "meter.db"
commit_wh = {COMMIT_WH}
commit_s = {COMMIT_S}

[source]
url = {_quoted(house.url(meter.commodity))}

[relay]
url = "simulated://"

[supply]
power_limit_w = {house.power_limit_w}
overload_s = {OVER_S}
{_account(meter, house)}"""


def _commodity(meter: MeterRecord) -> str:
    """Return the line that only other meters than those of electricity need."""
    if meter.commodity == ELECTRICITY:
        return ""
    return f"commodity = {_quoted(meter.commodity)}\n"


def _account(meter: MeterRecord, house: House) -> str:
    """Return the section that only meters that count money need."""
    if not meter.currency:
        return ""
    return f"""
[account]
mode = "currency"
currency = {_quoted(meter.currency)}
price_e5 = {house.price_e5}
"""


def link_keys(label: Label, management: KeyPair, slot: KeyPair | None, ciu_title: bytes) -> str:
    """Return the meter's secrets of the link; a slot only where a CIU is paired."""
    keys = {
        "pairing": label.kept.reveal(),
        "management_guek": management.guek.reveal(),
        "management_gak": management.gak.reveal(),
    }
    if slot is not None:
        keys |= {
            f"slot{SLOT}_title": ciu_title,
            f"slot{SLOT}_guek": slot.guek.reveal(),
            f"slot{SLOT}_gak": slot.gak.reveal(),
        }
    return "".join(f"{name} = {_quoted(octets.hex())}\n" for name, octets in keys.items())


def pair_file(drn: str) -> str:
    """Return where ciu.toml finds its keys for a meter."""
    return f"keys/{drn}"


def pair_keys(slot: KeyPair) -> str:
    """Return the CIU's keys for one meter."""
    return f'guek = "{slot.guek.reveal().hex()}"\ngak = "{slot.gak.reveal().hex()}"\n'


STATE = "ciu.db"
"""The store of a unit, beside its ciu.toml."""


def ciu_toml(title: bytes) -> str:
    """Return ciu.toml before its meters."""
    return f"""\
[ciu]
system_title = {_quoted(title.hex())}
profile = "spln"
language = "en"
timezone = "UTC"
state = "{STATE}"
"""


def ciu_meter(place: Place, number: int, *, paired: bool) -> str:
    """Return a meter's table in ciu.toml; `number` is that of its house."""
    keys = f"keys = {_quoted(pair_file(place.drn))}\n" if paired else ""
    return f"""
[[meter]]
drn = {_quoted(place.drn)}
connect = {_quoted(place.connect)}
address = {place.address}
slot = {SLOT}
name = {_quoted(f"House {number}")}
{keys}"""


def _quoted(value: str | bool) -> str:
    """Write a TOML string or truth value; JSON's form is TOML's too."""
    return json.dumps(value, ensure_ascii=False)
