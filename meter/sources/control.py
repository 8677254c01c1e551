"""The door of a simulated house: a Unix datagram socket that takes one JSON line a datagram.

`{"appliance": "kettle", "on": true}`, or `{"tamper": "cover"}` for an input that tells of an
interference. A bad line changes nothing and is an event, never an error.
"""

import errno
import json
import socket
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from link.terms import Tamper
from meter.world import World, WorldError

LINE_OCTETS = 512
LINES_A_TURN = 32
"""Datagrams that one `take` looks at; the rest wait for the next one."""


@dataclass(frozen=True, slots=True)
class ApplianceSwitched:
    """A line was obeyed."""

    appliance: str
    on: bool


@dataclass(frozen=True, slots=True)
class TamperReported:
    """A line told of an interference."""

    tamper: Tamper


@dataclass(frozen=True, slots=True)
class LineRefused:
    """A line was not obeyed, and why, in one line."""

    reason: str


ControlEvent = ApplianceSwitched | TamperReported | LineRefused

INPUTS = {
    "cover": Tamper.COVER,
    "terminal-cover": Tamper.TERMINAL_COVER,
    "magnet": Tamper.MAGNET,
}
"""Inputs of a meter that a line can touch, by their names."""


class ControlSocket:
    """Owned by the source; the app waits on `fileno` and calls `take`."""

    def __init__(self, path: Path, world: World) -> None:
        """Bind the socket, for this user alone; raises OSError."""
        self.path = path
        self.refused = 0
        self._world = world
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            self._socket.setblocking(False)
            _bind(self._socket, path)
            path.chmod(0o600)
        except OSError:
            self._socket.close()
            raise

    def fileno(self) -> int:
        """Return the descriptor to wait on."""
        return self._socket.fileno()

    def take(self, now: float) -> tuple[ControlEvent, ...]:
        """Obey the lines that wait, and tell what came of each."""
        return tuple(self._obeyed(line, now) for line in self._waiting())

    def close(self) -> None:
        """Remove the socket; harmless when repeated."""
        if self._socket.fileno() != -1:
            self._socket.close()
            self.path.unlink(missing_ok=True)

    def _waiting(self) -> list[bytes]:
        lines: list[bytes] = []
        with suppress(BlockingIOError):
            while len(lines) < LINES_A_TURN:
                lines.append(self._socket.recv(LINE_OCTETS + 1))
        return lines

    def _obeyed(self, line: bytes, now: float) -> ControlEvent:
        event = read_line(line)
        try:
            if isinstance(event, ApplianceSwitched):
                self._world.turn(now, event.appliance, event.on)
        except WorldError as error:
            event = LineRefused(str(error))
        self.refused += isinstance(event, LineRefused)
        return event


def read_line(line: bytes) -> ControlEvent:
    """Read one line; total."""
    if len(line) > LINE_OCTETS:
        return LineRefused(f"a line of more than {LINE_OCTETS} octets")
    try:
        wire = json.loads(line)
    except ValueError:
        return LineRefused(f"a line that is not JSON: {line[:40]!r}")
    match wire:
        case {"appliance": str(name), "on": bool(on), **others} if not others:
            return ApplianceSwitched(name, on)
        case {"tamper": str(name), **others} if name in INPUTS and not others:
            return TamperReported(INPUTS[name])
        case _:
            return LineRefused(f"not an object of appliance and on, or tamper: {line[:40]!r}")


def _bind(sock: socket.socket, path: Path) -> None:
    """Bind to a path; what a killed process left there is removed, what somebody uses is not."""
    try:
        sock.bind(str(path))
    except OSError as error:
        if error.errno != errno.EADDRINUSE or not _is_left_over(path):
            raise
        path.unlink()
        sock.bind(str(path))


def _is_left_over(path: Path) -> bool:
    if not stat.S_ISSOCK(path.stat().st_mode):
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as probe:
        return probe.connect_ex(str(path)) == errno.ECONNREFUSED
