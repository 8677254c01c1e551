"""EA11 beside a stranger: MISTY1 of Botan 2, which Debian's own Python can ask."""

import json
import subprocess
from pathlib import Path
from random import Random

import pytest

from meter.sts.misty1_fast import FastMisty1
from meter.sts.sta import MASK

DEBIAN = Path("/usr/bin/python3")
"""The Python that sees Debian's package python3-botan."""
PROBE = "from botan2 import BlockCipher; BlockCipher('MISTY1')"
ASK = """
import json, sys
from botan2 import BlockCipher

misty1, told = BlockCipher("MISTY1"), []
for key, block in json.load(sys.stdin):
    misty1.set_key(bytes.fromhex(key))
    octets = bytes.fromhex(block)
    told.append([bytes(way(octets)).hex() for way in (misty1.encrypt, misty1.decrypt)])
print(json.dumps(told))
"""
SEED, DRAWN = 2994, 30


def by_botan(asked: list[tuple[bytes, int]]) -> list[list[int]]:
    """Let it encipher and decipher each block under its key."""
    words = json.dumps([(key.hex(), f"{block:016x}") for key, block in asked])
    ran = subprocess.run([DEBIAN, "-c", ASK], input=words, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return [[int(each, 16) for each in ways] for ways in json.loads(ran.stdout)]


def has_botan() -> bool:
    return (
        DEBIAN.exists()
        and not subprocess.run([DEBIAN, "-c", PROBE], stderr=subprocess.DEVNULL).returncode
    )


def test_misty1_is_that_of_botan() -> None:
    if not has_botan():
        pytest.skip("no MISTY1 of Botan 2 here: Debian's package is python3-botan")
    rng = Random(SEED)
    keys = [bytes(16), b"\xff" * 16, *(rng.randbytes(16) for _ in range(DRAWN))]
    blocks = [0, MASK, *(rng.getrandbits(64) for _ in range(DRAWN))]
    asked = [(key, block) for key in keys for block in blocks]
    ciphers = [(FastMisty1(key), block) for key, block in asked]
    ours = [[cipher.encipher(block), cipher.decipher(block)] for cipher, block in ciphers]
    assert by_botan(asked) == ours
