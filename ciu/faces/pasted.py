"""The one token in a pasted text, as slips and messages print it (ciu.md 2). Pure.

A token stands as 20 digits together, or as five groups of four with one kind of separator between
them: a space, a dash, a dot or a comma; line breaks may stand in place of separators. Five groups
count only if no sixth one stands beside them: which five are meant is not certain then. Nothing
else is a token, however many digits there are.
"""

import re
from string import digits
from unicodedata import category

from ciu.keypad import Key, UnknownKey, read_keys
from ciu.wording import Complaint
from link.terms import TOKEN_DIGITS

SIGNS = {"\t": " ", "\N{MINUS SIGN}": "-", "\N{MIDDLE DOT}": ".", "\N{ARABIC COMMA}": ","}
CATEGORIES = {"Zs": " ", "Cf": " ", "Pd": "-"}
"""Spaces, signs that are not seen (zero-width, soft hyphen), dashes: by Unicode category."""

GROUP = 4
"""Digits of a group."""

TOGETHER = re.compile(r"[0-9]{20,}")
KINDS = (r" ", r" ?- ?", r" ?\. ?", r" ?, ?")
"""Separators of one kind each."""


def _run_of(separator: str) -> re.Pattern[str]:
    group = rf"[0-9]{{{GROUP}}}(?![0-9])"
    return re.compile(rf"(?<![0-9]){group}(?:(?:{separator}){group})*")


RUNS = tuple(_run_of(kind) for kind in KINDS)
"""Groups in one line, as many as there are."""
BROKEN_RUNS = tuple(_run_of(rf"{kind}|(?:{kind})?\n(?:{kind})?") for kind in KINDS)
"""Groups of which lines may break off any."""


def keys_of(pasted: str) -> tuple[Key, ...] | Complaint:
    """Return the keys that a pasted text spells, or the digits of the one token in it.

    A text with the digits of a token or more is read as a message, whatever it spells: two numbers
    of ten digits are no token.
    """
    text = _plain(pasted)
    if sum(sign in digits for sign in text) >= TOKEN_DIGITS:
        found = token_in(text)
        return found if isinstance(found, Complaint) else read_keys(found)
    try:
        return read_keys(text) or Complaint.NOTHING_PASTED
    except UnknownKey:
        return Complaint.NOTHING_PASTED


def token_in(message: str) -> str | Complaint:
    """Return the digits of the one token in a text, or why none is certain."""
    text = _plain(message)
    together = TOGETHER.findall(text)
    whole = [run for pattern in RUNS for run in pattern.findall(text) if _size(run) == TOKEN_DIGITS]
    rest = text
    for run in whole:
        rest = rest.replace(run, "|")
    broken = [run for pattern in BROKEN_RUNS for run in pattern.findall(rest)]
    if any(_size(run) > TOKEN_DIGITS for run in broken):
        return Complaint.UNCLEAR_PASTED
    tokens = {_digits(run) for run in (*together, *whole, *broken) if _size(run) == TOKEN_DIGITS}
    if len(tokens) > 1:
        return Complaint.SEVERAL_PASTED
    if tokens:
        return tokens.pop()
    glued = any(_size(run) % TOKEN_DIGITS == 0 for run in together)
    return Complaint.UNCLEAR_PASTED if glued else Complaint.NOTHING_PASTED


def _plain(text: str) -> str:
    """Return a text with separators and digits as ASCII has them, and no more spaces than tell."""
    lines = (re.sub(" +", " ", "".join(map(_plain_sign, line))) for line in text.splitlines())
    return "\n".join(line.strip(" ") for line in lines if line.strip(" "))


def _plain_sign(sign: str) -> str:
    if sign.isdecimal():
        return str(int(sign))
    return SIGNS.get(sign) or CATEGORIES.get(category(sign), sign)


def _digits(run: str) -> str:
    return "".join(sign for sign in run if sign in digits)


def _size(run: str) -> int:
    return len(_digits(run))
