"""The console script `splitmeter`: a table of subcommands, each loaded only when it is asked for.

Invariant: an error is one line on stderr and a status of `Exit`; `meter` and `ciu` get
their arguments as they came.
"""

import argparse
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module

from link.arguments import Parser
from tools.clock import Clock, wall_clock
from tools.exits import Exit, Stop, Subparsers


@dataclass(frozen=True, slots=True)
class Tool:
    """A subcommand; its module has `add_parser(subparsers)`, which sets `run(args) -> int`."""

    name: str
    module: str
    about: str


@dataclass(frozen=True, slots=True)
class Process:
    """A subcommand that is another package's `main(argv) -> int`."""

    name: str
    module: str
    about: str
    nested: tuple[str, ...] = ()
    """Subcommands of its own."""


COMMANDS: tuple[Tool | Process, ...] = (
    Tool("demo", "tools.demo", "a meter, its customer unit and a sale, all on this machine"),
    Tool("provision", "tools.provision", "write the configuration and keys of new meters"),
    Process(
        "meter",
        "meter.__main__",
        "the process on the meter's side",
        ("begin", "show", "backup", "restore"),
    ),
    Process("ciu", "ciu.__main__", "the customer interface unit: display and keypad", ("begin",)),
    Tool("vend", "tools.vend", "the point of sale: tokens for the meters of a register"),
    Tool("sts", "tools.sts", "STS tokens and keys: encode, decode, derive"),
    Tool("bus", "tools.bus", "a virtual half-duplex line between meters and units"),
    Tool("load", "tools.load", "switch an appliance of a simulated house"),
    Tool("tamper", "tools.tamper", "let an input of a simulated house tell of an interference"),
    Tool("codes", "tools.codes", "what a short code means, brand by brand"),
    Tool("bench", "tools.bench", "measure, as ratios within one run"),
)


def overview() -> str:
    """Return what `splitmeter --help` prints."""
    rows = "\n".join(f"  {command.name:<11}{command.about}" for command in COMMANDS)
    return (
        "usage: splitmeter COMMAND ...\n\n"
        "The open stack between a prepayment electricity meter and its customer interface unit.\n\n"
        f"commands:\n{rows}\n\n"
        "example:\n  splitmeter demo\n\n"
        "`splitmeter COMMAND --help` tells more; `splitmeter --version` tells which this is.\n"
        "Status: 0 done, 1 our failure, 2 usage or configuration, 3 refused by token rules,\n"
        "4 no link or unknown.\n"
    )


def help_texts() -> Iterator[tuple[str, str]]:
    """Yield the name and the help text of `splitmeter` and of every subcommand, nested ones too."""
    yield "splitmeter", overview()
    for command in COMMANDS:
        match command:
            case Process():
                yield f"splitmeter {command.name}", _printed_help(command)
                for name in command.nested:
                    yield f"splitmeter {command.name} {name}", _printed_help(command, name)
            case Tool():
                for parser in _with_nested(_parser(command)):
                    yield parser.prog, parser.format_help()


def main(argv: list[str] | None = None, *, clock: Clock = wall_clock) -> int:
    """Run one subcommand; return its exit status.

    `clock` is what the tools read; `meter` and `ciu` are processes with the machine's own.
    """
    words = sys.argv[1:] if argv is None else argv
    _open_streams()
    try:
        status = _run(words, clock)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # whoever read our output has gone: nothing is left to say, not even at interpreter exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    return status


def _open_streams() -> None:
    """Put nothing where a standard stream is closed, before a file or a port gets its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))


def _run(words: list[str], clock: Clock) -> int:
    try:
        return _dispatch(words, clock)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else Exit.DONE
    except Stop as stop:
        return _complain(words, str(stop), stop.status)
    except BrokenPipeError:
        raise
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _complain(words, where + (error.strerror or str(error)).lower(), Exit.FAILED)


def _complain(words: list[str], line: str, status: Exit) -> int:
    named = [word for word in words[:1] if word in _names()]
    print(f"{' '.join(['splitmeter', *named])}: {line}", file=sys.stderr)
    return status


def _dispatch(words: list[str], clock: Clock) -> int:
    match words:
        case []:
            raise Stop(f"no command; there are {', '.join(_names())} (see splitmeter --help)")
        case ["-h" | "--help", *_]:
            print(overview(), end="")
            return Exit.DONE
        case ["--version", *_]:
            print(f"splitmeter {_version()}")
            return Exit.DONE
        case _:
            return _start(_find(words[0]), words[1:], clock)


def _version() -> str:
    # costs more than all other imports of this module together
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("splitmeter")
    except PackageNotFoundError:
        raise Stop("runs from its folder, not installed: no version", Exit.FAILED) from None


def _find(name: str) -> Tool | Process:
    for command in COMMANDS:
        if command.name == name:
            return command
    near = get_close_matches(name, _names(), 1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(_names())}"
    raise Stop(f"no command {name!r}; {hint}")


def _names() -> list[str]:
    return [command.name for command in COMMANDS]


def _start(command: Tool | Process, rest: list[str], clock: Clock) -> int:
    match command:
        case Process():
            return _entry(command)(rest)
        case Tool():
            parser = Parser(prog="splitmeter")
            _add(command, parser)
            args = parser.parse_args([command.name, *rest], argparse.Namespace(clock=clock))
            run: Callable[[argparse.Namespace], int] = args.run
            return run(args)


def _entry(command: Process) -> Callable[[list[str]], int]:
    entry: Callable[[list[str]], int] = import_module(command.module).main
    return entry


def _add(command: Tool, parser: argparse.ArgumentParser) -> Subparsers:
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    add_parser: Callable[[Subparsers], object] = import_module(command.module).add_parser
    add_parser(subparsers)
    return subparsers


def _parser(command: Tool) -> argparse.ArgumentParser:
    return _add(command, Parser(prog="splitmeter")).choices[command.name]


def _with_nested(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for nested in action.choices.values():
                yield from _with_nested(nested)


def _printed_help(command: Process, *words: str) -> str:
    text = io.StringIO()
    with redirect_stdout(text), suppress(SystemExit):
        _entry(command)([*words, "--help"])
    return text.getvalue()
