"""The modes of the panel and the cues that move it from one to another."""

from enum import Enum


class Mode(Enum):
    """What the two lines are about."""

    IDLE = "idle pages in turn"
    ENTRY = "digits or a code being typed"
    CORRECTING = "what is wrong with the entry, which is kept"
    NOTICE = "what was wrong with the entry, which is gone"
    CHECKING = "a token is with the meter"
    RESULT = "what became of a token"
    WIZARD = "a new key waits for its other sections"
    PAGES = "pages that were asked for"


class Cue(Enum):
    """What a key, a verdict or a pause comes to."""

    SIGN = "digit, # or *"
    ANEW = "the first sign of a paste while something is typed"
    UNREADABLE = "a paste that is no token"
    ERASE = "B in an entry"
    CLEAR = "B twice quickly, or on the last sign"
    TOKEN = "E or a pause after a token"
    CODE = "E after a short code"
    CHOICE = "E after the choice of a meter"
    CHOSEN = "a meter chosen by a key for it"
    FIXABLE = "E after a number that cannot be sent"
    WRONG = "E after something else"
    AGAIN = "E while the entry is being corrected"
    ENDED = "E after a code that a hash has ended"
    INFO = "i"
    CONFIRM = "E where the display says that it brings the supply back"
    NOTED = "E where the display asks whether the supplier was told of an old memory"
    END_WAIT = "E where the display says that it ends the wait for a token"
    HOME = "B or E where nothing is typed"
    TURN = "time for the next page"
    PAUSE = "nothing for a while"
    VERDICT = "a verdict"
    PAGED = "a token was accepted that asks for pages"
    HELD = "a section of a new key was accepted"
    AWAITED = "back where a new key waits for its other sections"
    TIME_UP = "their time is over"
