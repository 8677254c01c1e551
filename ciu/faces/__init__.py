"""Faces of the panel: they draw its screens and hand it keys, and hold no logic."""

from ciu.faces.plain import PlainFace, follow

__all__ = ["PlainFace", "follow"]
