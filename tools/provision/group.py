"""The vending key of the supply group that an order names."""

from dataclasses import dataclass

from link.secret import Secret
from link.settings import SettingsError, read_secret
from meter.sts.derivation import Dkga
from tools.exits import Stop
from tools.provision.keys import fresh_key
from tools.provision.order import Order
from tools.register import Register, VendingKey, vending_key_of


@dataclass(frozen=True, slots=True)
class GroupKey:
    """The vending key of the order's supply group, and whether the register has it yet."""

    row: VendingKey
    key: Secret
    is_new: bool


def choose_key(order: Order, register: Register) -> GroupKey:
    """Take the key that the register has, the given one, or a drawn one; raises Stop."""
    meter = order.meters[0]
    name = f"supply group {meter.sgc}, revision {meter.krn}, dkga {meter.dkga}"
    row = register.vending_key(meter.sgc, meter.krn, meter.dkga, meter.kt)
    if row is not None:
        return GroupKey(row, _known_key(order, row, name), is_new=False)
    row = vending_key_of(meter, test=order.test)
    if order.vending_key is not None:
        return GroupKey(row, order.vending_key, is_new=True)
    if order.test:
        drawn = fresh_key(Dkga(int(meter.dkga)).vending_key_octets)
        return GroupKey(row, drawn, is_new=True)
    raise Stop(f"{name} has no vending key here: add --test-keys or --vk-file FILE")


def _known_key(order: Order, row: VendingKey, name: str) -> Secret:
    path = order.folder / row.file
    try:
        key = read_secret(path)
    except SettingsError as error:
        raise Stop(str(error)) from None
    if order.vending_key not in (None, key):
        raise Stop(f"{name} has another vending key already: {path}")
    if order.test and not row.test:
        raise Stop(f"{name} has a vending key that is no test key: leave out --test-keys")
    return key
