"""How fast `link.hdlc` writes and reads frames, beside the least that any Python could do.

The bare pair knows where everything stands in these very frames and keeps nothing between two of
them; it checks what the reader checks: flags, length, both checksums (IEC 62056-46, 6.4).
"""

from collections.abc import Callable
from random import Random
from statistics import median

from crcmod.predefined import mkPredefinedCrcFun

from link.cosem.roles import FIRST_SLOT_SAP
from link.hdlc import Frame, FrameError, FrameReader, ServerAddress, Station
from link.hdlc.control import information
from tools.bench.figures import Aim, Bound, Figure, ratio
from tools.bench.rates import Pass, rates_in_turns

INFORMATION = 64
"""Octets of information a frame (link.md 8)."""
FRAMES = 64
SEED = 1
STATION = Station(FIRST_SLOT_SAP, ServerAddress.of(1, 2836))

LEAST_RATE = Aim(Bound.AT_LEAST, 100_000)
LEAST_RATIO = Aim(Bound.AT_LEAST, 0.2)

Parts = tuple[bytes, int, bytes]
"""Both addresses, control, information."""

_GOOD = 0x0F47
"""CRC-16/X-25 over octets that end in their own checksum, and what a second one goes on from."""

_SERVER = slice(3, 7)
_CLIENT = slice(7, 8)
_CONTROL = 8
_INFORMATION = slice(11, -3)

_crc: Callable[..., int] = mkPredefinedCrcFun("x-25")


def bare_encode(head: bytes, control: int, content: bytes) -> bytes:
    """Return the frame with both flags."""
    length = len(head) + len(content) + 7
    header = (0xA000 | length).to_bytes(2, "big") + head + bytes((control,))
    hcs = _crc(header).to_bytes(2, "little")
    fcs = _crc(content, _GOOD).to_bytes(2, "little")
    return b"".join((b"\x7e", header, hcs, content, fcs, b"\x7e"))


def bare_decode(octets: bytes) -> tuple[bytes, bytes, int, bytes]:
    """Return destination, source, control and information; raises FrameError."""
    if octets[0] != 0x7E or octets[-1] != 0x7E:
        raise FrameError(f"no flag: {octets.hex()}")
    if octets[1] << 8 | octets[2] != 0xA000 | len(octets) - 2:
        raise FrameError(f"format {octets[1:3].hex()} for {len(octets)} octets")
    if _crc(octets[1:11]) != _GOOD or _crc(octets[11:-1], _GOOD) != _GOOD:
        raise FrameError(f"damaged: {octets.hex()}")
    return octets[_SERVER], octets[_CLIENT], octets[_CONTROL], octets[_INFORMATION]


def make_frames() -> tuple[Frame, ...]:
    """Return the frames that both sides write and read."""
    rng = Random(SEED)
    server = STATION.server.to_bytes()
    return tuple(
        Frame(server, STATION.client_octet, information(i % 8, 0), rng.randbytes(INFORMATION))
        for i in range(FRAMES)
    )


def codec_figures(seconds: float) -> tuple[Figure, ...]:
    """Measure for so long, at least one turn of each side."""
    rates = rates_in_turns({"bare": _bare_pass(), "link": _link_pass()}, seconds)
    bare = _figure("codec.bare", "codec: bare functions", rates["bare"])
    link = _figure("codec.link", "codec: link.hdlc", rates["link"], LEAST_RATE)
    about = "codec: link.hdlc / bare functions"
    return bare, link, ratio("codec.ratio", about, link, [(1, bare)], LEAST_RATIO)


def _figure(name: str, about: str, rates: list[float], aim: Aim | None = None) -> Figure:
    return Figure(name, about, median(rates), "frames/s", len(rates), aim)


def _bare_pass() -> Pass:
    parts = [(f.destination + f.source, f.control.octet, f.information) for f in make_frames()]

    def run() -> int:
        for head, control, content in parts:
            bare_decode(bare_encode(head, control, content))
        return len(parts)

    return run


def _link_pass() -> Pass:
    frames, reader = make_frames(), FrameReader()

    def run() -> int:
        read = 0
        for frame in frames:
            read += len(reader.feed(frame.to_bytes()))
        return read

    return run
