"""How hard the laws are tried, where their files are, and that none is left out.

Some examples in the fast suite, many more as a proof:
`SPLITMETER_EXAMPLES=1000 pytest tests/link tests/meter tests/ciu` tries each law so often.
"""

import os
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("SPLITMETER_EXAMPLES", "15"))

settings.register_profile(
    "splitmeter",
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("splitmeter")

MEMORY = Path("/dev/shm")
LEAST_FREE_OCTETS = 48 << 20
"""A run has some 10 MB of files at a time; a container has 64 MB of such memory."""

MAY_SKIP = ("no MISTY1 of Botan 2 here",)
"""Reasons for which a test may be left out: an oracle that is another program, and nothing else."""


def pytest_configure(config: pytest.Config) -> None:
    """Keep the files of the fast suite in memory if there is some: half its time was the disk's.

    Nothing is proved less: a killed process loses what it did not write, on a disk as in memory,
    and no test pulls the plug. Proofs stay on the disk. `TMPDIR` puts the files elsewhere.
    """
    fast = config.option.markexpr == "not proof"
    if fast and "TMPDIR" not in os.environ and _has_room(MEMORY):
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def _has_room(folder: Path) -> bool:
    if not os.access(folder, os.W_OK | os.X_OK):
        return False
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize >= LEAST_FREE_OCTETS


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test that a bare machine would leave out."""
    report = yield
    if report.skipped and not any(reason in str(report.longrepr) for reason in MAY_SKIP):
        report.outcome = "failed"
        report.longrepr = f"skipped on this machine: {report.longrepr}"
    return report
