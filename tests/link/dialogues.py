"""Clients of a meter, APDU by APDU, for the tests of the server."""

from dataclasses import replace

from link.cosem import Role
from link.cosem.values import SapName
from link.dlms import (
    Aare,
    Aarq,
    Apdu,
    ApplicationContext,
    AssociationResult,
    Conformance,
    InitiateRequest,
    read_apdu,
)
from link.server import Client
from link.server.counts import ServerCounts
from link.server.dialogue import Dialogue
from link.server.objects import HdlcSetup

ALL = Conformance(sum(Conformance))
PLAIN = Aarq(ApplicationContext.LN, InitiateRequest(ALL, 0xFFFF))
SHORT = ALL & ~Conformance.BLOCK_GET & ~Conformance.BLOCK_ACTION
"""No answers in blocks."""
PUBLIC, SLOT = Client(16, Role.PUBLIC), Client(97, Role.CIU)
MANAGEMENT, PAIRING = Client(1, Role.MANAGEMENT), Client(104, Role.PAIRING)


WIRE = HdlcSetup(
    baudrate=9600,
    window=1,
    info_octets=128,
    inter_octet_s=0.05,
    inactivity_s=120.0,
    physical_address=2836,
)


def dialogue(
    client: Client | None = SLOT,
    lab: bool = True,
    hdlc: HdlcSetup = WIRE,
    lacking: frozenset[str] = frozenset(),
) -> Dialogue:
    device = SapName(1, "SPL0000000000017")
    counts = ServerCounts()
    return Dialogue(client, device=device, hdlc=hdlc, lab=lab, counts=counts, lacking=lacking)


def associated(client: Client = SLOT, proposal: Aarq = PLAIN, lab: bool = True) -> Dialogue:
    opened = dialogue(client, lab)
    aare = said(opened, proposal)
    assert isinstance(aare, Aare)
    assert aare.result is AssociationResult.ACCEPTED
    return opened


def said(to: Dialogue, apdu: Apdu) -> Apdu:
    """Return the answer that needs no application."""
    octets = to.received(apdu.to_bytes())
    assert isinstance(octets, bytes)
    return read_apdu(octets)


def proposing(**changes: object) -> Aarq:
    return replace(PLAIN, user_information=replace(InitiateRequest(ALL, 0xFFFF), **changes))
