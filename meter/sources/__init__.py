"""Where energy readings come from, by URL.

A new source is one file here and one row in `SOURCES`; the source suite proves it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from link.media import UrlError
from link.media.url import Url
from meter.sources.control import (
    INPUTS,
    ApplianceSwitched,
    ControlEvent,
    ControlSocket,
    LineRefused,
    TamperReported,
)
from meter.sources.simulated import KEYS, SimulatedSource, open_simulated
from meter.sources.source import Reading, Site, Source, SourceError
from meter.world import World

__all__ = [
    "INPUTS",
    "SOURCES",
    "ApplianceSwitched",
    "ControlEvent",
    "ControlSocket",
    "LineRefused",
    "Reading",
    "SimulatedSource",
    "Source",
    "SourceError",
    "TamperReported",
    "open_source",
    "world_of",
]


@dataclass(frozen=True, slots=True)
class Row:
    """A kind of source: the keys of its URL, and what opens it."""

    keys: tuple[str, ...]
    open: Callable[[Url, Site], Source]


SOURCES = {"simulated": Row(KEYS, open_simulated)}


def open_source(url: str, *, now: float, folder: Path, epoch: int) -> Source:
    """Open the source of a URL; raises SourceError.

    `now` is monotonic seconds, `folder` that of relative paths. `epoch` is one that the meter has
    not seen, for sources whose register begins anew with the process.
    """
    if "://" not in url:
        raise SourceError(f"source: {url!r} is not a URL like simulated://house")
    try:
        parsed = Url.parse(url)
        return parsed.row_in(SOURCES, "source").open(parsed, Site(now, folder, epoch))
    except UrlError as error:
        raise SourceError(f"source: {error}") from None


def world_of(source: Source) -> World | None:
    """Return the house behind a simulated source, of which the relay is the other end."""
    return source.world if isinstance(source, SimulatedSource) else None
