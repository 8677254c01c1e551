"""Who on a medium is polled next, and why a meter counts as silent (link.md 2). Pure."""

from ciu.rounds.rounds import POLL_S, SILENT_S, Rounds
from ciu.rounds.statistics import DeliveryStatistics

__all__ = ["POLL_S", "SILENT_S", "DeliveryStatistics", "Rounds"]
