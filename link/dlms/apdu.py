"""Any APDU, told by its first octet. Source: IEC 62056-5-3, link.md 3."""

from typing import TypeAlias

from link.dlms.acse import Aare, Aarq, Rlre, Rlrq
from link.dlms.services import Service, read_service
from link.dlms.unbuilt import Unbuilt

Apdu: TypeAlias = Aarq | Aare | Rlrq | Rlre | Service | Unbuilt


def read_apdu(octets: bytes) -> Apdu:
    """Read one APDU without its LLC; raises DlmsError when it is malformed or empty."""
    match octets[:1]:
        case b"\x60":
            return Aarq.from_bytes(octets)
        case b"\x61":
            return Aare.from_bytes(octets)
        case b"\x62":
            return Rlrq.from_bytes(octets)
        case b"\x63":
            return Rlre.from_bytes(octets)
        case _:
            return read_service(octets)
