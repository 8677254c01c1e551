"""Settings and secrets in files: TOML to frozen dataclass, hex to `Secret`.

Invariant: whatever stands in the file, the caller gets the dataclass or one `SettingsError` of
one line that names the file, the table and the key.
"""

import dataclasses
import os
import reprlib
import stat
import tomllib
import types
import typing
from collections.abc import Callable, Iterable
from datetime import date, time
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from link.files import create, is_open_to_others, reason_of
from link.secret import Secret
from link.spelling import nearest
from link.terms import is_meter_number

SETTINGS_OCTETS = 1 << 20
"""Longest settings file that is read; a longer one is refused."""

SECRET_OCTETS = 4096
"""Longest secret file that is read; a longer one is refused."""

T = TypeVar("T")

_KINDS: dict[type, str] = {
    str: "text",
    int: "a whole number",
    bool: "true or false",
    Path: "a path",
    date: "a date like 2026-11-21",
}


class SettingsError(ValueError):
    """A settings or secret file cannot be used; the message is the one line to print."""


def read_settings(path: Path, shape: type[T]) -> T:
    """Read the TOML file into the dataclass `shape`; raises SettingsError.

    Fields may be str, int, bool, date, Path (made relative to the file's folder), a dataclass
    (a table), `tuple[X, ...]` (an array) and `X | None`. A ValueError of `__post_init__` is
    reported with its table.
    """
    try:
        return _table(_parse(path), shape, path.parent, "")
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from None


def _parse(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            octets = file.read(SETTINGS_OCTETS + 1)
    except OSError as error:
        raise SettingsError(reason_of(error)) from None
    if len(octets) > SETTINGS_OCTETS:
        raise SettingsError(f"longer than {SETTINGS_OCTETS} octets")
    try:
        return tomllib.loads(octets.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise SettingsError(f"not UTF-8 at octet {error.start}") from None
    except ValueError as error:
        raise SettingsError(f"not TOML: {_one_line(error)}") from None
    except RecursionError:
        raise SettingsError("not TOML: nested too deep") from None


def _table(found: dict[str, object], shape: type[T], folder: Path, table: str) -> T:
    fields = _fields(shape)
    hints = typing.get_type_hints(shape)
    _refuse_unknown(found, hints, table)
    values: dict[str, object] = {}
    for field in fields:
        if field.name in found:
            where = _Where(folder, table, field.name)
            values[field.name] = _value(found[field.name], hints[field.name], where)
        else:
            values[field.name] = _rooted(_default(field, hints[field.name], table), folder)
    build: Callable[..., T] = shape
    try:
        return build(**values)
    except ValueError as error:
        raise SettingsError(_in_table(table, _one_line(error))) from None


@dataclasses.dataclass(frozen=True, slots=True)
class _Where:
    """The place of a value: folder of the file, name of the table, key in it."""

    folder: Path
    table: str
    key: str

    def inner(self) -> str:
        """Name of the table that stands at this key."""
        return f"{self.table}.{self.key}" if self.table else self.key

    def wrong(self, wanted: str, found: object) -> SettingsError:
        text = f"key {self.key!r} must be {wanted}, found {_shown(found)}"
        return SettingsError(_in_table(self.table, text))


def _value(found: object, hint: object, where: _Where) -> object:
    match typing.get_origin(hint), typing.get_args(hint):
        case (types.UnionType, (wanted, types.NoneType)):
            return _value(found, wanted, where)
        case (builtin, (wanted, _)) if builtin is tuple:
            return _array(found, wanted, where)
        case _ if isinstance(hint, type):
            return _plain(found, hint, where)
    raise TypeError(f"settings cannot hold {hint!r}")


def _array(found: object, hint: object, where: _Where) -> tuple[object, ...]:
    if not isinstance(found, list):
        raise where.wrong("an array", found)
    places = (
        dataclasses.replace(where, key=f"{where.key}[{number}]")
        for number in range(1, len(found) + 1)
    )
    return tuple(_value(item, hint, place) for item, place in zip(found, places, strict=True))


def _plain(found: object, wanted: type, where: _Where) -> object:
    if dataclasses.is_dataclass(wanted):
        if not isinstance(found, dict):
            raise where.wrong("a table", found)
        return _table(found, wanted, where.folder, where.inner())
    if wanted not in _KINDS:
        raise TypeError(f"settings cannot hold {wanted!r}")
    if wanted is Path and isinstance(found, str) and found and "\0" not in found:
        return where.folder / found
    if type(found) is not wanted:
        raise where.wrong(_KINDS[wanted], found)
    return found


def _fields(shape: type) -> tuple[dataclasses.Field[object], ...]:
    if not dataclasses.is_dataclass(shape):
        raise TypeError(f"settings are read into dataclasses, not into {shape!r}")
    return dataclasses.fields(shape)


def _default(field: dataclasses.Field[object], hint: object, table: str) -> object:
    if field.default is not dataclasses.MISSING:
        return field.default
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        inner = f"{table}.{field.name}" if table else field.name
        raise SettingsError(f"missing table [{inner}]")
    raise SettingsError(_in_table(table, f"missing key {field.name!r}"))


def _rooted(default: object, folder: Path) -> object:
    """Let the paths of a default start at the file's folder, as typed ones do."""
    if isinstance(default, Path):
        return folder / default
    if isinstance(default, tuple):
        return tuple(_rooted(item, folder) for item in default)
    if dataclasses.is_dataclass(default) and not isinstance(default, type):
        fields = dataclasses.fields(default)
        inner = {field.name: _rooted(getattr(default, field.name), folder) for field in fields}
        return dataclasses.replace(default, **inner)
    return default


def _refuse_unknown(found: Iterable[str], known: Iterable[str], table: str) -> None:
    names = list(known)
    for key in found:
        if key not in names:
            hint = nearest(key, names)
            raise SettingsError(_in_table(table, f"unknown key {reprlib.repr(key)} ({hint})"))


def _shown(found: object) -> str:
    match found:
        case dict():
            return "a table"
        case list():
            return "an array"
        case bool():
            return str(found).lower()
        case date() | time():
            return found.isoformat()
        case _:
            return reprlib.repr(found)


def _in_table(table: str, text: str) -> str:
    return f"[{table}] {text}" if table else text


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def check_drn(drn: str) -> None:
    """Raise ValueError for what is no meter number."""
    if not is_meter_number(drn):
        raise ValueError(f"drn {drn!r} is not 11 or 13 digits ending in their check digit")


def check_timezone(timezone: str) -> None:
    """Raise ValueError for a zone that the time zone database has not."""
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"timezone {timezone!r} is not known") from None


def check_within(key: str, number: int, least: int, most: int) -> None:
    """Raise ValueError for a number out of its bounds, both of which are allowed."""
    if not least <= number <= most:
        raise ValueError(f"{key} {number} is not within {least}..{most}")


def check_known(key: str, word: str, known: Iterable[str]) -> None:
    """Raise ValueError for a word that is none of the known ones, with the one most like it."""
    names = list(known)
    if word not in names:
        raise ValueError(f"{key} {word!r} is not known ({nearest(word, names)})")


def read_secret(path: Path) -> Secret:
    """Read one line of hex from a file that nobody else may read; raises SettingsError.

    The message never quotes what stands in the file. Source: security.md, secrets at rest.
    """
    try:
        return Secret.from_hex(_secret_line(path))
    except OSError as error:
        raise SettingsError(f"{path}: {reason_of(error)}") from None
    except ValueError as error:
        raise SettingsError(f"{path}: {error}") from None


def _secret_line(path: Path) -> str:
    # Not blocking: the name of a pipe would hold the process for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("not a file")
        if is_open_to_others(status.st_mode):
            raise ValueError(f"readable by others: chmod 600 {path}")
        octets = file.read(SECRET_OCTETS + 1)
    lines = octets[:SECRET_OCTETS].decode("ascii", "replace").split("\n")
    if not lines[0].strip():
        raise ValueError("empty, wanted one line of hex digits")
    if len(octets) > SECRET_OCTETS or any(lines[1:]):
        raise ValueError("more than one line of hex digits")
    return lines[0]


def write_secret(path: Path, secret: Secret) -> None:
    """Create the file, mode 0600, and return when the disk has it; raises SettingsError.

    A file that exists is never replaced; after a failure nothing is left behind.
    """
    try:
        create(path, f"{secret.reveal().hex()}\n")
    except OSError as error:
        raise SettingsError(f"{path}: {reason_of(error)}") from None
