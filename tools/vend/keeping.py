"""`vend begin`, `check`, `backup` and `restore`: the register's file as a whole.

Invariant: no file is ever overwritten, and a register that is whole never takes another's place.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from link.durable import DurableError, set_aside
from meter.sts.tid import MINUTE_S
from tools.clock import now_of
from tools.exits import Exit, Stop
from tools.register import Contents, Register, back_up, check, put_back, refuse_whole, trace_of
from tools.vend.arguments import Command, add_json, whole
from tools.vend.report import as_json
from tools.vend.tids import MINUTES_A_DAY, written
from tools.vend.till import open_till

AHEAD = MINUTES_A_DAY
"""TIDs that a lost register may have issued to a meter ahead of the clock: quick sales do."""

MOST_AHEAD = 100_000

_BEGIN_NOTE = """
provision begins the register of its folder by itself. If keys of a register, a meter or a unit are
there already, a register was lost: put its backup back (vend restore). --anew begins one all the
same: it knows no token of the lost one and may issue TIDs again that were ahead of the clock.
"""

_RESTORE_NOTE = """
What is left of the lost register is kept as vend.db.lost-N. TIDs up to this minute are not issued
any more, nor --ahead after it: who is sold several tokens in a minute gets TIDs of the next ones.
Slips, key changes, meters, keys and tariffs since the backup are not known afterwards: enter them
again, and make the same key change again; its tokens are of no use if the meter has taken those of
the lost one.
"""


def _begin_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--anew", action="store_true", help="even where a register was, which is lost for good"
    )


def _begin(args: Namespace) -> int:
    path: Path = args.register
    trace = trace_of(path.parent)
    if trace is not None and not args.anew:
        raise Stop(
            f"{trace}: there was a register here: put its backup back, vend restore COPY; or"
            " vend begin --anew, which knows none of its tokens",
            Exit.FAILED,
        )
    with _disk_errors():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if args.anew:
            refuse_whole(path)
            set_aside(path)
        Register.begin(path)
    print(f"{path}: a register with nothing in it")
    return Exit.DONE


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except DurableError as error:
        raise Stop(str(error), Exit.FAILED) from None


def _check(args: Namespace) -> int:
    with open_till(args) as till:
        contents = check(till.register)
    if args.json:
        print(as_json(_object(contents)))
    else:
        print(f"{args.register}: {_counted(contents)}: all as it was written")
    return Exit.DONE


def _object(contents: Contents) -> dict[str, object]:
    return {
        "meters": contents.meters,
        "slips": contents.slips,
        "tokens": contents.tokens,
        "newest": contents.newest or None,
    }


def _counted(contents: Contents) -> str:
    newest = f", the last on {written(contents.newest)} UTC" if contents.newest else ""
    return f"{contents.meters} meters, {contents.tokens} tokens, {contents.slips} slips{newest}"


def _copy_argument(parser: ArgumentParser) -> None:
    parser.add_argument("copy", type=Path, metavar="COPY", help="the file of the backup")


def _backup(args: Namespace) -> int:
    with open_till(args) as till:
        contents = back_up(till.register, args.copy)
    print(f"{args.copy}: a backup of {_counted(contents)}; keys.vend is not in it, copy it too")
    return Exit.DONE


def _restore_arguments(parser: ArgumentParser) -> None:
    _copy_argument(parser)
    parser.add_argument(
        "--ahead",
        type=whole(0, MOST_AHEAD),
        default=AHEAD,
        metavar="N",
        help="leave out so many TIDs of each meter after those up to now (%(default)s)",
    )


def _restore(args: Namespace) -> int:
    now = now_of(args)
    with _disk_errors(), Register.open(args.copy, patience_s=args.wait) as backup:
        newest = check(backup).newest
        if now < newest:
            raise Stop(
                f"the clock says {written(now)} UTC, before the last slip of the backup"
                f" ({written(newest)}): set the clock"
            )
        contents, gone = put_back(backup, args.register, now, ahead=args.ahead)
    if gone is not None:
        print(f"what was there is kept as {gone}")
    until = now + args.ahead * MINUTE_S
    print(
        f"{args.register}: put back with {_counted(contents)}; what was issued after that is not in"
        f" it, and no TID up to {written(until)} UTC is issued again"
    )
    return Exit.DONE


COMMANDS = (
    Command("begin", "begin a register, once", "begin", _begin_arguments, _begin, _BEGIN_NOTE),
    Command("check", "read all of the register and say whether it is whole", "check", add_json,
            _check),
    Command("backup", "copy the register into a new file, checked", "backup monday.db",
            _copy_argument, _backup),
    Command("restore", "put a backup where the register was lost", "restore monday.db",
            _restore_arguments, _restore, _RESTORE_NOTE),
)  # fmt: skip
