"""Laws of a long value on its way: cut anywhere, it comes together as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.dlms import Block, Incoming, Outgoing, Taken
from link.dlms.source import length_octets


@given(st.binary(max_size=2000), st.integers(0, 700))
def test_blocks_fill_their_room_and_come_together_as_they_were_cut(
    octets: bytes, room: int
) -> None:
    outgoing, incoming = Outgoing(octets), Incoming(len(octets))
    taken, sizes = Taken.PART, []
    while taken is Taken.PART:
        assert not outgoing.done
        block = outgoing.next(room)
        sizes.append(len(block.raw))
        assert room < 2 or len(length_octets(len(block.raw))) + len(block.raw) <= room
        taken = incoming.take(block)
    assert taken is Taken.WHOLE
    assert outgoing.done
    assert outgoing.number == len(sizes)
    assert incoming.octets == octets
    assert len(set(sizes[:-1])) <= 1


def test_a_block_leaves_no_room_unused() -> None:
    for room in range(2, 600):
        size = len(Outgoing(bytes(1000)).next(room).raw)
        more = size + 1
        assert len(length_octets(more)) + more > room


WRONG = {
    "an earlier number": (Block(False, 1, b"b"), Taken.WRONG_NUMBER),
    "a later number": (Block(False, 3, b"b"), Taken.WRONG_NUMBER),
    "no octets and more to come": (Block(False, 2, b""), Taken.EMPTY),
    "more than the bound": (Block(True, 2, b"bcdef"), Taken.TOO_LONG),
}


@pytest.mark.parametrize(("block", "why"), WRONG.values(), ids=WRONG)
def test_a_block_that_does_not_fit_changes_nothing(block: Block, why: Taken) -> None:
    incoming = Incoming(5)
    assert incoming.take(Block(False, 1, b"a")) is Taken.PART
    assert incoming.take(block) is why
    assert incoming.take(Block(True, 2, b"bcde")) is Taken.WHOLE
    assert incoming.octets == b"abcde"
