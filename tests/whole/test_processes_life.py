"""A meter's life over real processes, and a search for its keys in all that they said and wrote."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from link.terms import MAKER

from .conftest import DRN
from .processes import House, Said, command, free_port, made_lab

WORD = 4
"""So many octets of a key in a row are as good as told."""

VENDING_KEY = bytes(range(201, 221)).hex()

LOOKS = (
    ("history", DRN, "--json"),
    ("history", "--digits"),
    ("meter", "show", DRN, "--json"),
    ("meter", "list"),
    ("key", "list", "--json"),
    ("roll-over",),
    ("reissue", DRN, "--json"),
)


class Story:
    """What was said so far, and who says more."""

    def __init__(self, home: House) -> None:
        self.home = home
        self.said: list[str] = []
        self.keys: list[bytes] = []

    async def vend(self, *words: str, status: int = 0) -> list[str]:
        """Give a command at the point of sale; return the tokens that it prints."""
        register = str(self.home.lab.folder / "vend.db")
        said = self._noted(await command("vend", "--register", register, *words))
        assert said.status == status, said
        lines = [line.replace(" ", "") for line in said.out.splitlines()]
        return [line for line in lines if line.isdigit() and len(line) == 20]

    async def type(self, token: str, reason: str) -> None:
        """Type a token at a unit of its own, which logs all that it does."""
        said = self._noted(await self.home.type(token + "E", "--verbose"))
        assert said.report["reason"] == reason, said

    async def power_cut(self) -> None:
        """Kill the meter and start it again."""
        assert self.home.meter
        self.home.meter.kill()
        self._noted(await self.home.meter.end())
        await self.home.start_meter("--verbose")

    async def end_meter(self) -> None:
        """End the meter; note what it has logged and which key it has."""
        assert self.home.meter
        self.home.meter.process.terminate()
        self._noted(await self.home.meter.end())
        self.home.meter = None
        self.keys.append(self.home.on_disk().sts.key.secret.reveal())

    def _noted(self, said: Said) -> Said:
        self.said += [said.out, said.err]
        return said


@pytest.mark.proof
async def test_a_life_over_real_processes_tells_no_key(tmp_path: Path) -> None:
    lab = made_lab(tmp_path / "lab", f"tcp://127.0.0.1:{free_port()}", DRN, "--kt", "0")
    vending_key = tmp_path / "vk"
    vending_key.touch(mode=0o600)
    vending_key.write_text(VENDING_KEY + "\n")
    story = Story(House(lab))
    await story.home.start_meter("--verbose")
    try:
        await play(story, str(vending_key))
    finally:
        if story.home.meter:
            await story.home.kill_meter()
    ditk, ddtk, dutk = story.keys
    assert ditk.hex() == lab.decoder_key
    assert len({ditk, ddtk, dutk}) == 3
    vending_key.unlink()
    for key in (*story.keys, *keys_in_files(lab.folder)):
        for place, text in places(story, lab.folder):
            assert not told(key, text), place


async def play(story: Story, vending_key: str) -> None:
    (credit,) = await story.vend("credit", DRN, "5")
    await story.type(credit, "Accept")
    await story.end_meter()
    await story.home.start_meter("--verbose")
    default = await story.vend("key-change", DRN, "--kt", "1", "--vk-file", vending_key)
    for token, reason in zip(default, ("FirstKCT", "SecondKCT", "ThirdKCT", "Accept"), strict=True):
        await story.type(token, reason)
    await story.vend("credit", DRN, "1", status=3)
    await story.end_meter()
    await story.home.start_meter("--verbose")
    unique = await story.vend("key-change", DRN, "--kt", "2", "--vk-file", vending_key)
    for token, reason in zip(unique, ("FirstKCT", "SecondKCT", "ThirdKCT", "Accept"), strict=True):
        await story.power_cut()
        await story.type(token, reason)
    (credit,) = await story.vend("credit", DRN, "25")
    for reason in ("Accept", "UsedError"):
        await story.type(credit, reason)
    await story.type(default[0], "CRCError")
    (limit,) = await story.vend("power-limit", DRN, "3000")
    await story.type(limit, "Accept")
    for look in LOOKS:
        await story.vend(*look)
    await story.end_meter()
    assert story.home.on_disk().account.credit == 30_000


def keys_in_files(folder: Path) -> Iterator[bytes]:
    """Yield what stands in the key files: vending keys, decoder keys, keys of the link."""
    for file in folder.rglob("*"):
        if is_key_file(file):
            assert file.stat().st_mode & 0o077 == 0
            words = file.read_text().replace('"', " ").split()
            yield from (bytes.fromhex(word) for word in words if is_key(word))


def is_key_file(file: Path) -> bool:
    return file.is_file() and (file.suffix in (".key", ".keys") or file.parent.name == "keys")


def is_key(word: str) -> bool:
    """Tell a key from other words; a system title begins with its maker."""
    if word.startswith(MAKER.encode().hex()):
        return False
    return len(word) in (16, 32, 40, 64) and all(sign in "0123456789abcdef" for sign in word)


def places(story: Story, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield all that was said and written, less the key files and the state that holds the key."""
    yield "said", "\n".join(story.said).encode()
    for file in folder.rglob("*"):
        if file.is_file() and not is_key_file(file) and file.name != "meter.db":
            yield file.name, file.read_bytes()
    with closing(sqlite3.connect(folder / DRN / "meter.db")) as store:
        facts = [line for (line,) in store.execute("SELECT line FROM facts")]
    assert any("KeyChanged" in line for line in facts)
    yield "facts", "\n".join(facts).encode()


def told(key: bytes, text: bytes) -> bool:
    """Return whether a part of a key stands in a text, as octets, in hex or as a number."""
    folded = text.lower()
    parts = [key[at : at + WORD] for at in range(0, len(key) - WORD + 1, WORD)]
    return any(
        part in text
        or part.hex().encode() in folded
        or str(int.from_bytes(part, "big")).encode() in text
        for part in parts
    )


def test_the_search_finds_a_key_in_any_form() -> None:
    key = bytes(range(200, 216))
    forms = (key[4:8], key[8:12].hex().upper().encode(), b"%d" % int.from_bytes(key[:4], "big"))
    assert all(told(key, b"some " + form + b" text") for form in forms)
    assert not told(key, b"some text")
