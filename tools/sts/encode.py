"""`splitmeter sts encode`: the digits of tokens, one token a line."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence

from link.terms import is_digits
from meter.sts import (
    TID_LIMIT,
    AmountError,
    ClearCredit,
    ClearTamperCondition,
    CurrencyCredit,
    DecoderKey,
    EncryptionAlgorithm,
    ExtendedSet,
    Management,
    MeterTest,
    NewKey,
    SetMaximumPhasePowerUnbalanceLimit,
    SetMaximumPowerLimit,
    SetTariffRate,
    SetWaterMeterFactor,
    Token,
    UnitsCredit,
    currency_field,
    key_sections,
    units_field,
    write_token,
)
from meter.sts.derivation import SGC_DIGITS
from tools.exits import Exit, Stop
from tools.sts.arguments import (
    Command,
    add_ea,
    add_range,
    add_secret,
    decoder_key,
    number,
    whole,
)
from tools.sts.decode import describe

CONTROL_BITS = {2: 36, 4: 28}
"""Tests that a class 1 token has room for, by the digits of the maker's code."""

_MANAGED = (
    SetMaximumPowerLimit,
    ClearCredit,
    SetTariffRate,
    ClearTamperCondition,
    SetMaximumPhasePowerUnbalanceLimit,
    SetWaterMeterFactor,
    ExtendedSet,
)
MANAGED: dict[int, Callable[[int, int, int], Management]] = {k.subclass: k for k in _MANAGED}
"""Class 2 tokens that carry a raw field, by subclass."""


def _add_key(parser: ArgumentParser) -> None:
    add_ea(parser)
    add_secret(parser, "--key", "decoder key: 16 hex digits for ea 07, 32 for 11")
    _add_json(parser)


def _add_json(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="an object with every field")


def _add_subclass(parser: ArgumentParser, subclasses: Sequence[int]) -> None:
    parser.add_argument(
        "--subclass", required=True, type=int, choices=subclasses, help="which token of the class"
    )


def _add_tid(parser: ArgumentParser) -> None:
    add_range(parser, "--tid", 0, TID_LIMIT - 1, "token identifier: minutes since the base date")


def _add_rnd(parser: ArgumentParser) -> None:
    add_range(parser, "--rnd", 0, 15, "random number of 4 bits")


def _tell(args: Namespace, token: Token, key: DecoderKey | None) -> int:
    digits = write_token(token, key)
    print(json.dumps({"token": digits} | describe(token)) if args.json else digits)
    return Exit.DONE


def _units_arguments(parser: ArgumentParser) -> None:
    _add_key(parser)
    _add_subclass(parser, range(4))
    _add_tid(parser)
    _add_rnd(parser)
    parser.add_argument(
        "value", type=whole, metavar="VALUE", help="in 0.1 kWh, m3 or minutes; rounded up"
    )


def _units(args: Namespace) -> int:
    field = _coded(units_field, args.value)
    token = UnitsCredit(args.subclass, args.rnd, args.tid, field)
    return _tell(args, token, decoder_key(args))


def _currency_arguments(parser: ArgumentParser) -> None:
    _add_key(parser)
    _add_subclass(parser, range(4, 8))
    _add_tid(parser)
    parser.add_argument(
        "value", type=whole, metavar="VALUE", help="in 10^-5 of the currency; rounded up"
    )


def _currency(args: Namespace) -> int:
    token = CurrencyCredit(args.subclass, args.tid, _coded(currency_field, args.value))
    return _tell(args, token, decoder_key(args))


def _coded(code: Callable[[int], int], value: int) -> int:
    try:
        return code(value)
    except AmountError as error:
        raise Stop(str(error)) from None


def _class2_arguments(parser: ArgumentParser) -> None:
    _add_key(parser)
    _add_subclass(parser, tuple(MANAGED))
    _add_tid(parser)
    _add_rnd(parser)
    parser.add_argument(
        "field", type=number(0, 0xFFFF), metavar="FIELD", help="the raw 16 bits, decimal or 0x"
    )


def _class2(args: Namespace) -> int:
    token = MANAGED[args.subclass](args.rnd, args.tid, args.field)
    return _tell(args, token, decoder_key(args))


def _test_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "test", type=number(0, max(CONTROL_BITS.values())), metavar="N", help="0 asks for all tests"
    )
    parser.add_argument(
        "--mfr-digits", type=int, choices=tuple(CONTROL_BITS), default=2, help="default: 2"
    )
    parser.add_argument(
        "--mfr", type=number(0, 9999), default=0, metavar="CODE", help="default: 0, every maker"
    )
    _add_json(parser)


def _test(args: Namespace) -> int:
    wide: int = args.mfr_digits
    test: int = args.test
    bits = CONTROL_BITS[wide]
    if test > bits:
        raise Stop(
            f"test {test} is above {bits}, the last one with a maker's code of {wide} digits"
        )
    if args.mfr >= 10**wide:
        raise Stop(f"maker's code {args.mfr} has more than {wide} digits")
    control = 1 << (test - 1) if test else (1 << bits) - 1
    return _tell(args, MeterTest(int(wide == 4), control, args.mfr), None)


def _key_change_arguments(parser: ArgumentParser) -> None:
    _add_key(parser)
    add_secret(parser, "--new-key", "the new decoder key, as long as the old one")
    add_range(parser, "--ken", 0, 255, "key expiry number; 255 is never")
    add_range(parser, "--krn", 1, 9, "key revision number of the new key")
    add_range(parser, "--kt", 0, 3, "key type of the new key")
    add_range(parser, "--ti", 0, 99, "tariff index of the new key")
    add_range(parser, "--ro", 0, 1, "1: the meter empties its TID list")
    parser.add_argument(
        "--sgc", metavar="SGC", help="supply group code, 6 digits; for sets of three and four"
    )
    parser.add_argument(
        "--three", action="store_true", help="a third token tells the sgc (keys of 64 bits)"
    )


def _key_change(args: Namespace) -> int:
    key, new_key = decoder_key(args), decoder_key(args, "--new-key")
    new = NewKey(
        secret=new_key.secret,
        ken=args.ken,
        krn=args.krn,
        kt=args.kt,
        ti=args.ti,
        ro=args.ro,
        sgc=_told_sgc(args),
    )
    sections = key_sections(new)
    tokens = [write_token(section, key) for section in sections]
    if args.json:
        each = [{"token": t} | describe(s) for t, s in zip(tokens, sections, strict=True)]
        print(json.dumps({"tokens": tokens} | _whole(new) | {"sections": each}))
    else:
        print(*tokens, sep="\n")
    return Exit.DONE


def _told_sgc(args: Namespace) -> int | None:
    """Return the supply group code that the set tells: three tokens and four do, two do not."""
    text: str | None = args.sgc
    if text is not None and not is_digits(text, SGC_DIGITS):
        raise Stop(f"--sgc {text} is not {SGC_DIGITS} digits")
    four = args.ea is EncryptionAlgorithm.EA11
    if four and args.three:
        raise Stop("--three is for keys of 64 bits: ea 11 takes four tokens")
    if not four and not args.three:
        return None
    if text is None:
        raise Stop("--sgc is missing: a set of three or four tokens tells it")
    return int(text)


def _whole(new: NewKey) -> dict[str, object]:
    """Return what the sections say together; the key itself is left to them."""
    names = ("ken", "krn", "kt", "ti", "ro", "sgc")
    return {name: getattr(new, name) for name in names}


_KEY_EXAMPLE = "--ea 07 --key 0123456789abcdef"

COMMANDS = (
    Command(
        "units",
        "credit in units of the commodity (class 0)",
        f"units {_KEY_EXAMPLE} --subclass 0 --tid 5871715 --rnd 5 250",
        _units_arguments,
        _units,
    ),
    Command(
        "currency",
        "credit in money (class 0)",
        f"currency {_KEY_EXAMPLE} --subclass 4 --tid 5419321 100000",
        _currency_arguments,
        _currency,
    ),
    Command(
        "class2",
        "management of one meter, with a raw field (class 2)",
        f"class2 {_KEY_EXAMPLE} --subclass 1 --tid 5871715 --rnd 5 0xFFFF",
        _class2_arguments,
        _class2,
    ),
    Command("test", "a test of any meter (class 1)", "test 1", _test_arguments, _test),
    Command(
        "key-change",
        "the two, three or four tokens of a new decoder key (class 2)",
        f"key-change {_KEY_EXAMPLE} --new-key fedcba9876543210 \\\n"
        "    --ken 255 --krn 1 --kt 2 --ti 2 --ro 0",
        _key_change_arguments,
        _key_change,
    ),
)
