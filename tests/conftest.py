"""How hard the laws are tried, and that none is left out.

Some examples in the fast suite, many more as a proof:
`SPLITMETER_EXAMPLES=1000 pytest tests/link tests/meter tests/ciu` tries each law so often.
"""

import os
from collections.abc import Generator

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

MAY_SKIP = ("no MISTY1 of Botan 2 here",)
"""Reasons for which a test may be left out: an oracle that is another program, and nothing else."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test that a bare machine would leave out."""
    report = yield
    if report.skipped and not any(reason in str(report.longrepr) for reason in MAY_SKIP):
        report.outcome = "failed"
        report.longrepr = f"skipped on this machine: {report.longrepr}"
    return report
