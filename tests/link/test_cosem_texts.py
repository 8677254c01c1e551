"""No text of a peer is obeyed by a terminal or a log: a law over every row of the object map."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from hypothesis import given
from hypothesis import strategies as st

from link.cosem import OBJECT_MAP, Schema, TypeUnmatched
from link.cosem.texts import printable

from ..hostile import HOSTILE, spoilt

TEXTS = {
    "account.currency",
    "firmware.value",
    "logical_device_name.value",
    "meter_number.value",
    "sap_assignment.sap_assignment_list",
    "sts.commodity",
    "token_gateway.enter",
}
"""Rows that hold text, at the least."""


def texts_of(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case tuple(members):
            for member in members:
                yield from texts_of(member)
        case _ if is_dataclass(value):
            for field in fields(value):
                yield from texts_of(getattr(value, field.name))


def read(schema: Schema, hostile: str) -> tuple[list[str], bool]:
    """Return the texts that come of hostile data, and whether they are part of a value."""
    data = spoilt(schema.encode(schema.greatest()), hostile)
    try:
        return list(texts_of(schema.decode(data))), True
    except TypeUnmatched as error:
        return [str(error)], False


def test_whatever_stands_in_a_text_of_the_map_what_is_read_is_printable() -> None:
    held_text = set()
    for row in OBJECT_MAP:
        for schema in filter(None, (row.schema, row.returns)):
            for hostile in HOSTILE:
                texts, is_value = read(schema, hostile)
                assert all(text.isprintable() for text in texts), (row.key, texts)
                if is_value and texts:
                    held_text.add(row.key)
    assert held_text >= TEXTS


@given(st.text())
def test_printable_signs_stay_and_the_length_too(text: str) -> None:
    shown = printable(text)
    assert len(shown) == len(text)
    assert shown.isprintable()
    assert all(new == old or not old.isprintable() for new, old in zip(shown, text, strict=True))
