"""The ledger of effects (link.md 6): an entry for every token that changed something.

Invariant: sequence numbers only grow, and the newest LEDGER_KEPT entries are here.
"""

from dataclasses import dataclass

from link.terms import LEDGER_KEPT, LedgerHead, TokenOutcome


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
        """Append an entry and forget the oldest beyond what is kept."""
        return Ledger((*self.entries, entry)[-LEDGER_KEPT:])

    def by_digest(self, digest: bytes) -> TokenOutcome | None:
        """Return the newest entry of a token, or None."""
        return next((e for e in reversed(self.entries) if e.digest == digest), None)

    def first_use(self, digest: bytes, tid: int) -> TokenOutcome | None:
        """Return the entry that used up a token: its own, or another of the same identifier."""
        same_tid = (e for e in reversed(self.entries) if e.tid == tid)
        return self.by_digest(digest) or next(same_tid, None)
