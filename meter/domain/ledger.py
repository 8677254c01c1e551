"""The ledger of effects (link.md 6): an entry for every token that changed something.

Invariant: sequence numbers only grow; the newest LEDGER_KEPT credits are here, and as many of the
other entries, so that no token that is entered over and over drives a credit out.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from link.terms import LEDGER_KEPT, LedgerHead, TokenClass, TokenOutcome
from meter.domain.key_sections import FIRST, FOURTH, SECOND, THIRD

KEY_SECTIONS = frozenset({FIRST, SECOND, THIRD, FOURTH})


@dataclass(frozen=True, slots=True)
class Ledger:
    """Entries, oldest first."""

    entries: tuple[TokenOutcome, ...] = ()

    @property
    def head(self) -> LedgerHead:
        """Sequence and time of the newest entry; zeros where there is none."""
        if not self.entries:
            return LedgerHead(sequence=0, at=0)
        newest = self.entries[-1]
        return LedgerHead(newest.sequence, newest.at)

    def added(self, entry: TokenOutcome) -> "Ledger":
        """Append an entry and forget the oldest of its kind beyond what is kept."""
        credit = is_credit(entry)
        alike = [each.sequence for each in self.entries if is_credit(each) == credit]
        dropped = alike[: -LEDGER_KEPT + 1]
        return Ledger((*(each for each in self.entries if each.sequence not in dropped), entry))

    def by_digest(self, digest: bytes) -> TokenOutcome | None:
        """Return the newest entry of a token, or None."""
        return next((e for e in reversed(self.entries) if e.digest == digest), None)

    def first_use(self, digest: bytes, tid: int) -> TokenOutcome | None:
        """Return the entry that used up a token: its own, or another of the same identifier."""
        same_tid = (e for e in reversed(self.entries) if e.tid == tid and not _is_section(e))
        return self.by_digest(digest) or next(same_tid, None)


def is_credit(entry: TokenOutcome) -> bool:
    """Return whether an entry is that of a credit token."""
    return entry.token_class == TokenClass.CREDIT


def in_order(entries: Iterable[TokenOutcome]) -> Ledger:
    """Return the ledger of entries that are kept apart."""
    return Ledger(tuple(sorted(entries, key=lambda entry: entry.sequence)))


def _is_section(entry: TokenOutcome) -> bool:
    """Key sections carry no identifier."""
    return entry.token_class == TokenClass.MANAGEMENT and entry.subclass in KEY_SECTIONS
