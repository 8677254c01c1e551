"""The virtual line: stations that all hear each other, with pacing, collisions and noise by seed.

Sans I/O: what is said and `now` in, what was heard and a deadline out.
"""

from link.line.settings import LineSettings, fitting_piece, longest_piece
from link.line.virtual_line import TrafficCounts, VirtualLine

__all__ = ["LineSettings", "TrafficCounts", "VirtualLine", "fitting_piece", "longest_piece"]
