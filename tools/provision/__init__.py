"""`splitmeter provision`: configuration and keys of new meters, of their CIU, of the register."""

import argparse
import sys

from link.durable import DurableError
from tools.clock import now_of, today
from tools.exits import Exit, Stop, Subparsers
from tools.provision import order, report
from tools.provision.making import make_meters


def add_parser(subparsers: Subparsers) -> None:
    """Register `provision`."""
    order.add_parser(subparsers, _run)


def _run(args: argparse.Namespace) -> int:
    asked = order.read_order(args)
    try:
        made = make_meters(asked, now_of(args))
    except DurableError as error:
        raise Stop(str(error), Exit.FAILED) from None
    for line in report.warnings(asked, made, today(now_of(args))):
        print(f"splitmeter provision: {line}", file=sys.stderr)
    print(report.as_json(asked, made) if args.json else report.as_text(asked, made))
    return Exit.DONE
