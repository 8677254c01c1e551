"""The command `splitmeter meter`, also `python -m meter`: one meter until it is told to stop."""

import asyncio
import logging
import signal
import sys
import time
from pathlib import Path

from link.arguments import Exit, Parser, hold_leash
from link.durable import DurableError
from link.media import MediumError, UrlError
from link.settings import SettingsError
from meter import commands
from meter.app.process import MeterProcess
from meter.commands import COMMANDS, with_next_step
from meter.config import MeterConfig, read_config
from meter.relays import RelayError
from meter.sources import SourceError

EXAMPLE = """\
example:
  splitmeter meter --config lab/64686956810/meter.toml

One line on standard output, `ready URL`, tells that the store is open and the port answers; the
log goes to standard error. SIGTERM and Ctrl-C end it and lose nothing.

With the meter stopped, `splitmeter meter begin | show | backup | restore` look after its store.
"""


def main(argv: list[str] | None = None) -> int:
    """Run one meter, or a command on its store; return the exit status."""
    words = sys.argv[1:] if argv is None else argv
    if words[:1] and words[0] in COMMANDS:
        return commands.main(words, _utc)
    arguments = _parser().parse_args(words)
    level = logging.DEBUG if arguments.verbose else logging.INFO
    logging.basicConfig(stream=sys.stderr, level=level, format="%(asctime)s %(message)s")
    try:
        config = read_config(arguments.config)
        folder = arguments.config.absolute().parent
        return asyncio.run(_run(config, folder, leash=arguments.leash))
    except (SettingsError, UrlError, SourceError, RelayError) as error:
        return _refused(str(error), Exit.USAGE)
    except DurableError as error:
        return _refused(with_next_step(error), Exit.FAILED)
    except MediumError as error:
        return _refused(str(error), Exit.FAILED)


def _utc() -> int:
    return int(time.time())


def _parser() -> Parser:
    about = "one meter: decodes tokens, keeps the credit, moves the relay"
    parser = Parser(prog="splitmeter meter", description=about, epilog=EXAMPLE)
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="its meter.toml")
    parser.add_argument("--leash", action="store_true", help="end when standard input is closed")
    parser.add_argument("--verbose", action="store_true", help="log every fact, small ones too")
    return parser


async def _run(config: MeterConfig, folder: Path, *, leash: bool) -> int:
    process = MeterProcess(config, folder=folder, utc=_utc)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, process.stop)
    if leash:
        hold_leash(loop, process.stop)
    durable = await process.run(lambda url: print(f"ready {url}", flush=True))
    return Exit.DONE if durable else _refused("the last readings could not be stored", Exit.FAILED)


def _refused(line: str, status: Exit) -> Exit:
    print(f"splitmeter meter: {line}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
