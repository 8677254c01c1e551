"""The one place where text is made: a language, a wall clock, and templates with values."""

from collections.abc import Callable
from dataclasses import dataclass

from ciu.wording.figures import LocalTime
from ciu.wording.layout import Lines, lay_out

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"


@dataclass(frozen=True, slots=True)
class Words:
    """A language and a place. `local` turns UTC seconds into the time on the wall there.

    `translate` takes an English template and gives that of another language (gettext).
    """

    local: Callable[[int], LocalTime]
    translate: Callable[[str], str] = str

    def say(self, template: str, **values: str) -> Lines:
        """Fill a template of layout.py; raises ValueError where a line cannot fit."""
        return lay_out(self.translate(template), values)

    def when(self, then: int, at: int) -> str:
        """Return a past moment as shown at another: "14:02", "21 Nov", "2025"; UTC seconds."""
        past, present = self.local(then), self.local(at)
        if past.year != present.year:
            return str(past.year)
        if (past.month, past.day) == (present.month, present.day):
            return f"{past.hour:02d}:{past.minute:02d}"
        return f"{past.day} {self.translate(MONTHS).split()[past.month - 1]}"
