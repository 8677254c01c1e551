"""Laws of link.secret: the octets leave by `reveal` and by nothing else."""

import copy
import dataclasses
import json
import logging
import pickle
import traceback
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link.secret import Secret

KEY = bytes.fromhex("0123456789abcdef")
FORMS = (KEY.hex(), KEY.hex().upper(), str(KEY), str(list(KEY)), str(int.from_bytes(KEY)))


@dataclasses.dataclass(frozen=True, slots=True)
class Holder:
    """A record with a key in it, as the domain has them."""

    name: str
    key: Secret


def in_traceback(secret: Secret) -> str:
    try:
        raise ValueError("refused", secret)
    except ValueError:
        return traceback.format_exc()


def in_log(secret: Secret) -> str:
    record = logging.LogRecord("meter", logging.INFO, "", 1, "%s %r", (secret, secret), None)
    return logging.Formatter().format(record)


@pytest.mark.parametrize(
    "shown",
    [
        repr,
        str,
        ascii,
        "{}".format,
        "%s".__mod__,
        in_traceback,
        in_log,
        lambda secret: repr([secret]),
        lambda secret: repr(Holder("meter", secret)),
        lambda secret: json.dumps({"key": secret}, default=str),
    ],
)
def test_no_text_shows_the_octets(shown: Callable[[Secret], str]) -> None:
    text = shown(Secret(KEY))
    assert not any(form in text for form in FORMS)


@pytest.mark.parametrize(
    "carry_off",
    [
        pickle.dumps,
        copy.copy,
        copy.deepcopy,
        json.dumps,
        hash,
        vars,
        bytes,
        lambda secret: pickle.dumps(Holder("meter", secret)),
        lambda secret: dataclasses.asdict(Holder("meter", secret)),
        lambda secret: pickle.dumps(ValueError(secret)),
        lambda secret: f"{secret:x}",
    ],
)
def test_nothing_carries_the_octets_off(carry_off: Callable[[Secret], object]) -> None:
    with pytest.raises(TypeError) as refusal:
        carry_off(Secret(KEY))
    assert not any(form in str(refusal.value) for form in FORMS)


@given(st.binary(max_size=64))
def test_hex_and_octets_are_the_same_secret(octets: bytes) -> None:
    secret = Secret.from_hex(f" {octets.hex()}\n")
    assert secret == Secret(octets)
    assert secret.reveal() == octets
    assert len(secret) == len(octets)


@given(st.binary(max_size=8), st.binary(max_size=8))
def test_secrets_are_equal_when_their_octets_are(one: bytes, other: bytes) -> None:
    assert (Secret(one) == Secret(other)) == (one == other)
    assert Secret(one) != one


@pytest.mark.parametrize("typed", ["0123456789abcdeg", "0123456789abcde", "key 0123456789abcdef"])
def test_a_wrong_line_is_refused_and_not_quoted(typed: str) -> None:
    with pytest.raises(ValueError, match=r"^not a line of hex digits$") as refusal:
        Secret.from_hex(typed)
    assert refusal.value.__suppress_context__
