"""Make new meters: draw what is secret, write what is asked, enter the register.

Invariant: after any failure the folder holds what it held before.
"""

from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ciu.state import CiuState
from link.durable import Connect, StoreExists, connect_sqlite
from link.secret import Secret
from link.settings import read_settings, write_secret
from meter.app.upkeep import begin
from meter.config import MeterConfig, read_seed
from meter.sts import EncryptionAlgorithm, KeyType
from tools.exits import Exit, Stop
from tools.provision import folder as disk
from tools.provision import texts
from tools.provision.group import GroupKey, choose_key
from tools.provision.keys import KeyPair, Label, fresh_key
from tools.provision.lines import Place, place_meters
from tools.provision.order import Order
from tools.provision.unit import Unit
from tools.register import MeterRecord, Register, decoder_key, trace_of
from tools.register.records import own_key_file

REGISTER = "vend.db"
UNIT = "ciu.toml"
METER = "meter.toml"


@dataclass(frozen=True, slots=True)
class Made:
    """One new meter, with everything that was drawn for it."""

    meter: MeterRecord
    place: Place
    config: Path
    label: Label
    vending_key: Secret | None
    """None where the key is the maker's own."""
    decoder_key: Secret
    management: KeyPair
    slot: KeyPair | None


def make_meters(order: Order, now: int, connect: Connect = connect_sqlite) -> tuple[Made, ...]:
    """Make all meters of an order at a UTC second, or none.

    Raises Stop where the order does not fit what the folder holds, DurableError and OSError for
    the disk.
    """
    with disk.all_or_nothing() as undo:
        disk.make_folder(order.folder, undo)
        path = order.folder / REGISTER
        began = not path.exists() and _begin_register(path, connect)
        with Register.open(path, connect=connect) as register:
            if began and not register.meters():
                undo.callback(path.unlink, missing_ok=True)
            stage = disk.make_stage(order.folder, undo)
            with register.transaction():
                made = _make_meters(order, register, stage, undo, now)
            disk.discard(stage)
    return made


def _begin_register(path: Path, connect: Connect) -> bool:
    """Begin the register of a folder in which there was none; raises Stop if there was.

    Return whether it is ours: another provision may have begun it at the same moment.
    """
    trace = trace_of(path.parent)
    if trace is not None:
        raise Stop(
            f"{path} is missing, but {trace} shows that there was a register: put its backup back,"
            f" vend --register {path} restore COPY; or begin anew, vend --register {path} begin"
            " --anew, which knows none of its tokens and may issue a TID again",
            Exit.FAILED,
        )
    with suppress(StoreExists):
        Register.begin(path, connect)
        return True
    return False


def _make_meters(
    order: Order, register: Register, stage: Path, undo: ExitStack, now: int
) -> tuple[Made, ...]:
    unit = Unit.of_folder(order.folder / UNIT)
    _refuse_known(order, register, unit)
    drns = [meter.drn for meter in order.meters]
    places = place_meters(drns, order.listen, order.connect, unit.addresses)
    group = choose_key(order, register) if order.meters[0].kt != KeyType.DITK else None
    made = tuple(
        _make(order, meter, place, group) for meter, place in zip(order.meters, places, strict=True)
    )
    _enter(register, group, made)
    names = [*_build(stage, order, unit, made), *_build_keys(stage, group, made)]
    for one in made:
        _begin_store(stage / one.meter.drn, now)
    names += _begin_unit(stage, unit)
    for name in names:
        disk.move_in(stage / name, order.folder / name, undo)
    disk.exchange(stage / UNIT, order.folder / UNIT, undo)
    return made


def _refuse_known(order: Order, register: Register, unit: Unit) -> None:
    for meter in order.meters:
        folder = order.folder / meter.drn
        if folder.exists():
            raise Stop(f"{folder} exists already: its keys are not overwritten")
        if register.meter(meter.drn) is not None:
            raise Stop(f"{order.folder / REGISTER} has meter {meter.drn} already")
        if meter.drn in unit.drns:
            raise Stop(f"{order.folder / UNIT} has meter {meter.drn} already")


def _make(order: Order, meter: MeterRecord, place: Place, group: GroupKey | None) -> Made:
    if group is None:
        meter = replace(meter, key_file=own_key_file(meter.drn, 1))
        key = fresh_key(EncryptionAlgorithm(int(meter.ea)).key_octets)
    else:
        key = decoder_key(meter, group.key)
    return Made(
        meter=meter,
        place=place,
        config=order.folder / meter.drn / METER,
        label=Label.fresh(meter.drn),
        vending_key=group.key if group else None,
        decoder_key=key,
        management=KeyPair.fresh(),
        slot=KeyPair.fresh() if order.paired else None,
    )


def _enter(register: Register, group: GroupKey | None, made: tuple[Made, ...]) -> None:
    if group is not None and group.is_new:
        register.add_vending_key(group.row)
    for one in made:
        register.add_meter(one.meter)


def _build_keys(stage: Path, group: GroupKey | None, made: tuple[Made, ...]) -> list[str]:
    """Write the key files of the register into the stage; return what is to be moved in."""
    keys = {one.meter.key_file: one.decoder_key for one in made if one.meter.key_file}
    if group is not None and group.is_new:
        keys[group.row.file] = group.key
    for file, key in keys.items():
        disk.write(stage / file, f"{key.reveal().hex()}\n")
    return list(keys)


def _build(stage: Path, order: Order, unit: Unit, made: tuple[Made, ...]) -> list[str]:
    """Write everything but the register's keys into the stage; return what is to be moved in."""
    text = unit.text
    names: list[str] = []
    for number, one in enumerate(made, len(unit.drns) + 1):
        text += texts.ciu_meter(one.place, number, paired=order.paired)
        names.append(one.meter.drn)
        house = texts.House(number, order.scale, order.power_limit_w, order.price_e5)
        settings = texts.meter_toml(one.meter, one.place, house, lab=order.lab, test=order.test)
        _build_meter(stage / one.meter.drn, settings, unit.title, one)
        if one.slot is not None:
            names.append(texts.pair_file(one.meter.drn))
            disk.write(stage / names[-1], texts.pair_keys(one.slot))
    disk.write(stage / UNIT, text, disk.PLAIN_MODE)
    return names


def _begin_unit(stage: Path, unit: Unit) -> list[str]:
    """Begin the store of a unit that has no meters yet; return what is to be moved in.

    Raises StoreMissing if that of another one is missing or empty.
    """
    if unit.drns or unit.state.exists():
        CiuState.check_begun(unit.state)
        return []
    CiuState.begin_store(stage / texts.STATE)
    return [texts.STATE]


def _begin_store(folder: Path, now: int) -> None:
    """Begin the store of a meter whose files stand in a folder."""
    config = read_settings(folder / METER, MeterConfig)
    begin(config.store.file, read_seed(config), now)


def _build_meter(folder: Path, settings: str, ciu_title: bytes, one: Made) -> None:
    disk.write(folder / METER, settings, disk.PLAIN_MODE)
    write_secret(folder / texts.DECODER_KEY, one.decoder_key)
    keys = texts.link_keys(one.label, one.management, one.slot, ciu_title)
    disk.write(folder / texts.LINK_KEYS, keys)
    disk.write(folder / texts.PAIRING_CODE, f"{one.label.code}\n")
