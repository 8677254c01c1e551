"""What a server session counts of what its clients said."""

from dataclasses import dataclass


@dataclass(slots=True)
class ServerCounts:
    """What clients asked and did not get, since the start."""

    rejected: int = 0
    """AARQ that opened no association."""
    outside: int = 0
    """Requests outside an association."""
    unsupported: int = 0
    """Services that are not built or were not granted."""
    malformed: int = 0
    """APDUs that cannot be read, are too long, or that only a server sends."""
    refused: int = 0
    """Requests refused for their reference, the client's rights, a type, or a block."""
    late: int = 0
    """Answers of the application to a client that had gone."""
