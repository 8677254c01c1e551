"""Every attribute and method of a meter keeps the right that its `object_list` gives it.

The meter runs whole, in this process, on each medium; each client SAP that gets an association
reads the list and then uses each member in every way: what it may read has its type, and what it
may not is denied.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from link.cosem import RowKind, row, row_at
from link.cosem.listed import AttributeMode, ListedObject, MethodMode
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
    GetRequest,
    GetResponse,
    InitiateRequest,
    MethodRef,
    SetRequest,
    SetResponse,
    Tag,
    read_apdu,
)
from link.hdlc import Connected, Primary, Received, ServerAddress, Station, Timing
from link.media import Medium, connect, listen
from meter.app.process import MeterProcess
from meter.config import read_config

from ..cable import KINDS, lay, remove
from .conftest import Lab, january

INVOKE = 0xC1
BLOCKS = Conformance.BLOCK_GET | Conformance.SELECTIVE_ACCESS
SERVICES = Conformance.GET | Conformance.SET | Conformance.ACTION
AARQ = Aarq(ApplicationContext.LN, InitiateRequest(SERVICES | BLOCKS, 0xFFFF))
NOTHING = Data(Tag.NULL, None)
DENIED = DataAccessResult.READ_WRITE_DENIED
MANY = 150
"""Attributes that a customer of an electricity meter may read, at the least."""
PUBLIC, SLOTS, PAIRING, MANAGEMENT = 16, range(96, 104), 104, 1


class RawClient:
    """One client SAP on a medium, which says APDUs as they are."""

    def __init__(self, medium: Medium, station: Station) -> None:
        self._medium = medium
        self._station = station
        self._primary = Primary(timing=Timing.for_line(None), rng=Random(1), max_info=1024)

    async def opened(self) -> Apdu:
        """Open link and association; return the answer to the AARQ."""
        self._primary.connect(self._station, self._now)
        assert isinstance(await self._event(), Connected)
        return await self.said(AARQ)

    async def said(self, apdu: Apdu) -> Apdu:
        """Return the answer to an APDU."""
        self._primary.send(self._station, apdu.to_bytes(), self._now)
        event = await self._event()
        assert isinstance(event, Received)
        return read_apdu(event.apdu)

    async def _event(self) -> object:
        while not (events := self._primary.take_events()):
            if outgoing := self._primary.take_outgoing():
                await self._medium.write(outgoing)
            self._primary.receive(await self._medium.read(), self._now)
            self._primary.tick(self._now)
        (event,) = events
        return event

    @property
    def _now(self) -> float:
        return asyncio.get_running_loop().time()


async def listed_by(client: RawClient) -> tuple[ListedObject, ...]:
    """Return the `object_list` of the association, which the class itself says how to ask for."""
    mine = row("association.object_list")
    wanted = AttributeRef(mine.class_id, mine.logical_name, mine.index)
    answer = await client.said(GetRequest(INVOKE, wanted))
    assert isinstance(answer, GetResponse)
    assert isinstance(answer.result, Data)
    listed = mine.schema.decode(answer.result)
    assert isinstance(listed, tuple)
    return listed


async def walk(client: RawClient) -> int:
    """Use every member of every object in every way; return how many were readable."""
    readable = 0
    for each in await listed_by(client):
        for attribute in each.rights.attributes:
            wanted = AttributeRef(each.class_id, each.logical_name, attribute.index)
            readable += await reads(client, wanted, attribute.mode)
            await writes(client, wanted, attribute.mode)
        for method in each.rights.methods:
            invoked = MethodRef(each.class_id, each.logical_name, method.index)
            await invokes(client, invoked, method.mode)
    return readable


async def reads(client: RawClient, wanted: AttributeRef, mode: AttributeMode) -> bool:
    """Read an attribute and hold what comes against its right and its type."""
    answer = await client.said(GetRequest(INVOKE, wanted))
    assert isinstance(answer, GetResponse)
    if not mode & AttributeMode.READ:
        assert answer.result is DENIED, wanted
        return False
    assert isinstance(answer.result, Data), (wanted, answer)
    if wanted.index == 1:
        assert answer.result.value == wanted.logical_name
    else:
        known = row_at(wanted.class_id, wanted.logical_name, RowKind.ATTRIBUTE, wanted.index)
        assert known is not None
        assert known.schema.encode(known.schema.decode(answer.result)) == answer.result
    return True


async def writes(client: RawClient, wanted: AttributeRef, mode: AttributeMode) -> None:
    """Write null-data, which is no attribute's type, so that nothing is changed."""
    answer = await client.said(SetRequest(INVOKE, wanted, NOTHING))
    may = bool(mode & AttributeMode.WRITE)
    assert answer == SetResponse(INVOKE, DataAccessResult.TYPE_UNMATCHED if may else DENIED), wanted


async def invokes(client: RawClient, wanted: MethodRef, mode: MethodMode) -> None:
    """Invoke with null-data, which is no method's parameter."""
    answer = await client.said(ActionRequest(INVOKE, wanted, NOTHING))
    result = ActionResult.TYPE_UNMATCHED if mode else ActionResult.READ_WRITE_DENIED
    assert answer == ActionResponse(INVOKE, result), wanted


async def walk_all(lab: Lab, far: str, near: str, server: ServerAddress) -> None:
    """Run a lab meter; it lets the public client and the slots in, with the same rights.

    It listens at `far`; `near` is the client's end of the line, empty if that is the same.
    """
    process = MeterProcess(
        read_config(lab.meter_toml),
        folder=lab.meter_toml.parent,
        utc=january,
        listen=lambda _: listen(far),
    )
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    run = asyncio.create_task(process.run(ready.set_result))
    url = await ready
    medium = await connect(near or url)
    lists = {}
    for sap in (PUBLIC, *SLOTS, PAIRING, MANAGEMENT):
        client = RawClient(medium, Station(sap, server))
        aare = await client.opened()
        assert isinstance(aare, Aare)
        if aare.result is AssociationResult.ACCEPTED:
            lists[sap] = await listed_by(client)
        if sap in (PUBLIC, SLOTS[0]):
            assert await walk(client) > MANY
    assert set(lists) == {PUBLIC, *SLOTS}
    assert len(set(lists.values())) == 1
    await medium.close()
    process.stop()
    assert await run


@pytest.mark.parametrize("scheme", ["tcp", "pty", "memory"])
async def test_every_member_keeps_its_right_on_a_medium_of_one_meter(
    scheme: str, provision: Callable[..., Lab], tmp_path: Path
) -> None:
    sites = {"tcp": "tcp://127.0.0.1:0", "pty": f"pty://{tmp_path}/port", "memory": "memory://walk"}
    await walk_all(provision(), sites[scheme], "", ServerAddress.of(1))


async def test_every_member_keeps_its_right_on_a_line_of_several(
    provision: Callable[..., Lab], tmp_path: Path
) -> None:
    ends = tmp_path / "a", tmp_path / "b"
    cable = lay(KINDS[0], ends)
    far, near = (f"serial://{end}?baudrate=115200" for end in ends)
    lab = provision(far)
    address = read_config(lab.meter_toml).link.address
    await walk_all(lab, far, near, ServerAddress.of(1, address))
    remove(cable, ends)
