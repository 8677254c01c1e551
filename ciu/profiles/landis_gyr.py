"""Landis+Gyr: `i` is pressed before a code."""

from ciu.profiles.profile import Profile, codes_between

PROFILE = Profile(
    name="landis_gyr",
    title="Landis+Gyr",
    opener="i",
    codes={
        "000": "meter_number",
        "001": "power",
        "002": "credit",
        "014": "power_limit",
        "048": "firmware",
        "050": "interruptions",
        "054": "last_token",
        "056": "last_amount",
        "057": "key",
        "058": "tariff",
        "059": "credit",
        "060": "group",
        "061": "total",
        **dict(codes_between(301, 350, "older_token")),
    },
)
