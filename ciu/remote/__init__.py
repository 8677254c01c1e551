"""The far side of the wall, seen from the customer's room: one client and one line a medium."""

from ciu.remote.line import Line
from ciu.remote.line_client import LineClient
from ciu.remote.site import Site

__all__ = ["Line", "LineClient", "Site"]
