"""The client side of the link: one line client and one line for each medium."""

from ciu.remote.line import Line
from ciu.remote.line_client import LineClient
from ciu.remote.site import Site

__all__ = ["Line", "LineClient", "Site"]
