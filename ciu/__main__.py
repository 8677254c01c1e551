"""The command `splitmeter ciu`, also `python -m ciu`: a display and a keypad for meters."""

import argparse
import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from secrets import randbits

from ciu.app import CiuApp, Customer, MeterChoice, Order, Report, choose_meter, rehearse
from ciu.app.report import of_bad_entry, what_became
from ciu.config import CiuConfig, read_config
from ciu.faces import NO_TEXTUAL, PlainFace, follow, why_no_terminal_face
from ciu.keypad import UnknownKey, read_keys
from ciu.state import CiuState
from link.arguments import Exit, Parser
from link.durable import DurableError
from link.settings import SettingsError
from link.token_entry import Forgotten

FACES = ("plain", "terminal", "web")
UNBUILT = "the {face} face is not built yet: use --face plain"
TIMEOUT_S = 20.0

EXAMPLE = """\
examples:
  splitmeter ciu begin --config lab/ciu.toml
  splitmeter ciu --config lab/ciu.toml
  splitmeter ciu --config lab/ciu.toml --type "2371 6100 5011 8319 4197 E" --json

Keys: 0-9, B backspace, E enter, i, #, *; spaces are skipped. Short codes are those of the profile
(splitmeter codes). *E goes to the next meter, *6810E to the one whose number ends so.
The terminal face is a screen of 80 x 24 or more, with a keypad for keys and mouse; a token can be
pasted. Its log goes where stderr is sent (2>ciu.log), and nowhere while that is the terminal.
The plain face reads lines of keys and prints a line for every change of the display.
Status of --type: 0 accepted or shown, 1 our failure, 2 usage or configuration, 3 refused by token
rules, 4 no link or unknown, 5 the meter does not have or allow what is asked.
--json: amount and credit in unit, as the display rounds them, and exact: amount_wh, credit_wh for
electricity, amount_l, credit_l for water and gas, amount_s, credit_s for time, amount_e5 and
credit_e5 in 10^-5 of a currency. Null where there is none. ledger_fell: the meter works with an
older store than this unit has seen.
"""

BEGIN = "begin"

BEGIN_NOTE = """\
example:
  splitmeter ciu begin --config lab/ciu.toml

provision does it for the unit that it makes. If the store of a unit that was in use is lost, a
token typed last may have been accepted or not: look at credit and last tokens on the meter first.
No file is replaced: move what is left of the store away, and what ends in -wal beside it.
"""


def main(argv: list[str] | None = None) -> int:
    """Run the unit, or type at it; return the exit status."""
    words = sys.argv[1:] if argv is None else argv
    if words[:1] == [BEGIN]:
        return _begin(words[1:])
    parser = _parser()
    arguments = parser.parse_args(words)
    if arguments.json and arguments.type is None:
        parser.error("--json goes with --type KEYS, the faces print no objects")
    quiet = logging.WARNING if arguments.type is None else logging.ERROR
    level = logging.INFO if arguments.verbose else quiet
    logging.basicConfig(stream=sys.stderr, level=level, format="%(asctime)s %(message)s")
    status = Exit.FAILED
    try:
        status = _run(arguments)
    except* (SettingsError, MeterChoice) as errors:
        status = _refused(errors, Exit.USAGE)
    except* DurableError as errors:
        status = _refused(errors, Exit.FAILED)
    return status


def _begin(words: list[str]) -> int:
    """Run `splitmeter ciu begin`; return the exit status."""
    about = "create the store of a unit, once: what it must remember of tokens under way"
    parser = Parser(prog=f"splitmeter ciu {BEGIN}", description=about, epilog=BEGIN_NOTE)
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="its ciu.toml")
    try:
        path = read_config(parser.parse_args(words).config).ciu.state
        CiuState.begin_store(path)
    except SettingsError as error:
        return _complain(str(error), Exit.USAGE)
    except DurableError as error:
        return _complain(str(error), Exit.FAILED)
    print(f"{path}: a store with nothing in it")
    return Exit.DONE


def _run(arguments: argparse.Namespace) -> Exit:
    if arguments.forget_token:
        return _forget(arguments)
    return _typed(arguments) if arguments.type is not None else _served(arguments)


def _parser() -> Parser:
    about = "the customer interface unit: display and keypad of one or more meters"
    parser = Parser(prog="splitmeter ciu", description=about, epilog=EXAMPLE)
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="its ciu.toml")
    parser.add_argument(
        "--face", choices=FACES, help="what it is shown on; on a terminal its screen, else plain"
    )
    parser.add_argument("--web", metavar="HOST:PORT", help="where the web face listens")
    parser.add_argument("--type", metavar="KEYS", help="type keys, print the display, end")
    parser.add_argument("--meter", metavar="DRN", help="the meter to type at")
    parser.add_argument(
        "--timeout", type=_seconds, default=TIMEOUT_S, metavar="S", help="for --type, default 20"
    )
    parser.add_argument("--json", action="store_true", help="with --type: print an object")
    parser.add_argument(
        "--forget-token",
        action="store_true",
        help="end the wait for a token of which the meter cannot say if it took it; sends nothing",
    )
    parser.add_argument("--verbose", action="store_true", help="log what happens")
    return parser


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return seconds


def _served(arguments: argparse.Namespace) -> Exit:
    config = read_config(arguments.config)
    if arguments.meter is not None:
        config = choose_meter(config, arguments.meter)
    match "web" if arguments.web else arguments.face or _usual_face():
        case "plain":
            asyncio.run(_serve_lines(config))
        case "terminal":
            return _serve_terminal(config)
        case face:
            return _complain(UNBUILT.format(face=face), Exit.USAGE)
    return Exit.DONE


def _usual_face() -> str:
    """Return the best face that there is here; where an extra is missing, say so."""
    why = why_no_terminal_face()
    if why == NO_TEXTUAL:
        _say(why)
    return "plain" if why else "terminal"


def _serve_terminal(config: CiuConfig) -> Exit:
    why = why_no_terminal_face()
    if why:
        return _complain(why, Exit.USAGE)
    # an extra, and slow to load
    from ciu.faces.terminal import TerminalFace, log_aside, serve

    async def run() -> int:
        app = _app(config, keys_in_lines=False)
        _on_signal(app.stop)
        return await serve(app, TerminalFace(app))

    with log_aside():
        status = asyncio.run(run())
    return Exit.FAILED if status else Exit.DONE


async def _serve_lines(config: CiuConfig) -> None:
    app = _app(config, keys_in_lines=True)

    def write(line: str) -> None:
        try:
            print(line, flush=True)
        except BrokenPipeError:  # whoever read it has gone
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            app.stop()

    face = PlainFace(write, app.type)
    app.faces.append(face.show)
    _on_signal(app.stop)
    stop_reading = follow(sys.stdin.fileno(), face.feed)
    try:
        await app.run()
    finally:
        stop_reading()


def _typed(arguments: argparse.Namespace) -> Exit:
    report = _type(arguments)
    if arguments.json:
        print(report.to_json())
    elif report.screen:
        print("\n".join(report.screen))
    return _complain(report.why, report.status) if report.why else report.status


def _forget(arguments: argparse.Namespace) -> Exit:
    config = choose_meter(read_config(arguments.config), arguments.meter)
    drn = config.meter[0].drn
    with closing(CiuState.open(config.ciu.state)) as state:
        intent = state.intent(drn)
        state.resolve(drn)
    if intent is None:
        print(f"meter {drn}: no token is in doubt")
        return Exit.DONE
    became = what_became(Forgotten(), None)
    print(f"meter {drn}: token ..{intent.digits[-4:]}: {became}")
    return Exit.DONE


def _type(arguments: argparse.Namespace) -> Report:
    config = choose_meter(read_config(arguments.config), arguments.meter)
    try:
        keys = read_keys(arguments.type)
    except UnknownKey as error:
        return of_bad_entry(f"{error}: nothing was sent", ())
    order = Order(keys, arguments.timeout)
    return rehearse(config, keys) or asyncio.run(_serve_customer(config, order))


async def _serve_customer(config: CiuConfig, order: Order) -> Report:
    customer = Customer(_app(config, keys_in_lines=True), order, _say)
    _on_signal(customer.interrupt)
    return await customer.serve()


def _app(config: CiuConfig, *, keys_in_lines: bool) -> CiuApp:
    return CiuApp(
        config, utc=lambda: int(time.time()), seed=randbits(64), keys_in_lines=keys_in_lines
    )


def _on_signal(act: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, act)


def _refused(errors: BaseExceptionGroup[Exception], status: Exit) -> Exit:
    for error in errors.exceptions:
        if isinstance(error, BaseExceptionGroup):
            return _refused(error, status)
        return _complain(str(error), status)
    return status


def _complain(line: str, status: Exit) -> Exit:
    _say(line)
    return status


def _say(line: str) -> None:
    print(f"splitmeter ciu: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
