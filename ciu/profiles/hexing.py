"""Hexing."""

from ciu.profiles.profile import Profile, codes_between

PROFILE = Profile(
    name="hexing",
    title="Hexing",
    codes={
        "800": "switch_test",
        "801": "credit",
        "804": "meter_number",
        "805": "group",
        "807": "voltage",
        "808": "current",
        "809": "power_offs",
        "811": "emergency",
        "814": "power",
        "815": "last_token",
        "817": "last_amount",
        "851": "total",
        **dict(codes_between(852, 855, "older_token")),
    },
)
