"""A paste is the one token that stands in it as slips print tokens, and never anything else."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ciu.faces.pasted import keys_of
from ciu.keypad import read_keys
from ciu.wording import Complaint

TOKEN = "23716100501183194197"
GROUPED = ("2371", "6100", "5011", "8319", "4197")

SLIPS = {
    "alone": TOKEN,
    "in groups": "2371 6100 5011 8319 4197",
    "Kenya": "Mtr:37194275246\nToken:2371-6100-5011-8319-4197\nDate:20240612 10:33\nUnits:21.45\n"
    "Amt:500.00\nTknAmt:389.12\nOtherCharges:110.88",
    "South Africa, by SMS": "Token:2371 6100 5011 8319 4197\nT1, SGC 399999 25kwh @ 30c/kwh",
    "South Africa, slip": "Meter No 04111111110\nSGC 100407 KRN 2 TI 07\nElectricity\n"
    "2371 6100 5011 8319 4197\nRef 1005 2024/11/24 14:02:11",
    "Tanzania": "UMEME LUKU 4711 mita 24213456789 TOKEN 23716100501183194197 KWH 28.1",
    "Uganda": "Yaka token: 2371 6100 5011 8319 4197, 17.9 units, UGX 15,000 paid by 0772 123456",
    "Indonesia": "NO METER: 64686956810/IDPEL 512345678901 STROOM/TOKEN: 2371-6100-5011-8319-4197",
    "Nigeria": "Your token is 2371.6100.5011.8319.4197. Amount N5,000.00 Ref 240612103355017",
    "Bangladesh": "Meter: 012345678901 Seq: 12 Token: 2371,6100,5011,8319,4197 Vending: Tk 1000",
    "beside its meter": "64686956810 2371 6100 5011 8319 4197",
    "no-break spaces": "64686956810\u00a02371\u00a06100\u00a05011\u00a08319\u00a04197",
    "thirteen digits": "6468695681012\u202f2371\u202f6100\u202f5011\u202f8319\u202f4197",
    "zero-width spaces": "\u200b".join(GROUPED),
    "figure spaces": "\u2007".join(GROUPED),
    "soft hyphens": "\u00ad".join(GROUPED),
    "no-break hyphens": "\u2011".join(GROUPED),
    "en dashes with spaces": " \u2013 ".join(GROUPED),
    "double spaces": "2371  6100  5011   8319  4197",
    "two lines": "Token: 2371 6100 5011\r\n8319 4197 Units: 25",
    "two lines with dashes": "Token: 2371-6100-5011-\n8319-4197 (25 kWh)",
    "a line a group": "\n".join(GROUPED),
    "a year in the line above": "Slip of 2025\n2371 6100 5011 8319 4197\n1402",
    "a year beside dashes": "2025 2371-6100-5011-8319-4197 1402",
    "twice": "23716100501183194197 (2371 6100 5011 8319 4197)",
    "bold, from right to left": "*\u202b2371 6100 5011 8319 4197\u202c*",
    "other digits": "২৩৭১ ৬১০০ ৫০১১ ৮৩১৯ ৪১৯৭",
    "with E": "2371 6100 5011 8319 4197 E",
}

KEY_CHANGE = (
    "Update Token 1: 1234-5678-9012-3456-7890 Update Token 2: 0987-6543-2109-8765-4321\n"
    f"Token: {'-'.join(GROUPED)}"
)

REFUSED = {
    "": Complaint.NOTHING_PASTED,
    " \n": Complaint.NOTHING_PASTED,
    "twenty digits": Complaint.NOTHING_PASTED,
    "call 23716": Complaint.NOTHING_PASTED,
    "0712345678 0723456789": Complaint.NOTHING_PASTED,
    "0712345678\n0723456789": Complaint.NOTHING_PASTED,
    "call 0712345678 or 0723456789": Complaint.NOTHING_PASTED,
    "Ref 240612103355 at 14:02, dial 072345": Complaint.NOTHING_PASTED,
    "64686956810 723456789": Complaint.NOTHING_PASTED,
    "paid 237161005011831941971": Complaint.NOTHING_PASTED,
    "1234 5678-9012 3456-7890": Complaint.NOTHING_PASTED,
    "in 2025 2371 6100 5011 8319 4197": Complaint.UNCLEAR_PASTED,
    "in 2025 2371 6100 5011\n8319 4197": Complaint.UNCLEAR_PASTED,
    f"{TOKEN}58431111222233334444": Complaint.UNCLEAR_PASTED,
    f"{TOKEN} 58431111222233334444": Complaint.SEVERAL_PASTED,
    "2371 6100 5011 8319 4197\n5843 1111 2222 3333 4444": Complaint.SEVERAL_PASTED,
    "2371-6100-5011-8319-4197, 5843-1111-2222-3333-4444": Complaint.SEVERAL_PASTED,
    KEY_CHANGE: Complaint.SEVERAL_PASTED,
}

SEPARATORS = (
    "",
    " ",
    "  ",
    "-",
    ".",
    ",",
    ", ",
    " - ",
    "\n",
    "\u00a0",
    "\u2011",
    "\u2013",
    "\u200b",
)

WORDS = st.sampled_from(("Token:", "Mtr", "kWh", "KES", "/", ":", "*", "paid", "#", "@"))
OTHER_NUMBERS = st.text("0123456789", min_size=1, max_size=19).filter(lambda n: len(n) != 4)
NOISE = st.lists(WORDS | OTHER_NUMBERS, max_size=8)
BETWEEN = st.sampled_from((" ", "\n", ", ", ". ", "\u00a0", " - "))


@pytest.mark.parametrize("slip", SLIPS)
def test_of_a_slip_the_token_is_typed(slip: str) -> None:
    assert keys_of(SLIPS[slip]) == read_keys(TOKEN)


@pytest.mark.parametrize("pasted", REFUSED)
def test_of_what_holds_no_token_or_more_than_one_nothing_is_typed(pasted: str) -> None:
    assert keys_of(pasted) is REFUSED[pasted]


def test_a_part_of_a_token_and_a_short_code_are_typed_as_they_are() -> None:
    assert keys_of("2371\u00a06100") == read_keys("23716100")
    assert keys_of("#4#") == read_keys("#4#")


@given(
    st.text("0123456789", min_size=20, max_size=20),
    st.sampled_from(SEPARATORS),
    NOISE,
    NOISE,
    BETWEEN,
)
def test_a_token_in_any_grouping_among_other_numbers_is_that_token(
    token: str, separator: str, before: list[str], after: list[str], between: str
) -> None:
    grouped = separator.join(token[at : at + 4] for at in range(0, 20, 4))
    assert keys_of(between.join((*before, grouped, *after))) == read_keys(token)


@given(NOISE, BETWEEN)
@example(["0712345678", "0723456789"], " ")
@example(["240612103355", "1402", "7234"], " ")
@example(["*", "000000", "0000000000000"], " ")
def test_other_numbers_alone_are_never_a_token(noise: list[str], between: str) -> None:
    pasted = between.join(noise)
    keys = keys_of(pasted)
    digits = "" if isinstance(keys, Complaint) else "".join(key.value for key in keys)
    assert sum(sign.isdigit() for sign in digits) < 20
