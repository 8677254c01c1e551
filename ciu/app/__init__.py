"""Where the unit's process joins: panel, lines, store; the plain face; `--type`."""

from ciu.app.report import Report
from ciu.app.typed import Customer, MeterChoice, Order, choose_meter, rehearse
from ciu.app.unit import CiuApp

__all__ = ["CiuApp", "Customer", "MeterChoice", "Order", "Report", "choose_meter", "rehearse"]
