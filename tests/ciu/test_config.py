"""What is wrong with a ciu.toml is said in one line that names the key."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ciu.config import CiuSection, MeterSection, read_config
from link.settings import SettingsError

GOOD = """\
[ciu]
system_title = "5a5a5af0c4554b4c"

[[meter]]
drn = "01000000016"
connect = "tcp://127.0.0.1:4059"
address = 1001
"""
FIRST = GOOD[GOOD.index("[[meter]]") :]
SECOND = FIRST.replace("01000000016", "01000000024")

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        path = tmp_path / "ciu.toml"
        path.write_text(text)
        return path

    return write


def test_what_is_left_out_has_its_default(write: Write) -> None:
    path = write(GOOD)
    config = read_config(path)
    state = path.parent / "ciu.db"
    assert config.ciu == CiuSection("5a5a5af0c4554b4c", "spln", "en", "UTC", state)
    assert config.meter == (MeterSection("01000000016", "tcp://127.0.0.1:4059", 1001),)


def test_meters_may_share_a_line_under_different_addresses(write: Write) -> None:
    config = read_config(write(GOOD + SECOND.replace("1001", "1002")))
    assert [meter.address for meter in config.meter] == [1001, 1002]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("system_title", "system_titel"), "'system_titel' (did you mean 'system_title'?)"),
        (('drn = "01000000016"\n', ""), "missing key 'drn'"),
        (("address = 1001", 'address = "1001"'), "'address' must be a whole number"),
        (("address = 1001", "address = 0"), "address 0 is not within 1..16381"),
        (("address = 1001", "address = 1001\nlogical = 16382"), "logical 16382 is not within"),
        (("01000000016", "01000000017"), "'01000000017' is not 11 or 13 digits"),
        (("address = 1001", "address = 1001\nslot = 8"), "slot 8 is not within 0..7"),
        (("5a5a5af0c4554b4c", "5a5a"), "system_title '5a5a' is not 8 hex octets"),
        (("[[meter]]", 'profile = "hexign"\n[[meter]]'), "(did you mean 'hexing'?)"),
        (("[[meter]]", 'language = "fr"\n[[meter]]'), "(known are en)"),
        (("[[meter]]", 'timezone = "Mars/Base"\n[[meter]]'), "timezone 'Mars/Base' is not known"),
        (("tcp://127.0.0.1:4059", "memory://x"), "lives in one process only"),
        (("tcp://127.0.0.1:4059", "tpc://127.0.0.1:4059"), "did you mean 'tcp'"),
        ((FIRST, ""), "no [[meter]] stands in it"),
        (("\n[[meter]]", SECOND + "\n[[meter]]"), "same address: tcp://127.0.0.1:4059 1001"),
        (("\n[[meter]]", FIRST + "\n[[meter]]"), "same drn: 01000000016"),
    ],
)
def test_a_mistake_is_told_in_one_line(change: tuple[str, str], says: str, write: Write) -> None:
    with pytest.raises(SettingsError) as refused:
        read_config(write(GOOD.replace(*change)))
    line = str(refused.value)
    assert says in line
    assert "\n" not in line


def test_a_key_file_that_others_may_read_is_refused(write: Write, tmp_path: Path) -> None:
    config = write(GOOD + 'keys = "pair.keys"\n')
    read_config(config)
    keys = tmp_path / "pair.keys"
    keys.touch(mode=0o600)
    read_config(config)
    keys.chmod(0o640)
    with pytest.raises(SettingsError, match="chmod 600"):
        read_config(config)
