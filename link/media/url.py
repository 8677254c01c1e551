"""URLs of media, `scheme://place?key=value&...`, and what a scheme must offer.

A place is `host:port`, an absolute path or a name, taken literally: nothing is percent-decoded.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from link.media.medium import Listener, Medium, UrlError
from link.spelling import nearest

_URL = re.compile(r"(?P<scheme>[A-Za-z0-9+.-]+)://(?P<place>[^?]*)(\?(?P<query>.*))?")


class Row(Protocol):
    """What a table of schemes knows of one: the keys that its URLs may have."""

    @property
    def keys(self) -> tuple[str, ...]: ...


RowT = TypeVar("RowT", bound=Row)


@dataclass(frozen=True, slots=True)
class Url:
    """A URL taken apart; `text` is as typed, for messages."""

    text: str
    scheme: str
    place: str
    options: dict[str, str]

    @classmethod
    def parse(cls, text: str) -> "Url":
        """Take `text` apart; raises UrlError where it is no URL or names a key twice."""
        found = _URL.fullmatch(text)
        if found is None or not text.isprintable():
            raise UrlError(f"{text!r} is not a URL like tcp://127.0.0.1:4059")
        options: dict[str, str] = {}
        for pair in found["query"].split("&") if found["query"] else ():
            key, equals, value = pair.partition("=")
            if not equals or key in options:
                raise UrlError(f"{text}: wanted each key once as key=value, found {pair!r}")
            options[key] = value
        return cls(text, found["scheme"], found["place"], options)

    def wrong(self, what: str) -> UrlError:
        """The error that says `what` is wrong with this URL."""
        return UrlError(f"{self.text}: {what}")

    def row_in(self, table: Mapping[str, RowT], kind: str) -> RowT:
        """The row of its scheme, whose keys it keeps to; raises UrlError, which names the kind."""
        if self.scheme not in table:
            hint = nearest(self.scheme, sorted(table))
            raise self.wrong(f"unknown {kind} {self.scheme!r} ({hint})")
        row = table[self.scheme]
        for key in self.options:
            if key not in row.keys:
                raise self.wrong(f"unknown key {key!r} ({nearest(key, row.keys)})")
        return row

    def path(self) -> Path:
        """The place as an absolute path; raises UrlError."""
        if not self.place.startswith("/") or self.place.endswith("/"):
            raise self.wrong(f"wanted an absolute path as in {self.scheme}:///path")
        return Path(self.place)

    def choice(self, key: str, known: Iterable[str]) -> str:
        """The value of `key`, by default the first of `known`; raises UrlError for any other."""
        names = list(known)
        value = self.options.get(key, names[0])
        if value not in names:
            raise self.wrong(f"{key} must be one of {', '.join(names)}, found {value!r}")
        return value


@dataclass(frozen=True, slots=True)
class Scheme:
    """One kind of medium: what reads its URL and what opens it."""

    check: Callable[[Url], object]
    connect: Callable[[Url], Awaitable[Medium]]
    listen: Callable[[Url, float], Awaitable[Listener]]
    keys: tuple[str, ...] = ()
    in_files: bool = True
    shared: bool = False
    """Other stations may answer on it too; on all other media the listener is alone."""
    has_port: bool = False
    """Opening it takes a port of this machine, which can fail by itself; else it takes a peer."""
