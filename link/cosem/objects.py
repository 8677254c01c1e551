"""The object map: every object of the meter that is built, as rows. Source: link.md 4 and 5.

A member of a class for which there is no line is listed with no access; an attribute of what is
not built yet has its neutral constant (link.md 4).
"""

from link.cosem.amounts import LEAST_AMOUNT
from link.cosem.bits import FlagNumber
from link.cosem.classes import (
    ACCOUNT,
    ASSOCIATION,
    CLOCK,
    CREDIT,
    DATA,
    DISCONNECT_CONTROL,
    HDLC_SETUP,
    LIMITER,
    PROFILE_GENERIC,
    REGISTER,
    SAP_ASSIGNMENT,
    STS_ATTRIBUTES,
    TOKEN_GATEWAY,
)
from link.cosem.lines import Line, cosem_object
from link.cosem.roles import CUSTOMER, EVERYBODY, Role
from link.cosem.row import CosemObject, Row, RowKind, logical_name
from link.cosem.schema import U16, U32, Number, Schema
from link.cosem.selection import (
    AMOUNT_COLUMN,
    CLOCK_COLUMN,
    DIGEST_COLUMN,
    ENTRY_SELECTOR,
    NO_COLUMN,
    OUTCOME_COLUMN,
    RANGE_SELECTOR,
    STATUS_COLUMN,
)
from link.cosem.structures import (
    BILLING_PROFILE,
    CONSUMPTION,
    KEY_SET,
    LEDGER_HEAD,
    NAME_LONGEST,
    SUPPLY_EXPLANATION,
    TOKEN_LOG,
    TOKEN_OUTCOME,
    USAGE,
)
from link.cosem.texts import OctetText
from link.cosem.values import (
    CaptureObject,
    ClockBase,
    CreditType,
    EmergencyProfile,
    LimiterActions,
    MonitoredValue,
    ScalerUnit,
    Script,
    SortMethod,
    TokenShare,
)
from link.dlms import Tag
from link.terms import Alarm, Tamper, Unit

_TOKEN_CREDIT = logical_name("0.0.19.10.0.255")
_NO_NEXT_CREDIT = LEAST_AMOUNT
"""Class 111 attribute 17 where no further credit can be chosen (second source)."""

_UNDEFINED = 0
"""A date-time of which nothing is specified."""
_NO_OBJECT = bytes(6)
"""Logical name where there is no object."""
_NO_SCRIPT = Script(_NO_OBJECT, 0)

_POWER = logical_name("1.0.1.7.0.255")
_ENERGY = logical_name("1.0.1.8.0.255")

_NUMERIC_KEYPAD = 2
"""Token carrier type of 20 digits typed by hand (link.md 4, class 116)."""


def _data(name: str, dotted: str, read: frozenset[Role], schema: Schema) -> CosemObject:
    return cosem_object(name, DATA, dotted, Line("value", read=read, schema=schema))


def _register(name: str, dotted: str, unit: Unit, scaler: int = 0) -> CosemObject:
    return cosem_object(
        name,
        REGISTER,
        dotted,
        Line("value", read=CUSTOMER, schema=Number(Tag.U32), unit=unit, scaler=scaler),
        _seen("scaler_unit", ScalerUnit(scaler, unit)),
    )


def _profile(
    name: str, dotted: str, schema: Schema, columns: tuple[CaptureObject, ...]
) -> CosemObject:
    return cosem_object(
        name,
        PROFILE_GENERIC,
        dotted,
        Line(
            "buffer",
            read=CUSTOMER,
            schema=schema,
            selectors=(RANGE_SELECTOR, ENTRY_SELECTOR),
            columns=columns,
        ),
        _seen("capture_objects", columns),
        _seen("capture_period", 0),
        _seen("sort_method", SortMethod.FIFO),
        _seen("sort_object", NO_COLUMN),
        _seen("entries_in_use"),
        _seen("profile_entries"),
    )


def _billing_profile(name: str, dotted: str) -> CosemObject:
    return _profile(name, dotted, BILLING_PROFILE, (CLOCK_COLUMN, CaptureObject(3, _ENERGY, 2, 0)))


def _seen(member: str, fixed: object = None) -> Line:
    return Line(member, read=CUSTOMER, fixed=fixed)


def _amount(member: str) -> Line:
    """Return the row of an amount, which counts what `account.currency` says."""
    return Line(member, read=CUSTOMER)


OBJECTS: tuple[CosemObject, ...] = (
    cosem_object(
        "clock",
        CLOCK,
        "0.0.1.0.0.255",
        Line("time", read=EVERYBODY),
        Line("time_zone", read=EVERYBODY, fixed=0),
        Line("status", read=EVERYBODY, fixed=0),
        Line("daylight_savings_begin", read=EVERYBODY, fixed=_UNDEFINED),
        Line("daylight_savings_end", read=EVERYBODY, fixed=_UNDEFINED),
        Line("daylight_savings_deviation", read=EVERYBODY, fixed=0),
        Line("daylight_savings_enabled", read=EVERYBODY, fixed=False),
        Line("clock_base", read=EVERYBODY, fixed=ClockBase.CRYSTAL),
    ),
    cosem_object(
        "limiter",
        LIMITER,
        "0.0.17.0.0.255",
        _seen("monitored_value", MonitoredValue(3, _POWER, 2)),
        Line("threshold_active", read=CUSTOMER, schema=Number(Tag.U32), unit=Unit.WATT),
        Line("threshold_normal", read=CUSTOMER, schema=Number(Tag.U32), unit=Unit.WATT),
        Line("threshold_emergency", read=CUSTOMER, schema=Number(Tag.U32), unit=Unit.WATT),
        Line("min_over_threshold_duration", read=CUSTOMER, unit=Unit.SECOND),
        Line("min_under_threshold_duration", read=CUSTOMER, fixed=0, unit=Unit.SECOND),
        _seen("emergency_profile", EmergencyProfile(0, _UNDEFINED, 0)),
        _seen("emergency_profile_group_id_list", ()),
        _seen("emergency_profile_active", False),
        _seen("actions", LimiterActions(over=_NO_SCRIPT, under=_NO_SCRIPT)),
    ),
    cosem_object(
        "account",
        ACCOUNT,
        "0.0.19.0.0.255",
        _seen("mode_and_status"),
        _seen("current_credit_in_use"),
        _seen("current_credit_status"),
        _amount("available_credit"),
        _amount("amount_to_clear"),
        _amount("clearance_threshold"),
        _amount("aggregated_debt"),
        _seen("credit_reference_list", (_TOKEN_CREDIT,)),
        _seen("charge_reference_list", ()),
        _seen("credit_charge_configuration", ()),
        Line(
            "token_gateway_configuration",
            read=CUSTOMER,
            fixed=(TokenShare(_TOKEN_CREDIT, 100),),
        ),
        _seen("account_activation_time"),
        _seen("account_closure_time", _UNDEFINED),
        _seen("currency"),
        _amount("low_credit_threshold"),
        Line(
            "next_credit_available_threshold",
            read=CUSTOMER,
            fixed=_NO_NEXT_CREDIT,
        ),
        _seen("max_provision", 0),
        _seen("max_provision_period", 0),
    ),
    cosem_object(
        "token_credit",
        CREDIT,
        "0.0.19.10.0.255",
        _amount("current_credit_amount"),
        _seen("credit_type", CreditType.TOKEN),
        _seen("priority"),
        _amount("warning_threshold"),
        _amount("limit"),
        _seen("credit_configuration"),
        _seen("credit_status"),
        _seen("preset_credit_amount", 0),
        _seen("credit_available_threshold", 0),
        _seen("period", _UNDEFINED),
    ),
    cosem_object(
        "token_gateway",
        TOKEN_GATEWAY,
        "0.0.19.40.0.255",
        _seen("token_time"),
        _seen("token_description", ()),
        _seen("token_delivery_method"),
        _seen("token_status"),
        Line("enter", invoke=CUSTOMER, returns=TOKEN_OUTCOME),
    ),
    cosem_object(
        "sts",
        STS_ATTRIBUTES,
        "0.0.19.60.0.255",
        _seen("meter_pan"),
        _seen("commodity"),
        _seen("token_carrier_types", (_NUMERIC_KEYPAD,)),
        _seen("encryption_algorithm"),
        _seen("supply_group_code"),
        _seen("tariff_index"),
        _seen("key_revision_number"),
        _seen("key_type"),
        _seen("key_expiry_number"),
        _seen("no_of_kct_supported"),
        _seen("sts_certificate_no", ""),
    ),
    cosem_object(
        "hdlc_setup",
        HDLC_SETUP,
        "0.0.22.0.0.255",
        Line("comm_speed", read=EVERYBODY),
        Line("window_size_transmit", read=EVERYBODY),
        Line("window_size_receive", read=EVERYBODY),
        Line("max_info_field_length_transmit", read=EVERYBODY),
        Line("max_info_field_length_receive", read=EVERYBODY),
        Line("inter_octet_time_out", read=EVERYBODY),
        Line("inactivity_time_out", read=EVERYBODY, unit=Unit.SECOND),
        Line("device_address", read=EVERYBODY),
    ),
    cosem_object(
        "association",
        ASSOCIATION,
        "0.0.40.0.0.255",
        Line("object_list", read=EVERYBODY),
        Line("associated_partners_id", read=EVERYBODY),
        Line("application_context_name", read=EVERYBODY),
        Line("xdlms_context_info", read=EVERYBODY),
        Line("authentication_mechanism_name", read=EVERYBODY),
        Line("association_status", read=EVERYBODY),
        Line("security_setup_reference", read=EVERYBODY, fixed=_NO_OBJECT),
    ),
    cosem_object(
        "sap_assignment",
        SAP_ASSIGNMENT,
        "0.0.41.0.0.255",
        Line("sap_assignment_list", read=EVERYBODY),
    ),
    _data("logical_device_name", "0.0.42.0.0.255", EVERYBODY, OctetText(NAME_LONGEST)),
    _data("meter_number", "0.0.96.1.0.255", EVERYBODY, OctetText(13)),
    cosem_object(
        "disconnect_control",
        DISCONNECT_CONTROL,
        "0.0.96.3.10.255",
        _seen("output_state"),
        _seen("control_state"),
        _seen("control_mode"),
    ),
    _data("power_offs", "0.0.96.7.21.255", CUSTOMER, U32),
    _data("supply_explanation", "0.0.96.50.1.255", CUSTOMER, SUPPLY_EXPLANATION),
    _data("last_result", "0.0.96.50.2.255", CUSTOMER, TOKEN_OUTCOME),
    _data("days_left", "0.0.96.50.3.255", CUSTOMER, U16),
    _data("ledger_head", "0.0.96.50.4.255", CUSTOMER, LEDGER_HEAD),
    _data("overloads", "0.0.96.50.5.255", CUSTOMER, U32),
    _data("usage", "0.0.96.50.6.255", CUSTOMER, USAGE),
    _data("tamper", "0.0.96.50.7.255", CUSTOMER, FlagNumber(Tamper)),
    _data("price", "0.0.96.50.8.255", CUSTOMER, U32),
    _data("unbalance_limit", "0.0.96.50.9.255", CUSTOMER, U32),
    cosem_object(
        "confirm_reconnection",
        DATA,
        "0.0.96.50.14.255",
        Line("value", write=CUSTOMER, schema=U32),
    ),
    _data("flow_factor", "0.0.96.50.15.255", CUSTOMER, U16),
    _data("key_set", "0.0.96.50.16.255", CUSTOMER, KEY_SET),
    _data("base_date", "0.0.96.50.17.255", CUSTOMER, U16),
    _data("consumption", "0.0.96.50.18.255", CUSTOMER, CONSUMPTION),
    cosem_object(
        "alarms",
        DATA,
        "0.0.97.98.0.255",
        Line("value", read=CUSTOMER, write=CUSTOMER, schema=FlagNumber(Alarm)),
    ),
    _billing_profile("months", "0.0.98.1.0.255"),
    _profile(
        "token_log",
        "0.0.99.17.0.255",
        TOKEN_LOG,
        (CLOCK_COLUMN, STATUS_COLUMN, DIGEST_COLUMN, AMOUNT_COLUMN, OUTCOME_COLUMN),
    ),
    _data("firmware", "1.0.0.2.0.255", EVERYBODY, OctetText(32)),
    _register("power", "1.0.1.7.0.255", Unit.WATT),
    _register("energy_import", "1.0.1.8.0.255", Unit.WATT_HOUR),
    _register("current", "1.0.11.7.0.255", Unit.AMPERE, -3),
    _register("voltage", "1.0.12.7.0.255", Unit.VOLT, -3),
    _register("power_factor", "1.0.13.7.0.255", Unit.COUNT, -3),
    _register("frequency", "1.0.14.7.0.255", Unit.HERTZ, -3),
    _billing_profile("days", "1.0.99.2.0.255"),
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
