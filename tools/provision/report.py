"""What `splitmeter provision` tells: JSON for machines, words for people, warnings for both."""

import json
from collections.abc import Iterator
from datetime import date
from shlex import quote

from ciu.wording.figures import group_digits
from link.terms import meter_pan, meter_title
from meter.sts import KeyType
from tools.provision.making import REGISTER, UNIT, Made
from tools.provision.order import Order
from tools.register import MeterRecord

SALE = 25
"""Amount of the sale that is proposed."""


def as_json(order: Order, made: tuple[Made, ...]) -> str:
    """Return the array of cli.md; the keys of a test stand in it, no others."""
    return json.dumps([_object(one) | (_keys(one) if order.test else {}) for one in made], indent=2)


def _object(one: Made) -> dict[str, object]:
    meter = one.meter
    return {
        "drn": meter.drn,
        "pan": meter_pan(meter.drn),
        "config": str(one.config),
        "listen": one.place.listen,
        "address": one.place.address,
        "pairing_code": one.label.code,
        "system_title": meter_title(meter.drn).hex(),
        "sgc": meter.sgc,
        "krn": meter.krn,
        "ti": meter.ti,
        "kt": meter.kt,
        "base": meter.base,
        "dkga": meter.dkga,
        "ea": meter.ea,
    }


def _keys(one: Made) -> dict[str, object]:
    return {
        "vending_key": one.vending_key.reveal().hex() if one.vending_key else None,
        "decoder_key": one.decoder_key.reveal().hex(),
        "management": {
            "guek": one.management.guek.reveal().hex(),
            "gak": one.management.gak.reveal().hex(),
        },
    }


def as_text(order: Order, made: tuple[Made, ...]) -> str:
    """Return what was written and what to type next."""
    return "\n".join([*_written(order, made), "", *_next(order, made)])


def _written(order: Order, made: tuple[Made, ...]) -> Iterator[str]:
    for one in made:
        yield f"meter {one.meter.drn}"
        yield f"  configuration  {one.config}"
        yield f"  listens at     {one.place.listen}, address {one.place.address}"
        yield f"  pairing code   {group_digits(one.label.code)}  (for the label)"
    yield f"customer unit    {order.folder / UNIT}"
    yield f"register         {order.folder / REGISTER}"


def _next(order: Order, made: tuple[Made, ...]) -> Iterator[str]:
    yield "next, each in a terminal of its own:"
    for one in made:
        yield f"  splitmeter meter --config {quote(str(one.config))}"
    yield f"  splitmeter ciu --config {quote(str(order.folder / UNIT))}"
    register = quote(str(order.folder / REGISTER))
    yield f"  splitmeter vend --register {register} {_sale(made[0].meter)}"


def _sale(meter: MeterRecord) -> str:
    """Return what has to be bought first: a default key takes no credit."""
    if meter.kt == KeyType.DDTK:
        return f"key-change {meter.drn} --kt {KeyType.DUTK:d} --vk-file FILE"
    return f"credit {meter.drn} {'--currency ' if meter.currency else ''}{SALE}"


def warnings(order: Order, made: tuple[Made, ...], today: date) -> Iterator[str]:
    """Yield what must not be overlooked, one line each."""
    if order.lab:
        yield "--lab: link security is off, whoever is on the line can read and enter tokens"
    for one in made:
        if one.place.moved:
            yield f"meter {one.meter.drn} has address {one.place.address}, moved: its own was taken"
        if one.place.connect.endswith(":0"):
            yield (
                f"meter {one.meter.drn} listens at any port: write the one that it says at start"
                f" into {order.folder / UNIT}"
            )
    if len(made) > 1 and order.listen.startswith("pty:") and "{" not in order.listen:
        yield f"{order.listen} joins one meter to one CIU: put {{n}} in it to run all of them"
    if (day := made[0].meter.manufactured) > today:
        yield f"made on {day}, in days to come: tokens bought before it are refused as old"
