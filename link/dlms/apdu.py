"""Any APDU, told by its first octet. Source: IEC 62056-5-3, link.md 3."""

from collections.abc import Callable
from typing import TypeAlias

from link.dlms.acse import AARE_TAG, AARQ_TAG, RLRE_TAG, RLRQ_TAG, Aare, Aarq, Rlre, Rlrq
from link.dlms.blocks import BLOCKS, BlockService
from link.dlms.list_blocks import LIST_BLOCKS, ListBlockService
from link.dlms.lists import LISTS, ListService
from link.dlms.services import Service, read_service
from link.dlms.unbuilt import Unbuilt

Apdu: TypeAlias = (
    Aarq | Aare | Rlrq | Rlre | Service | ListService | BlockService | ListBlockService | Unbuilt
)

_ACSE: dict[bytes, Callable[[bytes], Apdu]] = {
    bytes([AARQ_TAG]): Aarq.from_bytes,
    bytes([AARE_TAG]): Aare.from_bytes,
    bytes([RLRQ_TAG]): Rlrq.from_bytes,
    bytes([RLRE_TAG]): Rlre.from_bytes,
}


def read_apdu(octets: bytes) -> Apdu:
    """Read one APDU without its LLC; raises DlmsError when it is malformed or empty."""
    read_acse = _ACSE.get(octets[:1])
    if read_acse:
        return read_acse(octets)
    for layouts in (LISTS, BLOCKS, LIST_BLOCKS):
        if record := layouts.read(octets):
            return record
    return read_service(octets)
