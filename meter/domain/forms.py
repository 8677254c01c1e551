"""JSON forms of frozen records, read off their annotations.

Enums stand as member names, octets as hex, a record as an object, a tuple of records as columns
and rows. Reading is strict: every member present, none unknown, each of its type; WireError else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum, Flag
from operator import attrgetter, methodcaller
from typing import get_args, get_origin, get_type_hints

from link.secret import Secret


class WireError(ValueError):
    """A stored text that is not what this version writes; the message is one line."""


@dataclass(frozen=True, slots=True)
class Form:
    """How values of one type are written to JSON values and read from them."""

    write: Callable[[object], object]
    read: Callable[[object], object]


def form_of(hint: object, *, secrets: bool = False) -> Form:
    """Return the form of a type; raises TypeError for one without, and for Secret unless wanted."""
    if get_origin(hint) is tuple:
        return _tuple_form(get_args(hint)[0], secrets)
    if not isinstance(hint, type) or (hint is Secret and not secrets):
        raise TypeError(f"{hint} has no form")
    if hint in PLAIN:
        return PLAIN[hint]
    if issubclass(hint, Flag):
        return _flag_form(hint)
    if issubclass(hint, Enum):
        return _enum_form(hint)
    return _record_form(hint, secrets)


def _exact(kind: type) -> Callable[[object], object]:
    def read(wire: object) -> object:
        if type(wire) is not kind:
            raise WireError(f"{wire!r} where {kind.__name__} should stand")
        return wire

    return read


def _from_hex(wire: object) -> bytes:
    try:
        return bytes.fromhex(wire if isinstance(wire, str) else "?")
    except ValueError:
        raise WireError("octets that are not hex digits") from None


def _as_it_is(value: object) -> object:
    return value


def _secret_to_hex(value: object) -> str | None:
    return value.reveal().hex() if isinstance(value, Secret) else None


PLAIN: Mapping[type, Form] = {
    int: Form(_as_it_is, _exact(int)),
    bool: Form(_as_it_is, _exact(bool)),
    str: Form(_as_it_is, _exact(str)),
    bytes: Form(methodcaller("hex"), _from_hex),
    Secret: Form(_secret_to_hex, lambda wire: Secret(_from_hex(wire))),
}


def _enum_form(kind: type[Enum]) -> Form:
    def read(wire: object) -> object:
        if not isinstance(wire, str) or wire not in kind.__members__:
            raise WireError(f"{wire!r} is no {kind.__name__}")
        return kind.__members__[wire]

    return Form(attrgetter("_name_"), read)


def _flag_form(kind: type[Flag]) -> Form:
    def write(value: object) -> object:
        return [member.name for member in kind if isinstance(value, kind) and member in value]

    def read(wire: object) -> object:
        flags = kind(0)
        for name in _listed(wire):
            if name not in kind.__members__:
                raise WireError(f"{name!r} is no {kind.__name__}")
            flags |= kind.__members__[str(name)]
        return flags

    return Form(write, read)


def _listed(wire: object) -> list[object]:
    if not isinstance(wire, list):
        raise WireError(f"{wire!r} where a list should stand")
    return wire


def _tuple_form(member: object, secrets: bool) -> Form:
    if isinstance(member, type) and is_dataclass(member):
        return _rows_form(member, secrets)
    form = form_of(member, secrets=secrets)

    def write(value: object) -> object:
        if not isinstance(value, tuple):
            return None
        # most tuples hold whole numbers, which stand as they are
        return list(value) if form.write is _as_it_is else [form.write(one) for one in value]

    return Form(write, lambda wire: tuple(form.read(one) for one in _listed(wire)))


class _Columns:
    """The members of a record in order, with their forms."""

    def __init__(self, kind: type, secrets: bool) -> None:
        if not is_dataclass(kind):
            raise TypeError(f"{kind.__name__} has no form")
        hints = get_type_hints(kind)
        self._make: Callable[..., object] = kind
        self.names = [field.name for field in fields(kind)]
        self._forms = [form_of(hints[name], secrets=secrets) for name in self.names]
        writers = enumerate(form.write for form in self._forms)
        self._changed = [(place, write) for place, write in writers if write is not _as_it_is]

    def values(self, record: object) -> list[object]:
        """Write the members; most are whole numbers, which stand as they are."""
        values = [getattr(record, name) for name in self.names]
        for place, write in self._changed:
            values[place] = write(values[place])
        return values

    def record(self, names: list[object], values: list[object]) -> object:
        """Read the members back into a record."""
        if names != self.names or len(values) != len(names):
            raise WireError(f"members {names}, not {self.names}")
        members = zip(self.names, self._forms, values, strict=True)
        return self._make(**{name: _read_member(name, form, wire) for name, form, wire in members})


def _read_member(name: str, form: Form, wire: object) -> object:
    try:
        return form.read(wire)
    except WireError as error:
        raise WireError(f"{name}: {error}") from None


def _record_form(kind: type, secrets: bool) -> Form:
    columns = _Columns(kind, secrets)

    def write(value: object) -> object:
        return dict(zip(columns.names, columns.values(value), strict=True))

    def read(wire: object) -> object:
        if not isinstance(wire, dict):
            raise WireError(f"{wire!r} where a {kind.__name__} should stand")
        return columns.record(list(wire), list(wire.values()))

    return Form(write, read)


def _rows_form(kind: type, secrets: bool) -> Form:
    columns = _Columns(kind, secrets)

    def write(value: object) -> object:
        rows = [columns.values(one) for one in value] if isinstance(value, tuple) else []
        return {"columns": columns.names, "rows": rows}

    def read(wire: object) -> object:
        if not isinstance(wire, dict) or set(wire) != {"columns", "rows"}:
            raise WireError(f"no table of {kind.__name__}")
        names = _listed(wire["columns"])
        return tuple(columns.record(names, _listed(row)) for row in _listed(wire["rows"]))

    return Form(write, read)
