"""Waiting times of a medium (link.md 2). All in seconds; nothing here knows what time it is."""

from dataclasses import dataclass

BITS_PER_OCTET = 10
INTER_OCTET_LEAST_S = 0.05
INTER_OCTET_OCTETS = 20
INTER_OCTET_UNPACED_S = 0.5
"""Inter-octet time-out of a medium without a bit rate: pseudo terminals and TCP."""
SILENCE_OCTETS = 2
"""Silence that ends whatever was said before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long things may take on one medium.

    `baudrate` is None where octets take no time. `turnaround_s`: from the end of one station's
    turn until the other can be heard. `meter_s`: how long a server may take to answer a poll; a
    secondary does not use a turn that is older. `pause_s`: after which a primary asks again for an
    answer that is not ready. `patience_s`: how long a primary polls a live
    station that took the request and has no answer yet. `idle_s`: silence after which a primary
    polls a link to keep it up.
    """

    baudrate: int | None
    turnaround_s: float = 0.02
    meter_s: float = 0.5
    retries: int = 3
    inter_octet_s: float = INTER_OCTET_UNPACED_S
    pause_s: float = 0.1
    patience_s: float = 10.0
    idle_s: float = 60.0

    @classmethod
    def for_line(cls, baudrate: int | None) -> "Timing":
        """Return the usual times of a wire at this bit rate, or of a medium without one."""
        if baudrate is None:
            return cls(baudrate=None)
        gap = max(INTER_OCTET_LEAST_S, INTER_OCTET_OCTETS * BITS_PER_OCTET / baudrate)
        return cls(baudrate=baudrate, inter_octet_s=gap)

    def air_s(self, octets: int) -> float:
        """Return how long octets take on the medium."""
        return octets * BITS_PER_OCTET / self.baudrate if self.baudrate else 0.0

    @property
    def silence_s(self) -> float:
        """How long the medium must be silent before anybody speaks."""
        return self.air_s(SILENCE_OCTETS)

    def response_s(self, request_octets: int, response_octets: int) -> float:
        """Return the response time-out T1 of a request and the longest answer it may have."""
        octets = self.air_s(request_octets + response_octets)
        return 2 * self.turnaround_s + octets + self.meter_s
