"""The panel's table: for each mode the cues it takes, what is done, the mode that follows.

A key whose cue has no row here is refused by a sound.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ciu.panel.desk import Desk
from ciu.panel.modes import Cue, Mode


@dataclass(frozen=True, slots=True)
class Step:
    """What is done, and the mode that follows."""

    action: Callable[[Desk, float], None]
    mode: Mode


TABLE = {
    (Mode.IDLE, Cue.SIGN): Step(Desk.begin, Mode.ENTRY),
    (Mode.IDLE, Cue.UNREADABLE): Step(Desk.complain, Mode.NOTICE),
    (Mode.IDLE, Cue.INFO): Step(Desk.turn_on, Mode.IDLE),
    (Mode.IDLE, Cue.CONFIRM): Step(Desk.confirm, Mode.IDLE),
    (Mode.IDLE, Cue.NOTED): Step(Desk.accept_ledger, Mode.IDLE),
    (Mode.IDLE, Cue.END_WAIT): Step(Desk.forget, Mode.IDLE),
    (Mode.IDLE, Cue.HOME): Step(Desk.go_home, Mode.IDLE),
    (Mode.IDLE, Cue.CHOSEN): Step(Desk.choose, Mode.IDLE),
    (Mode.IDLE, Cue.AWAITED): Step(Desk.keep, Mode.WIZARD),
    (Mode.IDLE, Cue.TURN): Step(Desk.turn_on, Mode.IDLE),
    (Mode.IDLE, Cue.VERDICT): Step(Desk.conclude, Mode.RESULT),
    (Mode.IDLE, Cue.PAGED): Step(Desk.conclude_with_pages, Mode.PAGES),
    (Mode.IDLE, Cue.HELD): Step(Desk.conclude, Mode.WIZARD),
    (Mode.ENTRY, Cue.SIGN): Step(Desk.append, Mode.ENTRY),
    (Mode.ENTRY, Cue.ANEW): Step(Desk.begin, Mode.ENTRY),
    (Mode.ENTRY, Cue.UNREADABLE): Step(Desk.complain, Mode.CORRECTING),
    (Mode.ENTRY, Cue.ERASE): Step(Desk.erase, Mode.ENTRY),
    (Mode.ENTRY, Cue.CLEAR): Step(Desk.go_home, Mode.IDLE),
    (Mode.ENTRY, Cue.TOKEN): Step(Desk.submit, Mode.CHECKING),
    (Mode.ENTRY, Cue.CODE): Step(Desk.open_pages, Mode.PAGES),
    (Mode.ENTRY, Cue.CHOICE): Step(Desk.choose, Mode.IDLE),
    (Mode.ENTRY, Cue.FIXABLE): Step(Desk.complain, Mode.CORRECTING),
    (Mode.ENTRY, Cue.WRONG): Step(Desk.complain, Mode.NOTICE),
    (Mode.ENTRY, Cue.PAUSE): Step(Desk.abandon, Mode.NOTICE),
    (Mode.CORRECTING, Cue.SIGN): Step(Desk.append, Mode.ENTRY),
    (Mode.CORRECTING, Cue.ANEW): Step(Desk.begin, Mode.ENTRY),
    (Mode.CORRECTING, Cue.UNREADABLE): Step(Desk.complain, Mode.CORRECTING),
    (Mode.CORRECTING, Cue.ERASE): Step(Desk.erase, Mode.ENTRY),
    (Mode.CORRECTING, Cue.CLEAR): Step(Desk.go_home, Mode.IDLE),
    (Mode.CORRECTING, Cue.AGAIN): Step(Desk.keep, Mode.ENTRY),
    (Mode.CORRECTING, Cue.END_WAIT): Step(Desk.forget, Mode.ENTRY),
    (Mode.CORRECTING, Cue.PAUSE): Step(Desk.keep, Mode.ENTRY),
    (Mode.NOTICE, Cue.SIGN): Step(Desk.begin, Mode.ENTRY),
    (Mode.NOTICE, Cue.UNREADABLE): Step(Desk.complain, Mode.NOTICE),
    (Mode.NOTICE, Cue.ENDED): Step(Desk.keep, Mode.NOTICE),
    (Mode.NOTICE, Cue.INFO): Step(Desk.go_home, Mode.IDLE),
    (Mode.NOTICE, Cue.HOME): Step(Desk.go_home, Mode.IDLE),
    (Mode.NOTICE, Cue.CHOSEN): Step(Desk.choose, Mode.IDLE),
    (Mode.NOTICE, Cue.PAUSE): Step(Desk.go_home, Mode.IDLE),
    (Mode.NOTICE, Cue.VERDICT): Step(Desk.conclude, Mode.RESULT),
    (Mode.NOTICE, Cue.PAGED): Step(Desk.conclude_with_pages, Mode.PAGES),
    (Mode.NOTICE, Cue.HELD): Step(Desk.conclude, Mode.WIZARD),
    (Mode.CHECKING, Cue.PAUSE): Step(Desk.give_up, Mode.IDLE),
    (Mode.CHECKING, Cue.VERDICT): Step(Desk.conclude, Mode.RESULT),
    (Mode.CHECKING, Cue.PAGED): Step(Desk.conclude_with_pages, Mode.PAGES),
    (Mode.CHECKING, Cue.HELD): Step(Desk.conclude, Mode.WIZARD),
    (Mode.RESULT, Cue.SIGN): Step(Desk.begin, Mode.ENTRY),
    (Mode.RESULT, Cue.UNREADABLE): Step(Desk.complain, Mode.NOTICE),
    (Mode.RESULT, Cue.INFO): Step(Desk.go_home, Mode.IDLE),
    (Mode.RESULT, Cue.HOME): Step(Desk.go_home, Mode.IDLE),
    (Mode.RESULT, Cue.CHOSEN): Step(Desk.choose, Mode.IDLE),
    (Mode.RESULT, Cue.PAUSE): Step(Desk.go_home, Mode.IDLE),
    (Mode.RESULT, Cue.VERDICT): Step(Desk.conclude, Mode.RESULT),
    (Mode.RESULT, Cue.PAGED): Step(Desk.conclude_with_pages, Mode.PAGES),
    (Mode.RESULT, Cue.HELD): Step(Desk.conclude, Mode.WIZARD),
    (Mode.WIZARD, Cue.SIGN): Step(Desk.begin, Mode.ENTRY),
    (Mode.WIZARD, Cue.UNREADABLE): Step(Desk.complain, Mode.NOTICE),
    (Mode.WIZARD, Cue.INFO): Step(Desk.look_around, Mode.PAGES),
    (Mode.WIZARD, Cue.CONFIRM): Step(Desk.confirm, Mode.IDLE),
    (Mode.WIZARD, Cue.NOTED): Step(Desk.accept_ledger, Mode.IDLE),
    (Mode.WIZARD, Cue.END_WAIT): Step(Desk.forget, Mode.WIZARD),
    (Mode.WIZARD, Cue.HOME): Step(Desk.go_home, Mode.IDLE),
    (Mode.WIZARD, Cue.CHOSEN): Step(Desk.choose, Mode.IDLE),
    (Mode.WIZARD, Cue.TURN): Step(Desk.turn_on, Mode.WIZARD),
    (Mode.WIZARD, Cue.TIME_UP): Step(Desk.run_out, Mode.IDLE),
    (Mode.WIZARD, Cue.VERDICT): Step(Desk.conclude, Mode.RESULT),
    (Mode.WIZARD, Cue.PAGED): Step(Desk.conclude_with_pages, Mode.PAGES),
    (Mode.WIZARD, Cue.HELD): Step(Desk.conclude, Mode.WIZARD),
    (Mode.PAGES, Cue.SIGN): Step(Desk.begin, Mode.ENTRY),
    (Mode.PAGES, Cue.UNREADABLE): Step(Desk.complain, Mode.NOTICE),
    (Mode.PAGES, Cue.ENDED): Step(Desk.keep, Mode.PAGES),
    (Mode.PAGES, Cue.INFO): Step(Desk.turn_on, Mode.PAGES),
    (Mode.PAGES, Cue.CONFIRM): Step(Desk.confirm, Mode.IDLE),
    (Mode.PAGES, Cue.HOME): Step(Desk.go_home, Mode.IDLE),
    (Mode.PAGES, Cue.TURN): Step(Desk.turn_on, Mode.PAGES),
    (Mode.PAGES, Cue.CHOSEN): Step(Desk.choose, Mode.IDLE),
    (Mode.PAGES, Cue.PAUSE): Step(Desk.go_home, Mode.IDLE),
    (Mode.PAGES, Cue.VERDICT): Step(Desk.conclude, Mode.RESULT),
    (Mode.PAGES, Cue.PAGED): Step(Desk.conclude_with_pages, Mode.PAGES),
    (Mode.PAGES, Cue.HELD): Step(Desk.conclude, Mode.WIZARD),
}
"""Verdicts that come in ENTRY or CORRECTING wait until the entry is done."""
