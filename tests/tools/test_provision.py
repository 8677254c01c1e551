"""Laws of provisioning: what is written, what is said, what is refused, all or nothing."""

import hashlib
import json
import tomllib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ciu.config import read_config as read_ciu_config
from ciu.state import CiuState
from link.durable import StoreFull
from link.secret import Secret
from link.settings import read_secret, read_settings, write_secret
from link.terms import meter_pan
from meter.config import MeterConfig, read_config, read_seed
from meter.sts import Commodity, DecoderKey, EncryptionAlgorithm, UnitsCredit, read_token
from tools.cli import main
from tools.provision.making import make_meters
from tools.provision.order import Order
from tools.register import MeterRecord, Register

from .faults import FullAtCommit
from .vending import NOON

Splitmeter = Callable[..., Any]
Numbers = Callable[..., str]

FIELDS = [
    "drn", "pan", "config", "listen", "address", "pairing_code", "system_title",
    "sgc", "krn", "ti", "kt", "base", "dkga", "ea",
]  # fmt: skip
TEST_KEY_FIELDS = ["vending_key", "decoder_key", "management"]
VENDING_KEY = {"02": "abababababababab", "04": "abababababababab949494949494949401234567"}


@pytest.fixture
def provision(splitmeter: Splitmeter, tmp_path: Path, drn: Numbers) -> Splitmeter:
    """Provision one meter of serial 1 into tmp_path/lab, unless told otherwise."""

    def run(*words: object, drns: Sequence[str] = (), listen: str = "pty:///tmp/line") -> Any:
        meters = [word for each in drns or [drn(1)] for word in ("--drn", each)]
        return splitmeter(
            "provision", "--dir", tmp_path / "lab", *meters, "--listen", listen, *words
        )

    return run


def content(folder: Path) -> dict[str, bytes]:
    """Every file below a folder but the register, whose rows are compared by themselves."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path): path.read_bytes() for path in files if not path.name.startswith("vend.db")}


def registered(folder: Path) -> tuple[str, ...]:
    with Register.open(folder / "vend.db") as register:
        return register.meters()


def one_line(ran: Any, status: int) -> str:
    assert (ran.status, ran.out, ran.err.count("\n")) == (status, "", 1)
    return str(ran.err)


def test_json_has_exactly_these_fields_in_this_order(provision: Splitmeter, drn: Numbers) -> None:
    numbers = [drn(1), drn(2, "0123")]
    made = json.loads(provision("--test-keys", "--json", drns=numbers).out)
    assert [list(one) for one in made] == [FIELDS + TEST_KEY_FIELDS] * 2
    assert list(made[0]["management"]) == ["guek", "gak"]
    assert [one["drn"] for one in made] == numbers
    assert [one["pan"] for one in made] == [meter_pan(number) for number in numbers]


def test_json_of_real_keys_shows_none(provision: Splitmeter, tmp_path: Path) -> None:
    file = tmp_path / "vk"
    write_secret(file, Secret.from_hex(VENDING_KEY["04"]))
    ran = provision("--vk-file", file, "--json")
    assert [list(one) for one in json.loads(ran.out)] == [FIELDS]
    assert VENDING_KEY["04"] not in ran.out + ran.err


def test_text_tells_the_next_command_and_no_key(provision: Splitmeter, tmp_path: Path) -> None:
    said = provision("--test-keys").out
    assert f"splitmeter meter --config {tmp_path}/lab/" in said
    for file in (tmp_path / "lab").rglob("*.key"):
        assert file.read_text().strip() not in said


def test_secrets_are_for_the_owner_alone(lab: Path) -> None:
    open_to_others = {"meter.toml", "ciu.toml"}
    for path in (lab, *lab.rglob("*")):
        wanted = 0o700 if path.is_dir() else 0o644 if path.name in open_to_others else 0o600
        assert path.stat().st_mode & 0o777 == wanted, path


def test_both_sides_have_the_same_pair_keys(lab: Path, drn: Numbers) -> None:
    ciu = tomllib.loads((lab / "ciu.toml").read_text())
    meter_side = tomllib.loads((lab / drn(1) / "link.keys").read_text())
    ciu_side = tomllib.loads((lab / ciu["meter"][0]["keys"]).read_text())
    assert (
        meter_side["slot0_guek"] == ciu_side["guek"] != ciu_side["gak"] == meter_side["slot0_gak"]
    )
    assert meter_side["slot0_title"] == ciu["ciu"]["system_title"]
    assert all(len(bytes.fromhex(key)) == 16 for key in ciu_side.values())


def test_the_meter_keeps_the_scrypt_of_its_label(lab: Path, drn: Numbers) -> None:
    code = (lab / drn(1) / "pairing.code").read_text().strip()
    kept = tomllib.loads((lab / drn(1) / "link.keys").read_text())["pairing"]
    due = hashlib.scrypt(code.encode(), salt=drn(1).encode(), n=2**14, r=8, p=1, dklen=32)
    assert kept == due.hex()


def test_unpaired_meters_share_no_key_with_the_ciu(provision: Splitmeter, tmp_path: Path) -> None:
    provision("--test-keys", "--unpaired")
    assert "slot0" not in next((tmp_path / "lab").rglob("link.keys")).read_text()
    assert not (tmp_path / "lab" / "keys").exists()
    assert "keys" not in tomllib.loads((tmp_path / "lab/ciu.toml").read_text())["meter"][0]


@pytest.mark.parametrize(
    ("dkga", "ea", "base"), [("02", "07", 1993), ("04", "07", 2035), ("04", "11", 2014)]
)
def test_the_meter_takes_its_files_and_anybody_can_derive_its_key(
    provision: Splitmeter, splitmeter: Splitmeter, dkga: str, ea: str, base: int
) -> None:
    words = ("--dkga", dkga, "--ea", ea, "--base", base, "--sgc", "000017", "--krn", 3)
    ran = provision("--test-keys", "--lab", "--json", "--ti", "07", *words)
    (made,) = json.loads(ran.out)
    seed = read_seed(read_config(Path(made["config"])))
    key = splitmeter(
        "sts", "key", "--kt", made["kt"], "--vk", made["vending_key"], "--ti", made["ti"],
        "--pan", made["pan"], *words,
    )  # fmt: skip
    assert seed.key.reveal().hex() == made["decoder_key"] == key.out.strip()
    assert (seed.drn, seed.pan, seed.sgc, seed.ti) == (made["drn"], made["pan"], "000017", "07")
    assert seed.manufactured == midnight(datetime(2026, 11, 21, tzinfo=UTC))


def midnight(moment: datetime) -> int:
    return int(datetime(moment.year, moment.month, moment.day, tzinfo=UTC).timestamp())


def test_lab_is_written_and_said(provision: Splitmeter, tmp_path: Path, drn: Numbers) -> None:
    secured, unsecured = provision("--test-keys"), provision("--lab", drns=[drn(2)])
    configs = [tmp_path / "lab" / number / "meter.toml" for number in (drn(1), drn(2))]
    assert [read_settings(c, MeterConfig).meter.lab for c in configs] == [False, True]
    assert (secured.err, "security is off" in unsecured.err) == ("", True)


def test_a_vending_key_on_stdin_is_taken(
    provision: Splitmeter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "line"
    file.write_text(VENDING_KEY["02"] + "\n")
    with file.open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert provision("--vk-file", "-", "--dkga", "02", "--ea", "07").status == 0
    kept = read_secret(tmp_path / "lab/keys.vend/123456-1-02.key")
    assert kept == Secret.from_hex(VENDING_KEY["02"])


def test_a_later_call_adds_to_the_ciu_and_uses_the_keys_of_the_group(
    provision: Splitmeter, tmp_path: Path, drn: Numbers
) -> None:
    (first,) = json.loads(provision("--test-keys", "--json").out)
    ciu = tmp_path / "lab" / "ciu.toml"
    ciu.write_text(ciu.read_text() + "# mine\n")
    ciu.chmod(0o600)
    before = ciu.read_text()
    (later,) = json.loads(provision("--test-keys", "--json", drns=[drn(2)]).out)
    assert later["vending_key"] == first["vending_key"]
    assert ciu.read_text().startswith(before)
    assert ciu.stat().st_mode & 0o777 == 0o600
    names = [meter["name"] for meter in tomllib.loads(ciu.read_text())["meter"]]
    assert names == ["House 1", "House 2"]
    assert registered(tmp_path / "lab") == (drn(1), drn(2))


def test_a_unit_whose_store_was_lost_gets_no_more_meters(
    provision: Splitmeter, tmp_path: Path, drn: Numbers
) -> None:
    assert provision("--test-keys").status == 0
    state = tmp_path / "lab" / "ciu.db"
    CiuState.open(state).close()
    before = (tmp_path / "lab" / "ciu.toml").read_text()
    for lose in (lambda: state.write_bytes(b""), state.unlink):
        lose()
        ran = provision("--test-keys", drns=[drn(2)])
        assert (ran.status, ran.err.count("\n"), "ciu begin" in ran.err) == (1, 1, True)
    assert not state.exists()
    assert (tmp_path / "lab" / "ciu.toml").read_text() == before
    assert registered(tmp_path / "lab") == (drn(1),)


def test_no_two_meters_share_a_secret(provision: Splitmeter, tmp_path: Path, drn: Numbers) -> None:
    provision("--test-keys", drns=[drn(1), drn(2)])
    ours, theirs = (
        {
            (folder / "decoder.key").read_text(),
            (folder / "pairing.code").read_text(),
            *tomllib.loads((folder / "link.keys").read_text()).values(),
        }
        for folder in (tmp_path / "lab" / drn(1), tmp_path / "lab" / drn(2))
    )
    title = tomllib.loads((tmp_path / "lab/ciu.toml").read_text())["ciu"]["system_title"]
    assert ours & theirs == {title}


REFUSED = {
    "wrong check digit": (["--drn", "11111111113"], "should end in 5"),
    "no number": (["--drn", "1234"], "not 11 or 13 digits"),
    "same number twice": (["--drn", "12345678903", "--drn", "12345678903"], "twice"),
    "key too short for ea": (["--test-keys", "--dkga", "02"], "too short for --ea 11"),
    "algorithm advised against": (["--dkga", "03"], "choose from"),
    "group of five digits": (["--sgc", "12345"], "not 6 digits"),
    "tariff of one digit": (["--ti", "1"], "not 2 digits"),
    "revision 0": (["--krn", "0"], "choose from"),
    "no day": (["--manufactured", "2026-02-30"], "no date"),
    "a price without a currency": (["--test-keys", "--price", "5"], "go together"),
    "a currency without a price": (["--test-keys", "--currency", "KES"], "go together"),
    "a currency that is no name": (["--currency", "K3S"], "no name of 1 to 8 letters"),
    "a price too fine": (["--price", "1.000001"], "more than 5 decimals"),
    "a price that no meter takes": (
        ["--test-keys", "--currency", "KES", "--price", "42949.67296"],
        "--price is above 42949.67295",
    ),
    "a house too fast": (["--scale", "1000001"], "no whole number from 1 to 1000000"),
    "a house that stands still": (["--scale", "0"], "no whole number from 1 to 1000000"),
    "a key for magnetic cards": (["--test-keys", "--kt", "3"], "choose from"),
    "a vending key for the maker's own": (["--kt", "0", "--vk-file", "x"], "leave out --vk-file"),
    "unknown commodity": (["--commodity", "steam"], "choose from"),
    "no vending key": ([], "add --test-keys or --vk-file"),
    "both kinds of key": (["--test-keys", "--vk-file", "x"], "not allowed with"),
    "no such key file": (["--vk-file", "/nowhere/vk"], "/nowhere/vk"),
    "unknown placeholder": (["--test-keys", "--listen", "pty:///tmp/{x}"], "{drn} and {n}"),
    "unknown medium": (["--test-keys", "--listen", "udp://h:1"], "udp"),
    "one process only": (["--test-keys", "--listen", "memory://a"], "one process"),
    "no port": (["--test-keys", "--listen", "tcp://127.0.0.1"], "port"),
    "bad place of the ciu": (["--test-keys", "--connect", "pty://x"], "absolute path"),
}


@pytest.mark.parametrize(("words", "says"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_leaves_nothing(
    provision: Splitmeter, tmp_path: Path, words: list[str], says: str
) -> None:
    assert says in one_line(provision(*words), 2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("dkga", ["02", "04"])
def test_a_vending_key_must_have_the_right_length(
    provision: Splitmeter, tmp_path: Path, dkga: str
) -> None:
    write_secret(tmp_path / "vk", Secret.from_hex(VENDING_KEY["04" if dkga == "02" else "02"]))
    ran = provision("--vk-file", tmp_path / "vk", "--dkga", dkga, "--ea", "07")
    assert "octets" in one_line(ran, 2)


def test_a_vending_key_that_others_can_read_is_refused(
    provision: Splitmeter, tmp_path: Path
) -> None:
    write_secret(tmp_path / "vk", Secret.from_hex(VENDING_KEY["04"]))
    (tmp_path / "vk").chmod(0o640)
    assert "chmod 600" in one_line(provision("--vk-file", tmp_path / "vk"), 2)


def test_existing_keys_are_never_overwritten(
    provision: Splitmeter, tmp_path: Path, drn: Numbers
) -> None:
    provision("--test-keys")
    before = content(tmp_path)
    again = provision("--test-keys", drns=[drn(2), drn(1)])
    assert "not overwritten" in one_line(again, 2)
    assert (content(tmp_path), registered(tmp_path / "lab")) == (before, (drn(1),))


def test_a_group_keeps_its_vending_key(provision: Splitmeter, tmp_path: Path, drn: Numbers) -> None:
    file = tmp_path / "vk"
    write_secret(file, Secret.from_hex(VENDING_KEY["04"]))
    provision("--vk-file", file)
    assert "no test key" in one_line(provision("--test-keys", drns=[drn(2)]), 2)
    file.unlink()
    write_secret(file, Secret.from_hex(VENDING_KEY["04"][::-1]))
    assert "another vending key" in one_line(provision("--vk-file", file, drns=[drn(2)]), 2)
    assert provision(drns=[drn(2)]).status == 0


def obstacles(lab: Path, number: str) -> dict[str, Callable[[], object]]:
    """What may stand in the way at each step, in the order of the steps."""
    return {
        "ciu.toml is damaged": lambda: (lab / "ciu.toml").write_text("[ciu"),
        "the meter is in the register": lambda: _enter(lab, number),
        "the folder of pair keys is a file": lambda: (lab / "keys").write_text(""),
        "a pair key is there": lambda: (_folder(lab / "keys") / number).write_text(""),
        "a vending key is there": lambda: (
            _folder(lab / "keys.vend") / "123456-1-04.key"
        ).write_text(""),
        "ciu.toml is a folder": lambda: _folder(lab / "ciu.toml"),
    }


def _folder(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


def _enter(lab: Path, number: str) -> None:
    main(["provision", "--dir", str(lab), "--drn", number, "--listen", "pty:///x", "--test-keys"])
    for path in sorted(lab.rglob("*"), reverse=True):
        if path.name != "vend.db":
            path.rmdir() if path.is_dir() else path.unlink()


@pytest.mark.parametrize("name", obstacles(Path(), ""))
def test_a_failure_half_way_leaves_what_was_there(
    provision: Splitmeter, tmp_path: Path, drn: Numbers, name: str
) -> None:
    lab = tmp_path / "lab"
    lab.mkdir(mode=0o700)
    obstacles(lab, drn(2))[name]()
    before = content(lab), sorted(lab.rglob("*"))
    ran = provision("--test-keys", drns=[drn(1), drn(2)])
    assert ran.err.count("\n") == 1
    assert ran.status in (1, 2)
    assert (content(lab), sorted(lab.rglob("*"))) == before


def order(folder: Path, number: str) -> Order:
    made = datetime(2026, 11, 21, tzinfo=UTC).date()
    meter = MeterRecord(number, "123456", 1, 2, "01", 2014, "04", "11", 255, made)
    return Order(folder, (meter,), "pty:///tmp/x", None, None, test=True, lab=True, paired=True)


def test_a_commit_that_fails_takes_the_files_with_it(tmp_path: Path, drn: Numbers) -> None:
    lab = tmp_path / "lab"
    with pytest.raises(StoreFull):
        make_meters(order(lab, drn(1)), NOON, connect=lambda path: FullAtCommit(path, 0))
    assert not lab.exists()
    make_meters(order(lab, drn(1)), NOON)
    before = content(lab)
    with pytest.raises(StoreFull):
        make_meters(order(lab, drn(2)), NOON, connect=lambda path: FullAtCommit(path, 0))
    assert (content(lab), registered(lab)) == (before, (drn(1),))


def test_what_a_killed_process_left_is_cleared_away(
    provision: Splitmeter, lab: Path, drn: Numbers
) -> None:
    _folder(lab / ".provision-left" / drn(3))
    assert provision("--test-keys", drns=[drn(2)]).status == 0
    assert list(lab.glob(".*")) == []


def test_one_folder_is_provisioned_by_one_process_at_a_time(
    provision: Splitmeter, lab: Path, drn: Numbers
) -> None:
    before = content(lab)
    with Register.open(lab / "vend.db"):
        assert "in use" in one_line(provision("--test-keys", drns=[drn(2)]), 1)
    assert content(lab) == before


def test_the_ciu_takes_its_files(lab: Path, drn: Numbers) -> None:
    config = read_ciu_config(lab / "ciu.toml")
    (meter,) = config.meter
    assert (meter.drn, meter.slot, meter.keys) == (drn(1), 0, lab / "keys" / drn(1))
    assert meter.address == read_config(lab / drn(1) / "meter.toml").link.address


def test_a_power_limit_stands_in_the_meters_configuration(
    provision: Splitmeter, drn: Numbers
) -> None:
    for serial, words, limit_w in ((1, (), 0), (2, ("--power-limit", 3_000), 3_000)):
        made = json.loads(
            provision("--test-keys", "--lab", "--json", *words, drns=[drn(serial)]).out
        )
        assert read_config(Path(made[0]["config"])).supply.limit().power_w == limit_w
    assert "no power of 0 to" in one_line(provision("--test-keys", "--power-limit", "-1"), 2)


def test_a_commodity_and_a_currency_stand_in_the_meters_configuration(
    provision: Splitmeter, tmp_path: Path, drn: Numbers
) -> None:
    words = ("--commodity", "water", "--currency", "KES", "--price", "12.345", "--scale", 60)
    (made,) = json.loads(provision("--test-keys", "--lab", "--json", *words).out)
    told = tomllib.loads(Path(made["config"]).read_text())
    assert told["meter"]["commodity"] == "water"
    assert told["account"] == {"mode": "currency", "currency": "KES", "price_e5": 1_234_500}
    assert told["source"]["url"].startswith("simulated://tap?seed=1&scale=60&")
    seed = read_seed(read_config(Path(made["config"])))
    assert (seed.commodity, seed.currency, seed.price_e5) == (Commodity.WATER, "KES", 1_234_500)
    with Register.open(tmp_path / "lab" / "vend.db") as register:
        meter = register.meter(drn(1))
    assert meter is not None
    assert (meter.commodity, meter.currency) == ("water", "KES")


PLACES = {"electricity": "house", "water": "tap", "gas": "stove", "time": "room"}


@pytest.mark.parametrize(("commodity", "place"), PLACES.items())
def test_each_commodity_has_its_simulated_place(
    provision: Splitmeter, commodity: str, place: str
) -> None:
    words = ("--test-keys", "--lab", "--json", "--commodity", commodity)
    (made,) = json.loads(provision(*words).out)
    config = read_config(Path(made["config"]))
    assert config.source.url.startswith(f"simulated://{place}?")
    assert (config.meter.commodity, config.account.mode) == (commodity, "units")


def test_what_is_not_asked_for_is_not_written(lab: Path, drn: Numbers) -> None:
    told = tomllib.loads((lab / drn(1) / "meter.toml").read_text())
    assert "commodity" not in told["meter"]
    assert "account" not in told


def test_a_default_key_is_derived_from_its_own_vending_key(
    provision: Splitmeter, splitmeter: Splitmeter, tmp_path: Path
) -> None:
    (made,) = json.loads(provision("--test-keys", "--lab", "--json", "--kt", 1).out)
    words = ("--dkga", "04", "--ea", "11", "--base", 2014, "--sgc", "123456", "--krn", 1)
    key = splitmeter(
        "sts", "key", "--kt", 1, "--vk", made["vending_key"], "--ti", "01", "--pan", made["pan"],
        *words,
    )  # fmt: skip
    assert made["kt"] == 1
    assert made["decoder_key"] == key.out.strip()
    assert (tmp_path / "lab/keys.vend/123456-1-04-kt1.key").exists()
    assert "key-change" in provision("--test-keys", "--kt", 1, drns=["11111111115"]).out


def test_a_makers_own_key_is_drawn_and_the_register_names_its_file(
    provision: Splitmeter, splitmeter: Splitmeter, tmp_path: Path, drn: Numbers
) -> None:
    made = json.loads(provision("--test-keys", "--json", "--kt", 0, drns=[drn(1), drn(2)]).out)
    assert [one["vending_key"] for one in made] == [None, None]
    assert made[0]["decoder_key"] != made[1]["decoder_key"]
    lab = tmp_path / "lab"
    for one in made:
        kept = read_secret(lab / "keys.vend" / f"{one['drn']}-ditk-1.key")
        assert kept == read_secret(lab / one["drn"] / "decoder.key")
        assert kept.reveal().hex() == one["decoder_key"]
    sold = json.loads(
        splitmeter("vend", "--register", lab / "vend.db", "credit", drn(2), 5, "--json").out
    )
    key = DecoderKey(EncryptionAlgorithm.EA11, Secret.from_hex(made[1]["decoder_key"]))
    assert isinstance(read_token(sold["token"], key), UnitsCredit)


def test_a_makers_own_key_needs_no_vending_key(provision: Splitmeter) -> None:
    ran = provision("--kt", 0)
    assert (ran.status, ran.err) == (0, "")


def test_the_next_command_fits_the_account(provision: Splitmeter, drn: Numbers) -> None:
    words = ("--test-keys", "--currency", "KES", "--price", "20")
    assert f"credit {drn(1)} --currency 25" in provision(*words).out
