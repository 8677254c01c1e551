"""The object map: every object of the meter that is built, as rows. Source: link.md 4 and 5.

Only what is true stands here: no attribute without a value, no method that nobody may invoke.
"""

from dataclasses import dataclass

from link.cosem.classes import (
    ACCOUNT,
    ASSOCIATION,
    CLOCK,
    CREDIT,
    DATA,
    DISCONNECT_CONTROL,
    PROFILE_GENERIC,
    REGISTER,
    SAP_ASSIGNMENT,
    STS_ATTRIBUTES,
    TOKEN_GATEWAY,
    InterfaceClass,
    Member,
)
from link.cosem.roles import CUSTOMER, EVERYBODY, NOBODY, Role
from link.cosem.row import CosemObject, Row, RowKind, logical_name
from link.cosem.schema import U32, FlagNumber, OctetText, Schema
from link.cosem.selection import ENTRY_SELECTOR, OUTCOME_COLUMN, RANGE_SELECTOR
from link.cosem.structures import (
    LEDGER_HEAD,
    NAME_LONGEST,
    SUPPLY_EXPLANATION,
    TOKEN_LOG,
    TOKEN_OUTCOME,
)
from link.cosem.values import (
    ClockBase,
    CreditType,
    ScalerUnit,
    SortMethod,
    TokenShare,
)
from link.terms import Alarm, Unit

_TOKEN_CREDIT = logical_name("0.0.19.10.0.255")
_NUMERIC_KEYPAD = 2
"""Token carrier type of 20 digits typed by hand (link.md 4, class 116)."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A member of a class as one object has it."""

    member: str
    read: frozenset[Role] = NOBODY
    write: frozenset[Role] = NOBODY
    invoke: frozenset[Role] = NOBODY
    schema: Schema | None = None
    returns: Schema | None = None
    unit: Unit = Unit.COUNT
    selectors: tuple[int, ...] = ()
    fixed: object = None


def _object(name: str, of: InterfaceClass, dotted: str, *lines: _Line) -> CosemObject:
    at = logical_name(dotted)
    rows = tuple(_row(name, of, at, line) for line in lines)
    return CosemObject(name, of, at, rows)


def _row(name: str, of: InterfaceClass, at: bytes, line: _Line) -> Row:
    kind = RowKind.METHOD if line.invoke else RowKind.ATTRIBUTE
    member = _member(of.methods if line.invoke else of.attributes, line.member)
    schema = line.schema or member.schema
    if schema is None:
        raise ValueError(f"{name}.{line.member} has no type")
    return Row(
        key=f"{name}.{line.member}",
        name=line.member,
        logical_name=at,
        class_id=of.class_id,
        version=of.version,
        index=member.index,
        kind=kind,
        schema=schema,
        returns=line.returns,
        unit=line.unit,
        read=line.read,
        write=line.write,
        invoke=line.invoke,
        selectors=line.selectors,
        fixed=line.fixed,
    )


def _member(members: tuple[Member, ...], name: str) -> Member:
    return next(member for member in members if member.name == name)


def _data(name: str, dotted: str, read: frozenset[Role], schema: Schema) -> CosemObject:
    return _object(name, DATA, dotted, _Line("value", read=read, schema=schema))


def _register(name: str, dotted: str, unit: Unit) -> CosemObject:
    return _object(
        name,
        REGISTER,
        dotted,
        _Line("value", read=CUSTOMER, schema=U32, unit=unit),
        _Line("scaler_unit", read=CUSTOMER, fixed=ScalerUnit(0, unit)),
    )


def _amount(member: str) -> _Line:
    return _Line(member, read=CUSTOMER, unit=Unit.WATT_HOUR)


OBJECTS: tuple[CosemObject, ...] = (
    _object(
        "clock",
        CLOCK,
        "0.0.1.0.0.255",
        _Line("time", read=EVERYBODY),
        _Line("time_zone", read=EVERYBODY, fixed=0),
        _Line("status", read=EVERYBODY, fixed=0),
        _Line("daylight_savings_enabled", read=EVERYBODY, fixed=False),
        _Line("clock_base", read=EVERYBODY, fixed=ClockBase.CRYSTAL),
    ),
    _object(
        "account",
        ACCOUNT,
        "0.0.19.0.0.255",
        _Line("mode_and_status", read=CUSTOMER),
        _Line("current_credit_in_use", read=CUSTOMER),
        _Line("current_credit_status", read=CUSTOMER),
        _amount("available_credit"),
        _amount("amount_to_clear"),
        _amount("clearance_threshold"),
        _amount("aggregated_debt"),
        _Line("credit_reference_list", read=CUSTOMER, fixed=(_TOKEN_CREDIT,)),
        _Line(
            "token_gateway_configuration",
            read=CUSTOMER,
            fixed=(TokenShare(_TOKEN_CREDIT, 100),),
        ),
        _Line("currency", read=CUSTOMER),
        _amount("low_credit_threshold"),
        _amount("next_credit_available_threshold"),
    ),
    _object(
        "token_credit",
        CREDIT,
        "0.0.19.10.0.255",
        _amount("current_credit_amount"),
        _Line("credit_type", read=CUSTOMER, fixed=CreditType.TOKEN),
        _Line("priority", read=CUSTOMER),
        _amount("warning_threshold"),
        _amount("limit"),
        _Line("credit_configuration", read=CUSTOMER),
        _Line("credit_status", read=CUSTOMER),
    ),
    _object(
        "token_gateway",
        TOKEN_GATEWAY,
        "0.0.19.40.0.255",
        _Line("token_time", read=CUSTOMER),
        _Line("token_delivery_method", read=CUSTOMER),
        _Line("token_status", read=CUSTOMER),
        _Line("enter", invoke=CUSTOMER, returns=TOKEN_OUTCOME),
    ),
    _object(
        "sts",
        STS_ATTRIBUTES,
        "0.0.19.60.0.255",
        _Line("meter_pan", read=CUSTOMER),
        _Line("commodity", read=CUSTOMER),
        _Line("token_carrier_types", read=CUSTOMER, fixed=(_NUMERIC_KEYPAD,)),
        _Line("encryption_algorithm", read=CUSTOMER),
        _Line("supply_group_code", read=CUSTOMER),
        _Line("tariff_index", read=CUSTOMER),
        _Line("key_revision_number", read=CUSTOMER),
        _Line("key_type", read=CUSTOMER),
        _Line("key_expiry_number", read=CUSTOMER),
        _Line("no_of_kct_supported", read=CUSTOMER),
    ),
    _object(
        "association",
        ASSOCIATION,
        "0.0.40.0.0.255",
        _Line("object_list", read=EVERYBODY),
        _Line("associated_partners_id", read=EVERYBODY),
        _Line("application_context_name", read=EVERYBODY),
        _Line("xdlms_context_info", read=EVERYBODY),
        _Line("authentication_mechanism_name", read=EVERYBODY),
        _Line("association_status", read=EVERYBODY),
    ),
    _object(
        "sap_assignment",
        SAP_ASSIGNMENT,
        "0.0.41.0.0.255",
        _Line("sap_assignment_list", read=EVERYBODY),
    ),
    _data("logical_device_name", "0.0.42.0.0.255", EVERYBODY, OctetText(NAME_LONGEST)),
    _data("meter_number", "0.0.96.1.0.255", EVERYBODY, OctetText(13)),
    _object(
        "disconnect_control",
        DISCONNECT_CONTROL,
        "0.0.96.3.10.255",
        _Line("output_state", read=CUSTOMER),
        _Line("control_state", read=CUSTOMER),
        _Line("control_mode", read=CUSTOMER),
    ),
    _data("supply_explanation", "0.0.96.50.1.255", CUSTOMER, SUPPLY_EXPLANATION),
    _data("last_result", "0.0.96.50.2.255", CUSTOMER, TOKEN_OUTCOME),
    _data("ledger_head", "0.0.96.50.4.255", CUSTOMER, LEDGER_HEAD),
    _object(
        "alarms",
        DATA,
        "0.0.97.98.0.255",
        _Line("value", read=CUSTOMER, write=CUSTOMER, schema=FlagNumber(Alarm)),
    ),
    _object(
        "token_log",
        PROFILE_GENERIC,
        "0.0.99.17.0.255",
        _Line(
            "buffer",
            read=CUSTOMER,
            schema=TOKEN_LOG,
            selectors=(RANGE_SELECTOR, ENTRY_SELECTOR),
        ),
        _Line("capture_objects", read=CUSTOMER, fixed=(OUTCOME_COLUMN,)),
        _Line("capture_period", read=CUSTOMER, fixed=0),
        _Line("sort_method", read=CUSTOMER, fixed=SortMethod.FIFO),
        _Line("entries_in_use", read=CUSTOMER),
        _Line("profile_entries", read=CUSTOMER),
    ),
    _data("firmware", "1.0.0.2.0.255", EVERYBODY, OctetText(32)),
    _register("power", "1.0.1.7.0.255", Unit.WATT),
    _register("energy_import", "1.0.1.8.0.255", Unit.WATT_HOUR),
)
"""Objects by logical name; no two have the same one."""

OBJECT_MAP: tuple[Row, ...] = tuple(row for each in OBJECTS for row in each.rows)

_BY_KEY = {row.key: row for row in OBJECT_MAP}
_BY_PLACE = {(row.class_id, row.logical_name, row.kind, row.index): row for row in OBJECT_MAP}
_BY_NAME = {each.logical_name: each for each in OBJECTS}


def row(key: str) -> Row:
    """Return the row of a key such as "account.available_credit"; KeyError for no such key."""
    return _BY_KEY[key]


def row_at(class_id: int, name: bytes, kind: RowKind, index: int) -> Row | None:
    """Return the row that a reference on the wire means; None where the map has none."""
    return _BY_PLACE.get((class_id, name, kind, index))


def object_named(name: bytes) -> CosemObject | None:
    """Return the object of a logical name; None where the map has none."""
    return _BY_NAME.get(name)
