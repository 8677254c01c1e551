"""A cable between two serial ports of this machine: two pseudo-terminals, and octets both ways.

    python tests/cable.py END_A END_B

makes the ports, links to them at the two ends, prints `joined`, and lasts until it is ended or its
standard input is closed, as it is by the end of whoever laid it. A port keeps its settings and what
was written to it while nobody has it open, as with socat, which is another row where it is
installed.
"""

import os
import selectors
import shutil
import signal
import subprocess
import sys
import tty
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

CHUNK = 4096
"""Octets that are under way in one direction at the most; the sender waits then."""

Ends = tuple[Path, Path]
Cable = Callable[[], "subprocess.Popen[str]"]
"""Lays a cable and returns when octets can pass; ending the process pulls it out."""

_PTY_PAIR = "pty-pair"
_COMMANDS: dict[str, Callable[[Ends], list[str]]] = {
    _PTY_PAIR: lambda ends: [sys.executable, "-I", __file__, *map(str, ends)],
    "socat": lambda ends: [
        "socat", "-d", "-d", *(f"pty,raw,echo=0,link={end}" for end in ends)
    ],
}  # fmt: skip
_JOINED = {_PTY_PAIR: "joined", "socat": "starting data transfer loop"}

KINDS = tuple(kind for kind in _COMMANDS if kind == _PTY_PAIR or shutil.which(kind))
"""The cables that can be laid on this machine."""


def lay(kind: str, ends: Ends) -> "subprocess.Popen[str]":
    """Lay a cable between two ports that are linked at `ends`; return when octets can pass."""
    process = subprocess.Popen(
        _COMMANDS[kind](ends), stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        if _JOINED[kind] in line:
            return process
    raise RuntimeError(f"the cable ended with status {process.wait()}")


def remove(process: "subprocess.Popen[str]", ends: Ends) -> None:
    """Kill a cable, and take away the links that it leaves."""
    process.kill()
    process.communicate()
    for end in ends:
        end.unlink(missing_ok=True)


class _Way:
    """One direction: what was read at one port and not yet written at the other."""

    def __init__(self, source: int, sink: int) -> None:
        self.source, self.sink = source, sink
        self.under_way = b""

    def carry(self) -> None:
        """Move what can be moved without waiting."""
        with suppress(BlockingIOError):
            self.under_way = self.under_way or os.read(self.source, CHUNK)
            self.under_way = self.under_way[os.write(self.sink, self.under_way) :]


def _make_port(link: Path) -> tuple[int, int]:
    """Return both sides of a new pseudo-terminal; the port's own stays open: nothing hangs up."""
    master, port = os.openpty()
    tty.setraw(port)
    os.set_blocking(master, False)
    link.symlink_to(os.ttyname(port))
    return master, port


def _watch(selector: selectors.BaseSelector, ways: tuple[_Way, _Way]) -> None:
    """Wait for room where something is under way, and for octets where nothing is."""
    for here, (out, back) in ((ways[0].source, ways), (ways[1].source, ways[::-1])):
        reading = 0 if out.under_way else selectors.EVENT_READ
        writing = selectors.EVENT_WRITE if back.under_way else 0
        if here in selector.get_map():
            selector.unregister(here)
        if reading | writing:
            selector.register(here, reading | writing)


def _carry(near: int, far: int) -> None:
    """Carry octets both ways until standard input is closed."""
    ways = _Way(near, far), _Way(far, near)
    leash = sys.stdin.fileno()
    with selectors.DefaultSelector() as selector:
        selector.register(leash, selectors.EVENT_READ)
        ready: set[int] = set()
        while leash not in ready:
            for way in ways:
                way.carry()
            _watch(selector, ways)
            ready = {key.fd for key, _ in selector.select()}


def main(ends: Ends) -> None:
    """Be the cable until SIGTERM, or until nobody holds the leash."""
    (near, _), (far, _) = map(_make_port, ends)

    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    print("joined", file=sys.stderr, flush=True)
    try:
        _carry(near, far)
    finally:
        for end in ends:
            end.unlink(missing_ok=True)


if __name__ == "__main__":
    main((Path(sys.argv[1]), Path(sys.argv[2])))
