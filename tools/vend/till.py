"""The open register with the folder of its key files: what every command of a sale works on.

Invariant: a key leaves a file only into a `Secret`, and no message quotes one.
"""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from link.durable import DurableError
from link.secret import Secret
from link.settings import SettingsError, read_secret, write_secret
from link.terms import is_digits
from meter.sts import DecoderKey, EncryptionAlgorithm, KeyType
from meter.sts.derivation import DerivationError, Dkga
from tools.exits import Exit, Stop
from tools.register import MeterRecord, Register, VendingKey, decoder_key
from tools.register.records import KEY_KINDS

SHOWN = 10
"""Meter numbers that an error names at the most."""


@dataclass(frozen=True, slots=True)
class Till:
    """An open register and the folder where its key files start."""

    register: Register
    folder: Path


@contextmanager
def open_till(args: Namespace) -> Iterator[Till]:
    """Hold the register of --register; every error of disk, settings or keys becomes a Stop."""
    path: Path = args.register
    try:
        with Register.open(path, patience_s=args.wait) as register:
            yield Till(register, path.parent)
    except DurableError as error:
        raise Stop(str(error), Exit.FAILED) from None
    except (SettingsError, DerivationError) as error:
        raise Stop(str(error)) from None


def find_meter(register: Register, drn: str) -> MeterRecord:
    """Find a meter; raises Stop with some that there are."""
    meter = register.meter(drn) if is_digits(drn) else None
    if meter is None:
        known = register.meters()
        shown = ", ".join(known[:SHOWN]) + (", ..." if len(known) > SHOWN else "")
        name = drn if drn.isprintable() else repr(drn)
        raise Stop(f"meter {name} is not in the register; there are: {shown or 'none'}")
    return meter


def key_name(sgc: str, krn: int, dkga: str, kt: int) -> str:
    """Name the vending key that a decoder key is derived from."""
    return f"supply group {sgc}, revision {krn}, dkga {dkga}, {KEY_KINDS[kt]}"


def key_of(till: Till, meter: MeterRecord) -> DecoderKey:
    """Return a meter's decoder key: derived, or the maker's own where its type is DITK.

    Raises Stop where the register has no vending key for it, SettingsError for a file and
    DerivationError for a key that will not do.
    """
    ea = EncryptionAlgorithm(int(meter.ea))
    if meter.kt == KeyType.DITK:
        return _made_key(ea, till.folder / meter.key_file)
    row = till.register.vending_key(meter.sgc, meter.krn, meter.dkga, meter.kt)
    if row is None:
        name = key_name(meter.sgc, meter.krn, meter.dkga, meter.kt)
        raise Stop(f"{name}: the register has no vending key; vend key add enters one")
    return DecoderKey(ea, decoder_key(meter, read_secret(till.folder / row.file)))


def _made_key(ea: EncryptionAlgorithm, path: Path) -> DecoderKey:
    return _checked(ea, read_secret(path), str(path))


def _checked(ea: EncryptionAlgorithm, key: Secret, name: str) -> DecoderKey:
    try:
        return DecoderKey(ea, key)
    except ValueError as error:
        raise Stop(f"{name}: {error}") from None


def keep_own_key(till: Till, meter: MeterRecord, key: Secret) -> None:
    """Keep a maker's own key in the file that a meter names; raises Stop for a wrong length."""
    _checked(EncryptionAlgorithm(int(meter.ea)), key, "--key-file")
    keep_key(till, meter.key_file, key)


def enter_vending_key(till: Till, row: VendingKey, key: Secret | None) -> None:
    """Make sure that the register has a vending key, the given one if any; raises Stop.

    The file is on the disk before the row is; a file that a killed process left is taken.
    """
    name = key_name(row.sgc, row.krn, row.dkga, row.kt)
    known = till.register.vending_key(row.sgc, row.krn, row.dkga, row.kt)
    if known is not None:
        if key not in (None, read_secret(till.folder / known.file)):
            raise Stop(f"{name} has another vending key already: {till.folder / known.file}")
        return
    if key is None:
        raise Stop(f"{name}: the register has no vending key; add --vk-file FILE")
    due = Dkga(int(row.dkga)).vending_key_octets
    if len(key) != due:
        raise Stop(f"a vending key of {len(key)} octets, dkga {row.dkga} wants {due}")
    keep_key(till, row.file, key)
    till.register.add_vending_key(row)


def keep_key(till: Till, file: str, key: Secret) -> None:
    """Put a key into a file of mode 0600 beside the register; raises Stop where another is."""
    path = till.folder / file
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if not path.exists():
        write_secret(path, key)
    elif read_secret(path) != key:
        raise Stop(f"{path} exists already and holds another key: it is not overwritten")
