"""The terminal face: display, keypad, the line and what happened, drawn by Textual (ciu.md 4).

It needs the extra `tui`; nothing outside this folder loads Textual.
"""

from ciu.faces.terminal.face import TerminalFace, Unit
from ciu.faces.terminal.log import log_aside
from ciu.faces.terminal.parts import Picture
from ciu.faces.terminal.serving import serve

__all__ = ["Picture", "TerminalFace", "Unit", "log_aside", "serve"]
