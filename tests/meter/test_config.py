"""What meter.toml may say, and the one line for what it may not."""

from pathlib import Path

import pytest

from link.secret import Secret
from link.settings import SettingsError, write_secret
from link.terms import Tamper
from meter.config import DKGA_ALGORITHMS, KEY_OCTETS, read_config, read_seed
from meter.domain import PowerLimit
from meter.sts import Commodity

TOML = """\
[meter]
drn = "12345678903"
pan = "600727123456789030"
lab = true

[link]
listen = "tcp://127.0.0.1:4059"
address = 8890

[sts]
ea = "11"
dkga = "04"
base = 2014
sgc = "012345"
ti = "01"
krn = 1
kt = 2
manufactured = 2026-11-21

[keys]
file = "decoder.key"

[store]
file = "meter.db"

[source]
url = "simulated://house"

[relay]
url = "simulated://"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "meter.toml"
    path.write_text(TOML)
    return path


def test_a_whole_file_is_a_configuration_with_its_defaults(path: Path) -> None:
    config = read_config(path)
    assert (config.link.logical, config.sts.ken) == (1, 255)
    assert (config.store.commit_wh, config.store.commit_s) == (10, 60)
    assert config.keys.file == path.parent / "decoder.key"
    assert config.supply.limit() == PowerLimit(power_w=0, over_s=10)


def test_a_power_limit_is_what_the_file_says(path: Path) -> None:
    path.write_text(f"{TOML}\n[supply]\npower_limit_w = 3000\noverload_s = 30\n")
    assert read_config(path).supply.limit() == PowerLimit(power_w=3000, over_s=30)


def test_an_account_in_money_and_its_inputs_are_what_the_file_says(path: Path) -> None:
    account = '[account]\nmode = "currency"\ncurrency = "KES"\nprice_e5 = 2550000\n'
    tamper = '[tamper]\nopen = ["cover", "phase-unbalance"]\n'
    text = TOML.replace("lab = true", 'lab = true\ncommodity = "gas"\nphases = 3')
    path.write_text(f"{text}\n{account}{tamper}")
    config = read_config(path)
    assert config.tamper.opening() == Tamper.COVER | Tamper.PHASE_UNBALANCE
    write_secret(config.keys.file, Secret(bytes(KEY_OCTETS["11"])))
    seed = read_seed(config)
    assert (seed.commodity, seed.currency, seed.price_e5) == (Commodity.GAS, "KES", 2_550_000)
    assert seed.phases == 3


@pytest.mark.parametrize(
    ("typed", "instead", "line"),
    [
        ('drn = "12345678903"', 'drn = "12345678904"', "[meter] drn '12345678904' is not 11 or 13"),
        ('pan = "600727', 'pan = "600728', "does not belong to drn 12345678903"),
        ("lab = true", 'timezone = "Mars"', "[meter] timezone 'Mars' is not known"),
        ("address = 8890", "address = 0", "[link] address 0 is not within 1..16381"),
        ("address = 8890", "address = 8890\nlogical = 16382", "logical 16382 is not within"),
        ("tcp://127.0.0.1:4059", "memory://x", "[link] memory://x: lives in one process only"),
        ("tcp://127.0.0.1:4059", "tpc://x:1", "unknown scheme 'tpc' (did you mean 'tcp'?)"),
        ('ea = "11"', 'ea = "09"', "[sts] ea '09' is not 07 or 11"),
        ('dkga = "04"', 'dkga = "02"', "[sts] dkga '02' makes no keys for ea 11"),
        ("base = 2014", "base = 2015", "[sts] base 2015 is not 1993, 2014 or 2035"),
        ('sgc = "012345"', 'sgc = "12345"', "[sts] sgc '12345' is not 6 digits"),
        ('ti = "01"', 'ti = "1"', "[sts] ti '1' is not 2 digits"),
        ("krn = 1", "krn = 0", "[sts] krn 0 is not within 1..9"),
        ("kt = 2", "kt = 4", "[sts] kt 4 is not within 0..3"),
        ("krn = 1", "krn = 1\nken = 256", "[sts] ken 256 is not within 0..255"),
        ('"meter.db"', '"meter.db"\ncommit_wh = 0', "[store] commit_wh 0 is not 1 or more"),
        ("[relay]", "[supply]\npower_limit_w = -1\n[relay]", "power_limit_w -1 is not within"),
        ("[relay]", "[supply]\npower_limit_w = 1000001\n[relay]", "is not within 0..1000000"),
        ("[relay]", "[supply]\noverload_s = 301\n[relay]", "overload_s 301 is not within 1..300"),
        ("lab = true", 'commodity = "steam"', "[meter] commodity 'steam' is not known"),
        ("lab = true", "phases = 4", "[meter] phases 4 is not within 1..3"),
        ("[relay]", '[account]\nmode = "coins"\n[relay]', "[account] mode 'coins' is not known"),
        ("[relay]", '[account]\ncurrency = "KES"\n[relay]', 'go with mode = "currency"'),
        ("[relay]", "[account]\nprice_e5 = 5\n[relay]", 'go with mode = "currency"'),
        ("[relay]", '[account]\nmode = "currency"\n[relay]', "'' is no name of 1 to 8 letters"),
        (
            "[relay]",
            '[account]\nmode = "currency"\ncurrency = "K 5"\n[relay]',
            "'K 5' is no name of 1 to 8 letters",
        ),
        (
            "[relay]",
            '[account]\nmode = "currency"\ncurrency = "KES"\n[relay]',
            "price_e5 0 is not within 1..4294967295",
        ),
        ("[relay]", '[tamper]\nopen = ["magnets"]\n[relay]', "did you mean 'magnet'?"),
        ("[relay]", "[relai]", "unknown key 'relai' (did you mean 'relay'?)"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    path: Path, typed: str, instead: str, line: str
) -> None:
    assert TOML.count(typed) == 1
    path.write_text(TOML.replace(typed, instead))
    with pytest.raises(SettingsError) as refusal:
        read_config(path)
    assert str(refusal.value).startswith(f"{path}: ")
    assert line in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 1


def test_without_lab_a_meter_refuses_to_start(path: Path) -> None:
    path.write_text(TOML.replace("lab = true", "lab = false"))
    with pytest.raises(SettingsError, match="link security is not built yet: provision with --lab"):
        read_config(path)


@pytest.mark.parametrize("ea", KEY_OCTETS)
def test_a_decoder_key_is_as_long_as_its_algorithm_wants(path: Path, ea: str) -> None:
    path.write_text(TOML.replace('ea = "11"', f'ea = "{ea}"'))
    config = read_config(path)
    assert ea in DKGA_ALGORITHMS[config.sts.dkga]
    write_secret(config.keys.file, Secret(bytes(KEY_OCTETS[ea])))
    assert read_seed(config).manufactured == 1795219200
    config.keys.file.unlink()
    write_secret(config.keys.file, Secret(bytes(KEY_OCTETS[ea] + 1)))
    with pytest.raises(SettingsError, match=f"ea {ea} takes {KEY_OCTETS[ea]}"):
        read_seed(config)
