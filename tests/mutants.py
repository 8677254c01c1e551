"""Mutants: small changes to a room of which a test must fail. Prints those that no test kills.

    python tests/mutants.py                    every room of the table
    python tests/mutants.py link/pump.py       one of them

cosmic-ray makes the changes, one at a time, in a copy of the tree, and runs the tests of the room
on each. Some changes are none (`<` for `!=` where nothing is greater): a survivor is a question.
"""

import argparse
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).parents[1]
COPIED = ("ciu", "docs", "link", "meter", "tests", "tools")

UNIT = "tests/ciu/test_app_*.py tests/ciu/test_remote_*.py"
ROOMS = {
    "link/pump.py": "tests/link/test_pump.py",
    "link/media": "tests/link/test_media*.py",
    "ciu/remote": UNIT,
    "ciu/app": f"{UNIT} tests/ciu/test_main.py",
    "ciu/rounds": "tests/ciu/test_rounds.py",
    "meter/app": "tests/meter/test_app_*.py tests/meter/test_commands.py",
    "meter/store": "tests/meter/test_store*.py",
}
"""What is changed, and the tests that must see it."""

PATIENCE = 5
LEAST_PATIENCE_S = 10.0
"""Tests that take this many times as long as without the change, and so long, are hung: killed."""

CONFIG = """\
[cosmic-ray]
module-path = {room}
timeout = {timeout_s}
excluded-modules = []
test-command = {command}

[cosmic-ray.distributor]
name = "local"

[cosmic-ray.filters.operators-filter]
exclude-operators = [
    "core/ReplaceBinaryOperator_BitOr_.*",
    "core/ReplaceComparisonOperator_.*_Is(Not)?$",
]
"""
"""`|` stands in annotations, which nobody runs; `is` between numbers is `==` or an accident."""


def copy_tree(folder: Path) -> None:
    """Copy what the tests need; the copy is what is changed."""
    for name in COPIED:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, symlinks=True, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", folder)


def run_in(folder: Path, *words: str) -> str:
    """Run a program in the copy and return what it printed; exit if it fails."""
    ran = subprocess.run(
        words,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise SystemExit(f"{words[0]} ended with {ran.returncode}:\n{ran.stdout}{ran.stderr}")
    return ran.stdout


def command_of(room: str, folder: Path) -> list[str]:
    """Return what runs the tests of a room.

    What was compiled of the room goes first: Python does not see a change that is made within a
    second and as long as what it replaces.
    """
    paths = (path for pattern in ROOMS[room].split() for path in folder.glob(pattern))
    tests = sorted(str(path.relative_to(folder)) for path in paths)
    if not tests:
        raise SystemExit(f"{room}: no tests match {ROOMS[room]}")
    pytest = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    compiled = Path(room).parent if room.endswith(".py") else Path(room)
    return ["sh", "-c", f"rm -rf {compiled}/__pycache__; exec {shlex.join(pytest)}"]


def try_room(room: str, folder: Path) -> str:
    """Change a room in every way; return the changes that no test noticed, and how many."""
    command = command_of(room, folder)
    began = monotonic()
    run_in(folder, *command)
    config = CONFIG.format(
        room=json.dumps(room),
        timeout_s=max(LEAST_PATIENCE_S, PATIENCE * (monotonic() - began)),
        command=json.dumps(shlex.join(command)),
    )
    (folder / "mutants.toml").write_text(config, encoding="utf-8")
    (folder / "mutants.sqlite").unlink(missing_ok=True)
    run_in(folder, "cosmic-ray", "init", "mutants.toml", "mutants.sqlite")
    run_in(folder, "cr-filter-operators", "mutants.sqlite", "mutants.toml")
    run_in(folder, "cosmic-ray", "exec", "mutants.toml", "mutants.sqlite")
    survivors = run_in(folder, "cr-report", "--surviving-only", "--show-diff", "mutants.sqlite")
    return survivors.rpartition("total jobs:")[0] + score(
        run_in(folder, "cr-report", "mutants.sqlite")
    )


def score(report: str) -> str:
    """Return how many of the changes that were tried a test noticed.

    The report's own sum counts those among the killed that were left out.
    """
    killed, survived = (report.count(f"TestOutcome.{word}") for word in ("KILLED", "SURVIVED"))
    return f"{killed} of {killed + survived} killed"


def main() -> int:
    """Print the survivors of each room and its score."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help=", ".join(ROOMS))
    rooms = parser.parse_args().rooms or list(ROOMS)
    if unknown := [room for room in rooms if room not in ROOMS]:
        parser.error(f"unknown room {unknown[0]!r}; there are {', '.join(ROOMS)}")
    if shutil.which("cosmic-ray") is None:
        print("cosmic-ray is missing: use `make mutants`, which installs it", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the copy goes then, too
    with tempfile.TemporaryDirectory(prefix="mutants-") as place:
        folder = Path(place)
        copy_tree(folder)
        for room in rooms:
            print(f"== {room}", flush=True)
            print(try_room(room, folder), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
