"""SPLN, the neutral default; codes 00-11 and 14-36 are the STS test numbers (sts.md 8).

What tests 19-36 are is not known here, nor what 12 and 13 mean on this brand.
"""

from ciu.profiles.profile import Profile, codes_between

OURS = {
    "90": "supply",
    "91": "usage",
    "92": "usage_before",
    "93": "frequency",
    "94": "tariff_rate",
    "95": "water_factor",
}
"""Pages for which no brand is known to have a code, at numbers that SPLN leaves free."""

PROFILE = Profile(
    name="spln",
    title="SPLN",
    codes={
        "00": "all",
        "01": "switch_test",
        "02": "display_test",
        "03": "total",
        "04": "key",
        "05": "tariff",
        "06": "reader_test",
        "07": "power_limit",
        "08": "tamper",
        "09": "power",
        "10": "firmware",
        "11": "unbalance_limit",
        "14": "algorithm",
        "15": "key_tokens",
        "16": "group",
        "17": "key_expiry",
        "18": "meter_number",
        **dict(codes_between(19, 36, "unknown_test")),
        "37": "credit",
        "38": "total",
        "39": "power_factor",
        "41": "voltage",
        "44": "current",
        "47": "power",
        "54": "last_token",
        **dict(codes_between(55, 58, "older_token")),
        "59": "last_amount",
        **dict(codes_between(60, 63, "older_amount")),
        "68": "overloads",
        "69": "power_offs",
        **dict(codes_between(70, 72, "cover")),
        "74": "firmware",
        "75": "meter_number",
        "77": "group",
        "79": "low_credit",
        "81": "days_left",
        **OURS,
        "456xx": "set_low_credit",
    },
)
