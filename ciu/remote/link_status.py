"""Link status of the meters of one medium: values, silences, how well requests go."""

from collections.abc import Callable

from ciu.panel import Heard, LedgerCaughtUp, LedgerFell, News, Paced, Reading, WentSilent
from ciu.remote.polls import Poll, read_poll
from ciu.remote.site import Known
from ciu.rounds import Rounds
from ciu.state import CiuState
from ciu.wording import Silence
from link.terms import LedgerHead, LinkTrouble


class LinkStatus:
    """Writes to the rounds what they go by, and tells each silence and each return once."""

    def __init__(
        self,
        rounds: Rounds,
        state: CiuState,
        tell: Callable[[News], None],
        utc: Callable[[], int],
    ) -> None:
        self._rounds = rounds
        self._state = state
        self._tell = tell
        self._utc = utc
        self._silences: dict[str, Silence | None] = {}
        """As last told."""
        self._fallen: set[str] = set()
        """Whose ledger went back, as was told."""
        self._speaking: set[str] = set()
        """Of whom it was told that they are heard, and no silence since."""

    def answered(self, meter: str, round_trip_s: float, now: float, *, at_once: bool) -> None:
        """Record an answer; `at_once`: nothing had to be said twice."""
        self._rounds.statistics(meter).answered(round_trip_s, at_once=at_once)
        self._rounds.heard(meter, now)
        self._silences[meter] = None
        if meter not in self._speaking:
            self._speaking.add(meter)
            self._tell(Heard(meter))

    def unanswered(self, meter: str) -> None:
        """Record that an ask had no answer."""
        self._rounds.statistics(meter).failed()

    def polled(self, poll: Poll, known: Known, answers: object, now: float) -> None:
        """Report and record what a poll has brought."""
        read, trouble = read_poll(poll.rows, answers)
        values = known.understood(read)
        known.polled(values)
        if trouble is None:
            self._rounds.finished(poll.meter, now)
            self._tell_pace(poll.meter)
        else:
            self.poll_failed(poll.meter, trouble, now)
        for key, value in values.items():
            self._tell(Reading(poll.meter, key, value, self._utc()))
            if isinstance(value, LedgerHead):
                self._compare_ledger(poll.meter, value.sequence)

    def _compare_ledger(self, meter: str, sequence: int) -> None:
        """Report once that a ledger goes less far than it once did, and once that it caught up."""
        fell = self._state.saw_ledger(meter, sequence)
        if fell and meter not in self._fallen:
            self._fallen.add(meter)
            self._tell(LedgerFell(meter, sequence, self._state.greatest_sequence(meter)))
        elif not fell and meter in self._fallen:
            self._fallen.discard(meter)
            self._tell(LedgerCaughtUp(meter))

    def accept_ledger(self, meter: str) -> None:
        """Record that somebody knows that the ledger of a meter went back."""
        self._fallen.discard(meter)
        self._state.accept_ledger(meter)

    def poll_failed(self, meter: str, trouble: LinkTrouble, now: float) -> None:
        """Record that a poll was not answered, or not to its end."""
        self._rounds.failed(meter, trouble, now)
        self._tell_pace(meter)

    def tell_silences(self, now: float) -> None:
        """Return who has fallen silent, or is silent for another reason than before."""
        for meter in self._rounds.meters:
            silence = self._rounds.silence(meter, now)
            if silence is not None and silence != self._silences.get(meter):
                self._speaking.discard(meter)
                self._tell(WentSilent(meter, silence))
            self._silences[meter] = silence

    def _tell_pace(self, meter: str) -> None:
        self._tell(Paced(meter, self._rounds.quality(meter)))
