"""Stations on a virtual line, on virtual time: primaries, secondaries, and those who disturb."""

from collections.abc import Sequence
from random import Random
from typing import Protocol

import pytest

from link.line import LineSettings, VirtualLine
from link.pump import Session

NEVER = float("inf")


class Node(Protocol):
    """A station of the line and the application behind it."""

    @property
    def station(self) -> Session: ...

    @property
    def deadline(self) -> float | None:
        """When the station or its application has something to do."""

    def turn(self, now: float) -> None: ...


class SharedLine:
    """Lets every node hear what the others say, and have its turn when it is due."""

    def __init__(
        self, nodes: Sequence[Node], settings: LineSettings | None = None, seed: int = 1
    ) -> None:
        self.now = 0.0
        self.line = VirtualLine(settings or LineSettings(), Random(seed))
        self.nodes = {self.line.join(): node for node in nodes}

    def run(self, until: float) -> None:
        """Run until nothing is left to happen before `until`."""
        for number in self.nodes:
            self._speak(number)
        for _ in range(2_000_000):
            moment = self._next()
            if moment > until:
                return
            self.now = max(self.now, moment)
            self._step()
        pytest.fail("the line does not come to rest")

    def cut_off(self, node: Node) -> None:
        """Take a node away from the line."""
        number = next(number for number, other in self.nodes.items() if other is node)
        self.line.leave(number)
        del self.nodes[number]

    def plug_in(self, node: Node) -> None:
        """Add a node to the line."""
        self.nodes[self.line.join()] = node

    def _next(self) -> float:
        moments = [node.deadline for node in self.nodes.values()]
        return min((at for at in (*moments, self.line.deadline) if at is not None), default=NEVER)

    def _step(self) -> None:
        self.line.tick(self.now)
        for number, octets in self.line.take_heard():
            if number in self.nodes:
                self.nodes[number].station.receive(octets, self.now)
                self._speak(number)
        for number, node in list(self.nodes.items()):
            if node.deadline is not None and node.deadline <= self.now:
                node.station.tick(self.now)
                self._speak(number)
                assert node.deadline is None or node.deadline > self.now

    def _speak(self, number: int) -> None:
        node = self.nodes[number]
        node.turn(self.now)
        self.line.speak(number, node.station.take_outgoing(), self.now)
