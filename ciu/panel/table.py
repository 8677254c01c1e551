"""The panel's table: for each mode the cues it takes, what is done, the mode that follows.

A key whose cue has no row here is refused by a sound.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ciu.panel.modes import Cue, Mode
from ciu.panel.working_state import WorkingState


@dataclass(frozen=True, slots=True)
class Step:
    """What is done, and the mode that follows."""

    action: Callable[[WorkingState, float], None]
    mode: Mode


TABLE = {
    (Mode.IDLE, Cue.SIGN): Step(WorkingState.begin, Mode.ENTRY),
    (Mode.IDLE, Cue.UNREADABLE): Step(WorkingState.complain, Mode.NOTICE),
    (Mode.IDLE, Cue.INFO): Step(WorkingState.turn_on, Mode.IDLE),
    (Mode.IDLE, Cue.CONFIRM): Step(WorkingState.confirm, Mode.IDLE),
    (Mode.IDLE, Cue.NOTED): Step(WorkingState.accept_ledger, Mode.IDLE),
    (Mode.IDLE, Cue.END_WAIT): Step(WorkingState.forget, Mode.IDLE),
    (Mode.IDLE, Cue.HOME): Step(WorkingState.go_home, Mode.IDLE),
    (Mode.IDLE, Cue.CHOSEN): Step(WorkingState.choose, Mode.IDLE),
    (Mode.IDLE, Cue.AWAITED): Step(WorkingState.keep, Mode.WIZARD),
    (Mode.IDLE, Cue.TURN): Step(WorkingState.turn_on, Mode.IDLE),
    (Mode.IDLE, Cue.VERDICT): Step(WorkingState.conclude, Mode.RESULT),
    (Mode.IDLE, Cue.PAGED): Step(WorkingState.conclude_with_pages, Mode.PAGES),
    (Mode.IDLE, Cue.HELD): Step(WorkingState.conclude, Mode.WIZARD),
    (Mode.ENTRY, Cue.SIGN): Step(WorkingState.append, Mode.ENTRY),
    (Mode.ENTRY, Cue.ANEW): Step(WorkingState.begin, Mode.ENTRY),
    (Mode.ENTRY, Cue.UNREADABLE): Step(WorkingState.complain, Mode.CORRECTING),
    (Mode.ENTRY, Cue.ERASE): Step(WorkingState.erase, Mode.ENTRY),
    (Mode.ENTRY, Cue.CLEAR): Step(WorkingState.go_home, Mode.IDLE),
    (Mode.ENTRY, Cue.TOKEN): Step(WorkingState.submit, Mode.CHECKING),
    (Mode.ENTRY, Cue.CODE): Step(WorkingState.open_pages, Mode.PAGES),
    (Mode.ENTRY, Cue.CHOICE): Step(WorkingState.choose, Mode.IDLE),
    (Mode.ENTRY, Cue.FIXABLE): Step(WorkingState.complain, Mode.CORRECTING),
    (Mode.ENTRY, Cue.WRONG): Step(WorkingState.complain, Mode.NOTICE),
    (Mode.ENTRY, Cue.PAUSE): Step(WorkingState.abandon, Mode.NOTICE),
    (Mode.CORRECTING, Cue.SIGN): Step(WorkingState.append, Mode.ENTRY),
    (Mode.CORRECTING, Cue.ANEW): Step(WorkingState.begin, Mode.ENTRY),
    (Mode.CORRECTING, Cue.UNREADABLE): Step(WorkingState.complain, Mode.CORRECTING),
    (Mode.CORRECTING, Cue.ERASE): Step(WorkingState.erase, Mode.ENTRY),
    (Mode.CORRECTING, Cue.CLEAR): Step(WorkingState.go_home, Mode.IDLE),
    (Mode.CORRECTING, Cue.AGAIN): Step(WorkingState.keep, Mode.ENTRY),
    (Mode.CORRECTING, Cue.END_WAIT): Step(WorkingState.forget, Mode.ENTRY),
    (Mode.CORRECTING, Cue.PAUSE): Step(WorkingState.keep, Mode.ENTRY),
    (Mode.NOTICE, Cue.SIGN): Step(WorkingState.begin, Mode.ENTRY),
    (Mode.NOTICE, Cue.UNREADABLE): Step(WorkingState.complain, Mode.NOTICE),
    (Mode.NOTICE, Cue.ENDED): Step(WorkingState.keep, Mode.NOTICE),
    (Mode.NOTICE, Cue.INFO): Step(WorkingState.go_home, Mode.IDLE),
    (Mode.NOTICE, Cue.HOME): Step(WorkingState.go_home, Mode.IDLE),
    (Mode.NOTICE, Cue.CHOSEN): Step(WorkingState.choose, Mode.IDLE),
    (Mode.NOTICE, Cue.PAUSE): Step(WorkingState.go_home, Mode.IDLE),
    (Mode.NOTICE, Cue.VERDICT): Step(WorkingState.conclude, Mode.RESULT),
    (Mode.NOTICE, Cue.PAGED): Step(WorkingState.conclude_with_pages, Mode.PAGES),
    (Mode.NOTICE, Cue.HELD): Step(WorkingState.conclude, Mode.WIZARD),
    (Mode.CHECKING, Cue.PAUSE): Step(WorkingState.give_up, Mode.IDLE),
    (Mode.CHECKING, Cue.VERDICT): Step(WorkingState.conclude, Mode.RESULT),
    (Mode.CHECKING, Cue.PAGED): Step(WorkingState.conclude_with_pages, Mode.PAGES),
    (Mode.CHECKING, Cue.HELD): Step(WorkingState.conclude, Mode.WIZARD),
    (Mode.RESULT, Cue.SIGN): Step(WorkingState.begin, Mode.ENTRY),
    (Mode.RESULT, Cue.UNREADABLE): Step(WorkingState.complain, Mode.NOTICE),
    (Mode.RESULT, Cue.INFO): Step(WorkingState.go_home, Mode.IDLE),
    (Mode.RESULT, Cue.HOME): Step(WorkingState.go_home, Mode.IDLE),
    (Mode.RESULT, Cue.CHOSEN): Step(WorkingState.choose, Mode.IDLE),
    (Mode.RESULT, Cue.PAUSE): Step(WorkingState.go_home, Mode.IDLE),
    (Mode.RESULT, Cue.VERDICT): Step(WorkingState.conclude, Mode.RESULT),
    (Mode.RESULT, Cue.PAGED): Step(WorkingState.conclude_with_pages, Mode.PAGES),
    (Mode.RESULT, Cue.HELD): Step(WorkingState.conclude, Mode.WIZARD),
    (Mode.WIZARD, Cue.SIGN): Step(WorkingState.begin, Mode.ENTRY),
    (Mode.WIZARD, Cue.UNREADABLE): Step(WorkingState.complain, Mode.NOTICE),
    (Mode.WIZARD, Cue.INFO): Step(WorkingState.look_around, Mode.PAGES),
    (Mode.WIZARD, Cue.CONFIRM): Step(WorkingState.confirm, Mode.IDLE),
    (Mode.WIZARD, Cue.NOTED): Step(WorkingState.accept_ledger, Mode.IDLE),
    (Mode.WIZARD, Cue.END_WAIT): Step(WorkingState.forget, Mode.WIZARD),
    (Mode.WIZARD, Cue.HOME): Step(WorkingState.go_home, Mode.IDLE),
    (Mode.WIZARD, Cue.CHOSEN): Step(WorkingState.choose, Mode.IDLE),
    (Mode.WIZARD, Cue.TURN): Step(WorkingState.turn_on, Mode.WIZARD),
    (Mode.WIZARD, Cue.TIME_UP): Step(WorkingState.run_out, Mode.IDLE),
    (Mode.WIZARD, Cue.VERDICT): Step(WorkingState.conclude, Mode.RESULT),
    (Mode.WIZARD, Cue.PAGED): Step(WorkingState.conclude_with_pages, Mode.PAGES),
    (Mode.WIZARD, Cue.HELD): Step(WorkingState.conclude, Mode.WIZARD),
    (Mode.PAGES, Cue.SIGN): Step(WorkingState.begin, Mode.ENTRY),
    (Mode.PAGES, Cue.UNREADABLE): Step(WorkingState.complain, Mode.NOTICE),
    (Mode.PAGES, Cue.ENDED): Step(WorkingState.keep, Mode.PAGES),
    (Mode.PAGES, Cue.INFO): Step(WorkingState.turn_on, Mode.PAGES),
    (Mode.PAGES, Cue.CONFIRM): Step(WorkingState.confirm, Mode.IDLE),
    (Mode.PAGES, Cue.HOME): Step(WorkingState.go_home, Mode.IDLE),
    (Mode.PAGES, Cue.TURN): Step(WorkingState.turn_on, Mode.PAGES),
    (Mode.PAGES, Cue.CHOSEN): Step(WorkingState.choose, Mode.IDLE),
    (Mode.PAGES, Cue.PAUSE): Step(WorkingState.go_home, Mode.IDLE),
    (Mode.PAGES, Cue.VERDICT): Step(WorkingState.conclude, Mode.RESULT),
    (Mode.PAGES, Cue.PAGED): Step(WorkingState.conclude_with_pages, Mode.PAGES),
    (Mode.PAGES, Cue.HELD): Step(WorkingState.conclude, Mode.WIZARD),
}
"""Verdicts that come in ENTRY or CORRECTING wait until the entry is done."""
