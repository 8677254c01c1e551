"""Faces of the panel: they draw its screens and hand it keys, and hold no logic."""

from ciu.faces.choice import NO_TEXTUAL, why_no_terminal_face
from ciu.faces.plain import PlainFace, follow

__all__ = ["NO_TEXTUAL", "PlainFace", "follow", "why_no_terminal_face"]
