"""Facts in a chain for each class that is trimmed together, so that none is lost unseen.

A record's seal covers its line, its place and the seal of the record before it. What is newest and
how many there are stands beside the state, under a seal of its own; so a record that was changed,
moved, exchanged, put in or taken out shows, the oldest and the newest ones too.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from link.durable import NO_SEAL, SEAL_OCTETS, seal
from meter.store.retention import RetentionClass


@dataclass(frozen=True, slots=True)
class Record:
    """A fact as it stands in the file."""

    id: int
    kept_as: RetentionClass
    line: str
    before: bytes
    seal: bytes

    @property
    def is_whole(self) -> bool:
        """Whether the seal is that of the record."""
        return self.seal == _seal_of(self.id, self.kept_as, self.line, self.before)


@dataclass(frozen=True, slots=True)
class Chain:
    """How many records of one class are kept, and the seal of the newest."""

    kept: int = 0
    newest: bytes = NO_SEAL

    def with_one_more(self, id: int, kept_as: RetentionClass, line: str) -> tuple["Chain", Record]:
        """Return the chain after a new fact, and the record to be written."""
        record = Record(id, kept_as, line, self.newest, _seal_of(id, kept_as, line, self.newest))
        return Chain(self.kept + 1, record.seal), record

    def trimmed(self, keep: int) -> "Chain":
        """Return the chain with no more than `keep` records."""
        return replace(self, kept=min(self.kept, keep))


Chains = Mapping[RetentionClass, Chain]

NO_FACTS: Chains = dict.fromkeys(RetentionClass, Chain())


def _seal_of(id: int, kept_as: RetentionClass, line: str, before: bytes) -> bytes:
    return seal(id, int(kept_as), line, before=before)


def chains_to_json(chains: Chains) -> str:
    """Write the chains as one line."""
    return json.dumps({kept_as.name: [c.kept, c.newest.hex()] for kept_as, c in chains.items()})


def chains_from_json(text: str) -> Chains:
    """Read what `chains_to_json` has written; raises ValueError."""
    try:
        found = json.loads(text)
        return {kept_as: _chain(*found[kept_as.name]) for kept_as in RetentionClass}
    except (KeyError, TypeError, AttributeError, RecursionError):
        raise ValueError("no list of chains") from None


def _chain(kept: object, newest: object) -> Chain:
    octets = bytes.fromhex(newest) if isinstance(newest, str) else b""
    if type(kept) is not int or len(octets) != SEAL_OCTETS:
        raise ValueError("no chain")
    return Chain(kept, octets)


def faults(records: Iterable[Record], chains: Chains) -> tuple[str, ...]:
    """Return what is wrong with records, given in the order of their ids; empty if nothing is."""
    found: list[str] = []
    reached: dict[RetentionClass, Chain] = {}
    for record in records:
        before = reached.get(record.kept_as)
        name = f"record {record.id} ({record.kept_as.name.lower()})"
        if not record.is_whole:
            found.append(f"{name} was changed")
        elif before and before.newest != record.before:
            found.append(f"before {name} a record is missing or was put in")
        reached[record.kept_as] = Chain((before.kept if before else 0) + 1, record.seal)
    for kept_as, chain in chains.items():
        last = reached.get(kept_as, replace(chain, kept=0))
        if last != chain:
            found.append(
                f"{kept_as.name.lower()}: {last.kept} records, where {chain.kept} were written"
                if last.kept != chain.kept
                else f"{kept_as.name.lower()}: the newest record is another"
            )
    return tuple(found)
