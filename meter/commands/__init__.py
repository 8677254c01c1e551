"""`splitmeter meter begin | show | backup | restore`: on the store of a meter that is stopped."""

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from link.arguments import Exit, Parser
from link.durable import DurableError, StoreDamaged, StoreMissing
from link.settings import SettingsError, read_settings
from meter.app.clock import time_of
from meter.app.identity import check_identity
from meter.app.upkeep import WrongClock, back_up, begin, restore
from meter.commands.report import account_line, as_object, as_text
from meter.config import MeterConfig, read_seed
from meter.domain import Seed
from meter.store.inspection import inspect

NEXT: Mapping[type[DurableError], str] = {
    StoreMissing: ": put a backup back (splitmeter meter restore) or begin a store"
    " (splitmeter meter begin)",
    StoreDamaged: ": put a backup back (splitmeter meter restore) or begin anew"
    " (splitmeter meter begin --in-use)",
}
"""What to do if a store is lost, by the error that says so."""


@dataclass(frozen=True, slots=True)
class Order:
    """A command line that was read: the meter, the clock, and the words beside them."""

    config: MeterConfig
    seed: Seed
    at: int
    args: Namespace

    @property
    def store(self) -> Path:
        """The file of the store."""
        return self.config.store.file


@dataclass(frozen=True, slots=True)
class Command:
    """A subcommand; `arguments` adds what it takes besides --config, `run` does it."""

    about: str
    note: str
    arguments: Callable[[Parser], object]
    run: Callable[[Order], Exit]


def main(words: list[str], clock: Callable[[], int]) -> int:
    """Run one of COMMANDS, `words[0]`; return the exit status."""
    name, *rest = words
    command = COMMANDS[name]
    parser = Parser(
        prog=f"splitmeter meter {name}",
        description=command.about,
        epilog=command.note,
    )
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="its meter.toml")
    command.arguments(parser)
    args = parser.parse_args(rest)
    try:
        config = read_settings(args.config, MeterConfig)
        order = Order(config, read_seed(config), clock(), args)
    except SettingsError as error:
        return _refused(name, str(error), Exit.USAGE)
    try:
        return command.run(order)
    except WrongClock as error:
        return _refused(name, str(error), Exit.USAGE)
    except DurableError as error:
        is_of_store = str(error).startswith(f"{order.store}: ")  # and not of a backup
        return _refused(name, with_next_step(error) if is_of_store else str(error), Exit.FAILED)


def with_next_step(error: DurableError) -> str:
    """Return the line for an error of the store, and what to do if the store is lost."""
    step = next((step for kind, step in NEXT.items() if isinstance(error, kind)), "")
    return f"{error}{step}"


def _refused(name: str, line: str, status: Exit) -> Exit:
    print(f"splitmeter meter {name}: {line}", file=sys.stderr)
    return status


def _begin(order: Order) -> Exit:
    gone = begin(order.store, order.seed, order.at, in_use=order.args.in_use)
    print(f"{order.store}: begun for meter {order.seed.drn}, without credit")
    _tell_gone(gone)
    if order.args.in_use:
        print(
            f"tokens made until {time_of(order.at)} are refused, used or not: issue unused ones"
            f" again; the key is that of {order.config.keys.file}: repeat the key changes since"
        )
    else:
        print(
            f"tokens made since {time_of(order.seed.manufactured)} are taken: if the meter was in"
            " use, used ones too: move the file away and begin with --in-use"
        )
    return Exit.DONE


def _tell_gone(gone: Path | None) -> None:
    if gone:
        print(f"what stood there is kept as {gone}")


def _back_up(order: Order) -> Exit:
    back_up(order.store, order.args.copy)
    print(f"{order.args.copy}: a copy of {order.store}, keys included: keep it as safe as these")
    return Exit.DONE


def _restore(order: Order) -> Exit:
    state, gone = restore(order.store, order.args.backup, order.seed, order.at)
    print(f"{order.store}: as in {order.args.backup}, {account_line(state.account)}")
    _tell_gone(gone)
    print(
        f"tokens made until {time_of(order.at)} are refused, used or not: issue unused ones again;"
        " energy used and keys changed since the backup are not in it"
    )
    return Exit.DONE


def _show(order: Order) -> Exit:
    found = inspect(order.store)
    if found.state is not None:
        check_identity(found.state, order.seed)
    text = json.dumps(as_object(found), indent=2) if order.args.json else as_text(found)
    print(text)
    return Exit.FAILED if found.faults else Exit.DONE


def _in_use(parser: Parser) -> None:
    parser.add_argument(
        "--in-use",
        action="store_true",
        help="the meter had a store that is lost: refuse all tokens made until now",
    )


def _json(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="print a JSON object")


_BEGIN_NOTE = """\
example:
  splitmeter meter begin --config lab/64686956810/meter.toml

`provision` does it for the meters that it makes. A store that is whole is never replaced; what is
left of another one is kept under another name with --in-use. Without --in-use the meter takes every
token that was made since its day of manufacture, once, also one that a lost store knew as used.
"""

_SHOW_NOTE = """\
example:
  splitmeter meter show --config lab/64686956810/meter.toml --json

Status 1 if a record was changed, taken out or put in; what can be trusted is shown. With --json one
object: whole, faults, and of the state drn, pan, ea, dkga, base, sgc, krn, ti, kt, ken, credit,
unit, currency, total, supply, reason, restored_at, ledger.
"""

_BACKUP_NOTE = """\
example:
  splitmeter meter backup --config lab/64686956810/meter.toml 64686956810.backup

The copy holds the decoder key.
"""

_RESTORE_NOTE = """\
example:
  splitmeter meter restore --config lab/64686956810/meter.toml 64686956810.backup

Tokens that were made until now are refused from then on, since the backup does not know which of
them were used; unused ones have to be issued again. If the clock was ahead, tokens are refused
until that minute: set it, move the store away and restore again. A store that is whole is never
replaced, a damaged one is kept under another name.
"""

COMMANDS: Mapping[str, Command] = {
    "begin": Command(
        "begin the store of a meter whose meter.toml was written by hand",
        _BEGIN_NOTE,
        _in_use,
        _begin,
    ),
    "show": Command(
        "what the store of a stopped meter holds, and whether it is as it was written",
        _SHOW_NOTE,
        _json,
        _show,
    ),
    "backup": Command(
        "copy the store of a stopped meter",
        _BACKUP_NOTE,
        lambda parser: parser.add_argument("copy", type=Path, metavar="COPY", help="a new file"),
        _back_up,
    ),
    "restore": Command(
        "put a backup in the place of a lost or damaged store",
        _RESTORE_NOTE,
        lambda parser: parser.add_argument("backup", type=Path, metavar="BACKUP", help="a copy"),
        _restore,
    ),
}
"""By name. All of them need the meter stopped: its store belongs to one process."""
