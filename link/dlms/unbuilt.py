"""Services that are recognised and not built, by name. Source: IEC 62056-5-3 (xDLMS APDU tags).

The captures show C8, CB, CC, CF, DB, 21 and 28; the other numbers are from memory of the standard,
check against a second source.
"""

from dataclasses import dataclass

UNKNOWN = "unknown service"

_SINGLE = {
    0x05: "read-request",
    0x06: "write-request",
    0x0C: "read-response",
    0x0D: "write-response",
    0x0F: "data-notification",
    0x16: "unconfirmed-write-request",
    0x18: "information-report-request",
    0x21: "glo-initiate-request",
    0x28: "glo-initiate-response",
    0x2E: "glo-confirmed-service-error",
    0xC2: "event-notification-request",
    0xC8: "glo-get-request",
    0xC9: "glo-set-request",
    0xCA: "glo-event-notification-request",
    0xCB: "glo-action-request",
    0xCC: "glo-get-response",
    0xCD: "glo-set-response",
    0xCF: "glo-action-response",
    0xD0: "ded-get-request",
    0xD1: "ded-set-request",
    0xD3: "ded-action-request",
    0xD4: "ded-get-response",
    0xD5: "ded-set-response",
    0xD7: "ded-action-response",
    0xD9: "access-request",
    0xDA: "access-response",
    0xDB: "general-glo-ciphering",
    0xDC: "general-ded-ciphering",
    0xDD: "general-ciphering",
    0xDF: "general-signing",
    0xE0: "general-block-transfer",
}
"""Services told by their first octet."""


@dataclass(frozen=True, slots=True)
class Unbuilt:
    """An APDU of a service that is not built, kept whole; `service` is its name or UNKNOWN."""

    service: str
    octets: bytes

    @classmethod
    def from_bytes(cls, octets: bytes) -> "Unbuilt":
        """Name the service of an APDU of at least one octet; what follows is not looked at."""
        return cls(_SINGLE.get(octets[0], UNKNOWN), octets)

    def to_bytes(self) -> bytes:
        """Return the octets as they came."""
        return self.octets
