"""What an older copy of the store means for tokens (security.md, backup and restore).

The copy does not know which tokens were used after it was made, so all that were made until it was
put back are old from then on, under the key of now and under every later one.
"""

from dataclasses import replace

from meter.domain.state import Sts
from meter.domain.tids import floor_after


def restored(sts: Sts, at: int) -> Sts:
    """Return the state after a restore at a UTC second."""
    return with_floor(replace(sts, restored_at=max(sts.restored_at, at)))


def with_floor(sts: Sts) -> Sts:
    """Return the state with no floor below that of its last restore."""
    return replace(sts, tids=sts.tids.raised(floor_after(sts.restored_at, sts.base)))
