"""A meter of another maker: the standard's objects alone, by HDLC and DLMS without our server.

It answers from a table of COSEM Data by rows of the object map; what is not in the table it refuses
as object-undefined. Its enter takes any digits and returns nothing.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from link.cosem import row
from link.cosem.values import Currency, CurrencyUnit
from link.dlms import (
    Aare,
    Aarq,
    ActionRequest,
    ActionResponse,
    ActionResult,
    Apdu,
    ApplicationContext,
    AssociationResult,
    AttributeRef,
    Conformance,
    Data,
    DataAccessResult,
    ExceptionResponse,
    GetListRequest,
    GetListResponse,
    GetRequest,
    GetResponse,
    InitiateResponse,
    Rlre,
    Rlrq,
    ServiceError,
    StateError,
    Tag,
    UserDiagnostic,
    read_apdu,
)
from link.hdlc import OwnAddress, Received, Secondary, Timing
from link.server import Asked, Response

Table = Mapping[str, Data | DataAccessResult]

UNDEFINED = DataAccessResult.OBJECT_UNDEFINED
GRANTED = Conformance.GET | Conformance.ACTION | Conformance.MULTIPLE_REFERENCES


def number(tag: Tag, value: int) -> Data:
    return Data(tag, value)


def octets(text: str) -> Data:
    return Data(Tag.OCTET_STRING, text.encode())


def scaler_unit(scaler: int, unit: int) -> Data:
    return Data(Tag.STRUCTURE, (Data(Tag.I8, scaler), Data(Tag.ENUM, unit)))


def standard_objects(drn: str) -> dict[str, Data]:
    """Return what a meter of the standard has of what our unit reads."""
    currency = row("account.currency").schema
    return {
        "meter_number.value": octets(drn),
        "firmware.value": octets("V1.2"),
        "account.available_credit": Data(Tag.I32, 12_300),
        "account.currency": currency.encode(Currency("Wh", 0, CurrencyUnit.CONSUMPTION)),
        "power.value": Data(Tag.U16, 1200),
        "power.scaler_unit": scaler_unit(-1, 27),
        "voltage.value": Data(Tag.U16, 2301),
        "voltage.scaler_unit": scaler_unit(-1, 35),
        "alarms.value": Data(Tag.U32, 0xFFFFFFFF),
    }


class StrangerSession:
    """The meter's end of one medium."""

    def __init__(self, address: int, meter: "Stranger") -> None:
        self._secondary = Secondary(addresses=OwnAddress(address), timing=Timing.for_line(None))
        self._meter = meter

    @property
    def deadline(self) -> float | None:
        return self._secondary.deadline

    def receive(self, data: bytes, now: float) -> None:
        self._secondary.receive(data, now)
        self._settle(now)

    def tick(self, now: float) -> None:
        self._secondary.tick(now)
        self._settle(now)

    def take_outgoing(self) -> bytes:
        return self._secondary.take_outgoing()

    def take_events(self) -> list[Asked]:
        return []

    def answer(self, asked: object, response: Response, now: float) -> None:
        raise AssertionError(f"nothing is asked of the application: {asked} {response} {now}")

    def _settle(self, now: float) -> None:
        for event in self._secondary.take_events():
            if isinstance(event, Received):
                said = self._meter.said_to(read_apdu(event.apdu))
                self._secondary.send(event.station, said.to_bytes(), now)


@dataclass
class Stranger:
    """The meter; `enter` is what its method comes to."""

    drn: str
    address: int
    objects: dict[str, Data | DataAccessResult]
    enter: ActionResult = ActionResult.SUCCESS
    mute: bool = False
    entered: list[str] = field(default_factory=list)
    read: Counter[str] = field(default_factory=Counter)
    asked_alone: int = 0
    """Single GETs: all but polls, which come as lists."""

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.session = StrangerSession(self.address, self)

    def answer(self, asked: Asked) -> Response:
        raise AssertionError(f"nothing is asked of the application: {asked}")

    def said_to(self, apdu: Apdu) -> "Said":
        match apdu:
            case Aarq():
                granted = InitiateResponse(GRANTED, 0xFFFF)
                result, diagnostic = AssociationResult.ACCEPTED, UserDiagnostic.NULL
                return Aare(ApplicationContext.LN, result, diagnostic, granted)
            case GetRequest(invoke, attribute):
                self.asked_alone += 1
                return GetResponse(invoke, self._value(attribute))
            case GetListRequest(invoke, references):
                values = (self._value(reference.attribute) for reference in references)
                return GetListResponse(invoke, tuple(values))
            case ActionRequest(invoke, parameter=Data(value=bytes(digits))):
                self.entered.append(digits.decode())
                return ActionResponse(invoke, self.enter)
            case Rlrq():
                return Rlre()
            case _:
                unknown = StateError.SERVICE_UNKNOWN
                return ExceptionResponse(unknown, ServiceError.SERVICE_NOT_SUPPORTED)

    def _value(self, asked: AttributeRef) -> Data | DataAccessResult:
        for key, value in self.objects.items():
            at = row(key)
            if (at.class_id, at.logical_name, at.index) == (
                asked.class_id,
                asked.logical_name,
                asked.index,
            ):
                self.read[key] += 1
                return value
        return UNDEFINED


Said = Aare | GetResponse | GetListResponse | ActionResponse | Rlre | ExceptionResponse

HEAD: Mapping[str, Data] = {
    "ledger_head.value": Data(Tag.STRUCTURE, (Data(Tag.U32, 6), Data(Tag.U32, 0)))
}
"""A ledger that has a head and cannot be read: doubt that no reading resolves."""
