"""How hard the laws are tried: some examples in the fast suite, many more as a proof.

`SPLITMETER_EXAMPLES=1000 pytest tests/link tests/meter tests/ciu` tries each law so often.
"""

import os

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
