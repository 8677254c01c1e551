"""Conlog: codes stand between two hashes; credit is the idle page."""

from ciu.profiles.profile import Profile

PROFILE = Profile(
    name="conlog",
    title="Conlog",
    codes={
        "#001#": "switch_test",
        "#1#": "power",
        "#4#": "meter_number",
        "#6#": "last_amount",
        "#11#": "last_token",
    },
    idle=("credit", "supply"),
)
