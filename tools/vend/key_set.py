"""The tokens of a key change, made under the key that they replace (sts.md 3.5).

Invariant: the set stands in the order of subclasses 3, 4, 8, 9; RO is 1 exactly when the base date
changes.
"""

from dataclasses import dataclass

from meter.sts import EncryptionAlgorithm, KeySection, NewKey, key_sections, write_token
from tools.exits import Exit, Stop
from tools.register import MeterRecord, TokenRecord
from tools.vend.key_rules import empties
from tools.vend.tids import written
from tools.vend.till import Till, key_of

KIND = "key-change"


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A meter before and after, and whether a set of three tells the supply group."""

    before: MeterRecord
    after: MeterRecord
    three: bool = False

    @property
    def tells_sgc(self) -> bool:
        """Whether the tokens hold the supply group code: those of long keys always do."""
        return self.three or int(self.before.ea) == EncryptionAlgorithm.EA11


def check_form(change: KeyChange) -> None:
    """Raise Stop where the set cannot carry the change."""
    if change.three and int(change.before.ea) == EncryptionAlgorithm.EA11:
        raise Stop("--three is for keys of 64 bits: a set of four tells the supply group anyway")
    if change.after.sgc != change.before.sgc and not change.tells_sgc:
        raise Stop("a set of two tokens does not tell the new supply group: add --three")


def make_set(till: Till, change: KeyChange, now: int) -> tuple[TokenRecord, ...]:
    """Return the tokens of a change, which nothing has recorded yet; `now` is UTC seconds."""
    before, after = change.before, change.after
    old, new = key_of(till, before), key_of(till, after)
    if empties(before, after) and old.secret == new.secret:
        raise Stop("the new key is the old one: used tokens would be good again", Exit.REFUSED)
    sections = key_sections(
        NewKey(
            secret=new.secret,
            ken=after.ken,
            krn=after.krn,
            kt=after.kt,
            ti=int(after.ti),
            ro=int(empties(before, after)),
            sgc=int(after.sgc) if change.tells_sgc else None,
        )
    )

    def record(section: KeySection) -> TokenRecord:
        digits = write_token(section, old)
        return TokenRecord(before.drn, now, KIND, section.subclass, digits, before.base, None, 0)

    return tuple(map(record, sections))


def unused_warning(till: Till, change: KeyChange) -> tuple[str, ...]:
    """Return the warning of tokens that the new key makes void, if any were made."""
    made = till.register.under_present_key(change.before.drn)
    if not made:
        return ()
    last = made[-1]
    tokens = "1 token was" if len(made) == 1 else f"{len(made)} tokens were"
    return (
        f"{tokens} made with the present key of meter {last.drn}, the last on {written(last.at)}"
        f" UTC (...{last.digits[-4:]}): enter what is not yet entered before the key change,"
        " afterwards it is refused",
    )
