"""Laws of the page of tokens: every row stands on it, and what it says is refused is refused."""

import pytest

from link.terms import TokenResult
from meter.sts.layout import LAYOUTS, Field, Layout
from tools.docs import tokens
from tools.docs.tokens import EFFECTS

PAGE = tokens.page().splitlines()


def form(row: Layout) -> str:
    return f"{row.token_class}-{row.subclass}-{row.kind.__name__}"


def test_every_record_has_its_deed_and_no_other() -> None:
    assert set(EFFECTS) == {row.kind for row in LAYOUTS}
    assert all(effect.does for effect in EFFECTS.values())


def test_no_refusal_is_told_twice_of_a_token_or_is_one_of_all_tokens() -> None:
    everywhere = {TokenResult.Accept, TokenResult.CRCError, TokenResult.UsedError}
    for effect in EFFECTS.values():
        results = [result for result, _ in effect.refusals]
        assert len(set(results)) == len(results)
        assert not everywhere & set(results)


@pytest.mark.parametrize("row", LAYOUTS, ids=form)
def test_every_row_stands_in_its_class_with_its_fields_and_what_comes_of_it(row: Layout) -> None:
    start = next(n for n, line in enumerate(PAGE) if line.startswith(f"## Class {row.token_class}"))
    under = f" under {row.only.name}" if row.only else ""
    opening = f"| {row.subclass} | {row.name}{under} | "
    (line,) = (line for line in PAGE[start : start + 20] if line.startswith(opening))
    effect = EFFECTS[row.kind]
    assert effect.does in line
    assert all(f"{result.name}: {why}" in line for result, why in effect.refusals)
    assert all(f"`{p.name}` {p.width}" in line for p in row.fields if isinstance(p, Field))


@pytest.mark.parametrize(
    ("what", "refused"),
    [
        ("class 3", "FormatError, before any checksum"),
        ("class 0, subclass 8, 9, 10, 11, 12, 13, 14, 15, under EA07 and EA11", "FormatError"),
        ("class 1, subclass 3, 4, 5, under EA07 and EA11", "FormatError"),
        (
            "class 1, subclass 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, under EA07 and EA11",
            "FunctionError",
        ),
        ("class 2, subclass 9, under EA07", "FormatError"),
        ("class 2, subclass 11, 12, 13, 14, 15, under EA07 and EA11", "FunctionError"),
        ("EA09", "ea 09 (DEA, deprecated) is not built: choose 07 or 11"),
        ("DKGA01", "dkga 01 (legacy) is not built: choose 02 or 04"),
        (
            "DKGA03",
            "dkga 03 (the STS Association advises against it) is not built: choose 02 or 04",
        ),
    ],
)
def test_what_is_reserved_left_to_makers_or_not_built_is_refused_by_name(
    what: str, refused: str
) -> None:
    assert f"| {what} | {refused} |" in PAGE
