"""Calin."""

from ciu.profiles.profile import Profile

PROFILE = Profile(
    name="calin",
    title="Calin",
    codes={
        "01": "total",
        "14": "power_limit",
        "31": "power",
        "35": "power_factor",
        "40": "tamper",
        "46": "overloads",
        "52": "power_offs",
        "87": "supply",
    },
)
