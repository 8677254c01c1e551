"""`splitmeter sts` as other people's scripts use it: digits, JSON, statuses, one-line errors."""

import io
import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from link.settings import SECRET_OCTETS
from meter.sts import Envelope
from meter.sts.checksum import checksum
from tools import cli
from tools.sts import COMMANDS, encode

VECTORS = Path(__file__).parent.parent / "vectors"
TOKENS = json.loads((VECTORS / "tokens.json").read_text())
CLASS_1 = json.loads((VECTORS / "class1.json").read_text())

KEY = "e653341f9d5bf36f"
LONG_KEY = "f94b6ed353c3bfdb113e2d3a7ea3c41d"
SHORT = ("--ea", "07", "--key", KEY)
TOKEN = "23716100501183194197"
UNITS = ("encode", "units", "--subclass", "0", "--tid", "5871715", "--rnd", "5")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*words: object) -> tuple[int, str, str]:
        status = cli.main(["sts", *map(str, words)])
        found = capsys.readouterr()
        return status, found.out, found.err

    return run


@pytest.fixture
def answer(run: Run) -> Callable[..., str]:
    def answer(*words: object) -> str:
        status, out, err = run(*words)
        assert (status, err) == (0, "")
        return out.rstrip("\n")

    return answer


@pytest.fixture
def refusal(run: Run) -> Callable[..., str]:
    """Return the one line on stderr of a usage error."""

    def refusal(*words: object) -> str:
        status, out, err = run(*words)
        assert (status, out, err.count("\n"), err[-1:]) == (2, "", 1, "\n")
        return err

    return refusal


def key_of(vector: dict) -> tuple[str, ...]:
    return "--ea", vector["ea"], "--key", vector["decoder_key"]


def told(vector: dict, *names: str) -> list[str]:
    return [word for name in names for word in (f"--{name}", str(vector[name]))]


# --- the vectors through the command line


def named(vector: dict) -> str:
    return f"{vector['kind']}-{vector.get('token') or vector['tokens'][0]}"


@pytest.mark.parametrize("vector", TOKENS[::6], ids=named)
def test_key_prints_the_decoder_key(answer: Callable[..., str], vector: dict) -> None:
    words = told(vector, "dkga", "vk", "pan", "sgc", "ti", "krn", "kt", "base", "ea")
    assert answer("key", *words) == vector["decoder_key"]


@pytest.mark.parametrize("vector", [v for v in TOKENS if "token" in v][::3], ids=named)
def test_encode_and_decode_of_vectors(answer: Callable[..., str], vector: dict) -> None:
    names = ["subclass", "tid"] + ["rnd"] * ("rnd" in vector)
    kind = {"management": "class2"}.get(vector["kind"], vector["kind"])
    last = vector["field"] if kind == "class2" else vector["requested"]
    words = ("encode", kind, *key_of(vector), *told(vector, *names), last)
    assert answer(*words) == vector["token"]
    described = json.loads(answer(*words, "--json"))
    assert described == {"token": vector["token"]} | json.loads(
        answer("decode", vector["token"], *key_of(vector))
    )
    expected = {
        name: vector[name] for name in ("class", *names, "field", "value") if name in vector
    }
    assert described | expected == described
    assert described["crc_ok"] is True


@pytest.mark.parametrize("vector", [v for v in TOKENS if "tokens" in v][::2], ids=named)
def test_key_change_prints_the_sets_of_vectors(answer: Callable[..., str], vector: dict) -> None:
    new = vector["new"]
    words = ["encode", "key-change", *key_of(vector), "--new-key", new["decoder_key"]]
    words += [*told(new, "ken", "krn", "ti"), "--kt", "2", "--ro", new["rollover"]]
    words += ["--sgc", vector["sgc"], *["--three"] * new["three_token_set"]]
    assert answer(*words).split("\n") == vector["tokens"]
    whole = json.loads(answer(*words, "--json"))
    assert whole["tokens"] == vector["tokens"]
    for digits, section in zip(vector["tokens"], whole["sections"], strict=True):
        decoded = json.loads(answer("decode", digits, *key_of(vector)))
        assert {"token": digits} | decoded == section


@pytest.mark.parametrize("vector", CLASS_1, ids=lambda v: f"test-{v['test']}")
def test_test_prints_each_class_1_token(answer: Callable[..., str], vector: dict) -> None:
    assert answer("encode", "test", vector["test"]) == vector["subclass_0"]
    assert answer("encode", "test", vector["test"], "--mfr-digits", 4) == vector["subclass_1"]


# --- what decode tells


def test_decode_names_the_fields_of_units(answer: Callable[..., str]) -> None:
    assert json.loads(answer("decode", TOKEN, *SHORT)) == {
        "class": 0,
        "subclass": 0,
        "name": "TransferCredit electricity",
        "crc_ok": True,
        "value": 1,
        "rnd": 5,
        "tid": 5871715,
        "field": 1,
    }


def test_decode_names_the_fields_of_a_test(answer: Callable[..., str]) -> None:
    token = answer("encode", "test", 3, "--mfr-digits", 4, "--mfr", 1234)
    found = json.loads(answer("decode", token))
    assert (found["class"], found["subclass"], found["control"], found["mfr"]) == (1, 1, 4, 1234)


def test_decode_names_the_fields_of_key_sections(answer: Callable[..., str]) -> None:
    key = ("--ea", "11", "--key", LONG_KEY)
    first = json.loads(answer("decode", "34812744915211133004", *key))
    fields = ("ken_high", "krn", "ro", "three", "kt", "key_part")
    assert [first[name] for name in fields] == [15, 1, 0, 0, 2, "b2088343"]
    second = json.loads(answer("decode", "46903925208523674737", *key))
    assert [second[name] for name in ("ken_low", "ti", "key_part")] == [15, 2, "593090d4"]
    third = json.loads(answer("decode", "71464563847088610152", *key))
    fourth = json.loads(answer("decode", "67904239402617643990", *key))
    assert fourth["sgc"] << 12 | third["sgc"] == 123457


@pytest.mark.parametrize("text", ["2371 6100 5011 8319 4197", "2371-6100-5011-8319-4197"])
def test_decode_reads_groups_of_four(answer: Callable[..., str], text: str) -> None:
    assert answer("decode", text, *SHORT) == answer("decode", TOKEN, *SHORT)


def test_decode_without_a_key_says_encrypted(answer: Callable[..., str]) -> None:
    assert json.loads(answer("decode", TOKEN)) == {"class": 0, "encrypted": True}


@pytest.mark.parametrize("at", range(20))
def test_a_wrong_digit_is_refused_with_status_3(run: Run, at: int) -> None:
    wrong = TOKEN[:at] + str((int(TOKEN[at]) + 1) % 10) + TOKEN[at + 1 :]
    status, out, err = run("decode", wrong, *SHORT)
    assert status == 3
    assert json.loads(out)["crc_ok"] in (False, None)
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("token_class", "body", "result", "said"),
    [
        (1, 3 << 44, "FormatError", "the standard reserves"),
        (1, 15 << 44, "FunctionError", "left to the makers"),
    ],
)
def test_a_subclass_without_a_form_is_refused_with_status_3(
    run: Run, token_class: int, body: int, result: str, said: str
) -> None:
    token = Envelope(token_class, body << 16 | checksum(token_class, body)).to_digits()
    status, out, err = run("decode", token)
    told = {"class": token_class, "subclass": body >> 44, "crc_ok": True, "result": result}
    assert (status, json.loads(out)) == (3, told)
    assert said in err


def test_class_3_is_refused_with_status_3(run: Run) -> None:
    status, out, err = run("decode", "73786976294838206463")
    assert (status, json.loads(out)) == (3, {"class": 3, "crc_ok": None, "result": "FormatError"})
    assert "reserves" in err


# --- refusals, one line each


@pytest.mark.parametrize("token", ["", "2371610050118319419", TOKEN + "0", "2371610050118319419x"])
def test_decode_refuses_what_is_not_20_digits(refusal: Callable[..., str], token: str) -> None:
    assert "token" in refusal("decode", token, *SHORT)


@pytest.mark.parametrize("token", ["73786976294838206464", "9" * 20])
def test_decode_refuses_66_bits_and_more(refusal: Callable[..., str], token: str) -> None:
    assert "2^66" in refusal("decode", token, *SHORT)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "required"),
        (("luhn",), "DIGITS"),
        (("luhn", "12a4"), "'12a4' is not all decimal digits"),
        (("luhn", ""), "'' is not all"),
        (("encode",), "required"),
        (("decode", TOKEN, "--ea", "07"), "go together"),
        (("decode", TOKEN, "--key", KEY), "go together"),
        (("decode", TOKEN, "--ea", "09", "--key", KEY), "ea 09 (DEA, deprecated) is not built"),
        ((*UNITS, *SHORT, 18201625), "18201625"),
        ((*UNITS, *SHORT, -1), "-1"),
        ((*UNITS, *SHORT, "1.5"), "'1.5' is not a whole number"),
        ((*UNITS, *SHORT, "١"), "is not a whole number"),
        ((*UNITS, 1), "--ea"),
        ((*UNITS, "--ea", "07", 1), "--key"),
        ((*UNITS, "--ea", "11", "--key", KEY, 1), "8 octets where ea 11 wants 16"),
        ((*UNITS[:-1], 16, *SHORT, 1), "16 is outside 0 to 15"),
        ((*UNITS, "--tid", 1 << 24, *SHORT, 1), "outside 0 to 16777215"),
        ((*UNITS, "--subclass", 4, *SHORT, 1), "--subclass"),
        (("encode", "currency", *SHORT, "--subclass", 4, "--tid", 1, "9" * 40), "9" * 40),
        (("encode", "class2", *SHORT, *UNITS[4:], "--subclass", 3, 1), "--subclass"),
        (("encode", "class2", *SHORT, *UNITS[4:], "--subclass", 1, "0x10000"), "0x10000"),
        (("encode", "test", 37), "37"),
        (("encode", "test", 29, "--mfr-digits", 4), "test 29 is above 28"),
        (("encode", "test", 1, "--mfr", 100), "100 has more than 2 digits"),
    ],
)
def test_a_wrong_argument_is_one_line(
    refusal: Callable[..., str], words: tuple[object, ...], said: str
) -> None:
    assert said in refusal(*words)


DERIVE = {
    "dkga": "02",
    "vk": "ab" * 8,
    "pan": "600727000000000009",
    "sgc": "123456",
    "ti": "01",
    "krn": "1",
    "kt": "2",
    "base": "1993",
    "ea": "07",
}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("dkga", "03", "03 (the STS Association advises against it) is not built"),
        ("dkga", "01", "01 (legacy) is not built"),
        ("dkga", "04", "vending key of 8 octets where dkga 04 wants 20"),
        ("pan", "600727000000000008", "should end in 9"),
        ("sgc", "12345", "not 6 digits"),
        ("ti", "100", "outside 0 to 99"),
        ("krn", "0", "outside 1 to 9"),
        ("kt", "4", "outside 0 to 3"),
        ("kt", "0", "DITK"),
        ("base", "2000", "2000"),
        ("ea", "11", "too short for ea 11"),
    ],
)
def test_key_refuses_what_it_does_not_build(
    refusal: Callable[..., str], name: str, text: str, said: str
) -> None:
    assert said in refusal("key", *told(DERIVE | {name: text}, *DERIVE))


KEY_CHANGE = (
    *("encode", "key-change", "--new-key", "0" * 16, "--ken", 255),
    *("--krn", 1, "--kt", 2, "--ti", 2, "--ro", 0),
)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--three", *SHORT), "--sgc is missing"),
        (("--three", "--sgc", "1234", *SHORT), "--sgc 1234 is not 6 digits"),
        (("--new-key", "0" * 32, *SHORT), "--new-key is a key of 16 octets where ea 07 wants 8"),
        (("--ea", "11", "--key", LONG_KEY, "--new-key", "0" * 32), "--sgc is missing"),
        (("--ea", "11", "--key", LONG_KEY, "--new-key", "0" * 32, "--three"), "takes four tokens"),
        (("--ro", 2, *SHORT), "outside 0 to 1"),
    ],
)
def test_key_change_refuses_what_is_no_set(
    refusal: Callable[..., str], words: tuple[object, ...], said: str
) -> None:
    assert said in refusal(*KEY_CHANGE, *words)


# --- keys from files and standard input


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "decoder.key"
    path.write_text(KEY + "\n")
    path.chmod(0o600)
    return path


def test_a_key_may_stand_in_a_file(answer: Callable[..., str], key_file: Path) -> None:
    assert answer(*UNITS, "--ea", "07", "--key-file", key_file, 1) == TOKEN


def test_a_file_that_others_can_read_is_refused(
    refusal: Callable[..., str], key_file: Path
) -> None:
    key_file.chmod(0o644)
    said = refusal("decode", TOKEN, "--ea", "07", "--key-file", key_file)
    assert "chmod 600" in said
    assert KEY not in said


def test_a_file_that_is_not_there_is_refused(refusal: Callable[..., str], tmp_path: Path) -> None:
    missing = tmp_path / "missing.key"
    assert str(missing) in refusal("decode", TOKEN, "--ea", "07", "--key-file", missing)


def test_keys_come_from_standard_input_line_by_line(
    answer: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [w for w in KEY_CHANGE if w not in ("--new-key", "0" * 16)]
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{KEY}\n060b8643c59a27f1\n"))
    piped = answer(*words, "--ea", "07", "--key-file", "-", "--new-key-file", "-")
    assert piped == answer(*words, *SHORT, "--new-key", "060b8643c59a27f1")


def test_no_more_of_standard_input_is_read_than_a_key_has(
    refusal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = io.StringIO("0" * (1 << 20))
    monkeypatch.setattr("sys.stdin", endless)
    assert "octets" in refusal(*UNITS, "--ea", "07", "--key-file", "-", 1)
    assert endless.tell() <= SECRET_OCTETS


@pytest.mark.parametrize("text", ["", "zz", "e653341f9d5bf36", "e653341f9d5bf36f00"])
def test_a_bad_key_is_never_quoted(refusal: Callable[..., str], text: str) -> None:
    said = refusal(*UNITS, "--ea", "07", f"--key={text}", 1)
    assert "--key" in said
    assert not text or text not in said


def test_a_key_and_its_file_exclude_each_other(refusal: Callable[..., str], key_file: Path) -> None:
    assert "not allowed with" in refusal(*UNITS, *SHORT, "--key-file", key_file, 1)


# --- help


ENCODERS = [("encode", command.name) for command in encode.COMMANDS]
PATHS = [(), ("encode",), *((command.name,) for command in COMMANDS), *ENCODERS]


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_the_example_of_every_help_works(answer: Callable[..., str], path: tuple[str]) -> None:
    text = answer(*path, "--help")
    example = re.sub(r"\\\n", " ", text[text.index("example:\n") + 9 :])
    program, sts, *words = shlex.split(example)
    assert (program, sts, *words[: len(path)]) == ("splitmeter", "sts", *path)
    assert answer(*words)


@pytest.mark.parametrize(
    ("payload", "digit"),
    [("1111111111", "5"), ("1234567890", "3"), ("60072711111111115", "3"), ("0", "0")],
)
def test_luhn_prints_the_check_digit(answer: Callable[..., str], payload: str, digit: str) -> None:
    assert answer("luhn", payload) == digit
