"""Interface classes as rows: attributes and methods with their numbers and data types.

Source: IEC 62056-6-2. Every attribute and every method of a class stands here, whatever an object
makes of it. Numbers and types of classes 7, 15, 111, 112, 115 and 116 and the numbers of class 71
agree with a second source; parameters and numbers of methods, class 17, class 23 and the widths of
classes 8, 70 and 71 are from memory of the standard, check against a second source.
Attribute 1, the logical name, is common to all and not repeated. A schema None is chosen by the
object.
"""

from dataclasses import dataclass

from link.cosem.bits import FlagBits
from link.cosem.composite import Array
from link.cosem.schema import BOOL, DATE_TIME, I8, I16, I32, U8, U16, U32, Enumerated, Schema
from link.cosem.structures import (
    CAPTURE_OBJECT,
    COLLECTIONS,
    CURRENCY,
    EMERGENCY_PROFILE,
    GATEWAY_STATUS,
    LIMITER_ACTIONS,
    METER_PAN,
    MODE_AND_STATUS,
    MONITORED_VALUE,
    OBJECT_LIST,
    PARTNERS,
    REFERENCES,
    SAP_NAMES,
    SCALER_UNIT,
    TOKEN_SHARES,
    XDLMS_CONTEXT,
)
from link.cosem.texts import LOGICAL_NAME, Octets, OctetText, Text
from link.cosem.values import (
    AccountCredit,
    AssociationStatus,
    ClockBase,
    CommSpeed,
    ControlMode,
    CreditConfiguration,
    CreditType,
    DeliveryMethod,
    SortMethod,
)
from link.dlms import Tag
from link.terms import CreditStatus, SupplyState

DIGITS_LONGEST = 64
"""Characters that `enter` looks at; a token has 20, all else of this length is a FormatError."""

_OID = Octets(7, 7)


@dataclass(frozen=True, slots=True)
class Member:
    """An attribute or a method: its number, its name, its type or its parameter's type."""

    index: int
    name: str
    schema: Schema | None


@dataclass(frozen=True, slots=True)
class InterfaceClass:
    """A class of the standard in the version that is built."""

    class_id: int
    version: int
    title: str
    attributes: tuple[Member, ...]
    methods: tuple[Member, ...] = ()


DATA = InterfaceClass(1, 0, "Data", (Member(2, "value", None),))

REGISTER = InterfaceClass(
    3,
    0,
    "Register",
    (Member(2, "value", None), Member(3, "scaler_unit", SCALER_UNIT)),
    (Member(1, "reset", I8),),
)

PROFILE_GENERIC = InterfaceClass(
    7,
    1,
    "Profile generic",
    (
        Member(2, "buffer", None),
        Member(3, "capture_objects", Array(CAPTURE_OBJECT, 16)),
        Member(4, "capture_period", U32),
        Member(5, "sort_method", Enumerated(SortMethod)),
        Member(6, "sort_object", CAPTURE_OBJECT),
        Member(7, "entries_in_use", U32),
        Member(8, "profile_entries", U32),
    ),
    (Member(1, "reset", I8), Member(2, "capture", I8)),
)

CLOCK = InterfaceClass(
    8,
    0,
    "Clock",
    (
        Member(2, "time", DATE_TIME),
        Member(3, "time_zone", I16),
        Member(4, "status", U8),
        Member(5, "daylight_savings_begin", DATE_TIME),
        Member(6, "daylight_savings_end", DATE_TIME),
        Member(7, "daylight_savings_deviation", I8),
        Member(8, "daylight_savings_enabled", BOOL),
        Member(9, "clock_base", Enumerated(ClockBase)),
    ),
    (
        Member(1, "adjust_to_quarter", I8),
        Member(2, "adjust_to_measuring_period", I8),
        Member(3, "adjust_to_minute", I8),
        Member(4, "adjust_to_preset_time", I8),
        Member(5, "preset_adjusting_time", None),
        Member(6, "shift_time", I16),
    ),
)

ASSOCIATION = InterfaceClass(
    15,
    1,
    "Association LN",
    (
        Member(2, "object_list", OBJECT_LIST),
        Member(3, "associated_partners_id", PARTNERS),
        Member(4, "application_context_name", _OID),
        Member(5, "xdlms_context_info", XDLMS_CONTEXT),
        Member(6, "authentication_mechanism_name", _OID),
        Member(7, "secret", Octets(0, 64)),
        Member(8, "association_status", Enumerated(AssociationStatus)),
        Member(9, "security_setup_reference", LOGICAL_NAME),
    ),
    (
        Member(1, "reply_to_hls_authentication", Octets(0, 64)),
        Member(2, "change_hls_secret", Octets(0, 64)),
        Member(3, "add_object", None),
        Member(4, "remove_object", None),
    ),
)

SAP_ASSIGNMENT = InterfaceClass(
    17,
    0,
    "SAP assignment",
    (Member(2, "sap_assignment_list", SAP_NAMES),),
    (Member(1, "connect_logical_device", None),),
)

HDLC_SETUP = InterfaceClass(
    23,
    1,
    "IEC HDLC setup",
    (
        Member(2, "comm_speed", Enumerated(CommSpeed)),
        Member(3, "window_size_transmit", U8),
        Member(4, "window_size_receive", U8),
        Member(5, "max_info_field_length_transmit", U16),
        Member(6, "max_info_field_length_receive", U16),
        Member(7, "inter_octet_time_out", U16),
        Member(8, "inactivity_time_out", U16),
        Member(9, "device_address", U16),
    ),
)

DISCONNECT_CONTROL = InterfaceClass(
    70,
    0,
    "Disconnect control",
    (
        Member(2, "output_state", BOOL),
        Member(3, "control_state", Enumerated(SupplyState)),
        Member(4, "control_mode", Enumerated(ControlMode)),
    ),
    (Member(1, "remote_disconnect", I8), Member(2, "remote_reconnect", I8)),
)

LIMITER = InterfaceClass(
    71,
    0,
    "Limiter",
    (
        Member(2, "monitored_value", MONITORED_VALUE),
        Member(3, "threshold_active", None),
        Member(4, "threshold_normal", None),
        Member(5, "threshold_emergency", None),
        Member(6, "min_over_threshold_duration", U32),
        Member(7, "min_under_threshold_duration", U32),
        Member(8, "emergency_profile", EMERGENCY_PROFILE),
        Member(9, "emergency_profile_group_id_list", Array(U16, 16)),
        Member(10, "emergency_profile_active", BOOL),
        Member(11, "actions", LIMITER_ACTIONS),
    ),
)

ACCOUNT = InterfaceClass(
    111,
    0,
    "Account",
    (
        Member(2, "mode_and_status", MODE_AND_STATUS),
        Member(3, "current_credit_in_use", U8),
        Member(4, "current_credit_status", FlagBits(AccountCredit, 8)),
        Member(5, "available_credit", I32),
        Member(6, "amount_to_clear", I32),
        Member(7, "clearance_threshold", I32),
        Member(8, "aggregated_debt", I32),
        Member(9, "credit_reference_list", REFERENCES),
        Member(10, "charge_reference_list", REFERENCES),
        Member(11, "credit_charge_configuration", COLLECTIONS),
        Member(12, "token_gateway_configuration", TOKEN_SHARES),
        Member(13, "account_activation_time", DATE_TIME),
        Member(14, "account_closure_time", DATE_TIME),
        Member(15, "currency", CURRENCY),
        Member(16, "low_credit_threshold", I32),
        Member(17, "next_credit_available_threshold", I32),
        Member(18, "max_provision", U16),
        Member(19, "max_provision_period", I32),
    ),
    (Member(1, "activate_account", I8), Member(2, "close_account", I8), Member(3, "reset", I8)),
)

CREDIT = InterfaceClass(
    112,
    0,
    "Credit",
    (
        Member(2, "current_credit_amount", I32),
        Member(3, "credit_type", Enumerated(CreditType)),
        Member(4, "priority", U8),
        Member(5, "warning_threshold", I32),
        Member(6, "limit", I32),
        Member(7, "credit_configuration", FlagBits(CreditConfiguration, 8)),
        Member(8, "credit_status", Enumerated(CreditStatus)),
        Member(9, "preset_credit_amount", I32),
        Member(10, "credit_available_threshold", I32),
        Member(11, "period", DATE_TIME),
    ),
    (
        Member(1, "update_amount", I32),
        Member(2, "set_amount_to_value", I32),
        Member(3, "invoke_credit", I8),
    ),
)

TOKEN_GATEWAY = InterfaceClass(
    115,
    0,
    "Token gateway",
    (
        Member(2, "token", OctetText(DIGITS_LONGEST)),
        Member(3, "token_time", DATE_TIME),
        Member(4, "token_description", Array(Octets(0, 64), 16)),
        Member(5, "token_delivery_method", Enumerated(DeliveryMethod)),
        Member(6, "token_status", GATEWAY_STATUS),
    ),
    (Member(1, "enter", OctetText(DIGITS_LONGEST)),),
)

STS_ATTRIBUTES = InterfaceClass(
    116,
    0,
    "IEC 62055-41 attributes",
    (
        Member(2, "meter_pan", METER_PAN),
        Member(3, "commodity", Text(Tag.VISIBLE_STRING, 16)),
        Member(4, "token_carrier_types", Array(U8, 16)),
        Member(5, "encryption_algorithm", U8),
        Member(6, "supply_group_code", U32),
        Member(7, "tariff_index", U8),
        Member(8, "key_revision_number", U8),
        Member(9, "key_type", U8),
        Member(10, "key_expiry_number", U8),
        Member(11, "no_of_kct_supported", U8),
        Member(12, "sts_certificate_no", Text(Tag.VISIBLE_STRING, 32)),
    ),
)

CLASSES = (
    DATA,
    REGISTER,
    PROFILE_GENERIC,
    CLOCK,
    ASSOCIATION,
    SAP_ASSIGNMENT,
    HDLC_SETUP,
    DISCONNECT_CONTROL,
    LIMITER,
    ACCOUNT,
    CREDIT,
    TOKEN_GATEWAY,
    STS_ATTRIBUTES,
)
"""Every class that is built."""
