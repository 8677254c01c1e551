"""`splitmeter sts luhn` and `splitmeter sts key`: check digits and decoder keys."""

from argparse import ArgumentParser, Namespace

from link.terms import is_digits, luhn_digit
from meter.sts import BaseDate, KeyType
from meter.sts.derivation import DerivationError, Dkga, KeyTerms, derive_key
from tools.exits import Exit, Stop
from tools.sts.arguments import Command, add_ea, add_range, add_secret, member, secret


def _luhn_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("digits", metavar="DIGITS", help="the number without its check digit")


def _luhn(args: Namespace) -> int:
    digits: str = args.digits
    if not is_digits(digits):
        raise Stop(f"{digits!r} is not all decimal digits")
    print(luhn_digit(digits))
    return Exit.DONE


def _key_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--dkga", required=True, type=member(Dkga), metavar="02|04", help="how the key is derived"
    )
    add_secret(parser, "--vk", "vending key: 16 hex digits for dkga 02, 40 for 04")
    parser.add_argument("--pan", required=True, metavar="PAN", help="MeterPAN, 18 digits")
    parser.add_argument("--sgc", required=True, metavar="SGC", help="supply group code, 6 digits")
    add_range(parser, "--ti", 0, 99, "tariff index")
    add_range(parser, "--krn", 1, 9, "key revision number")
    add_range(parser, "--kt", 0, 3, "key type: 1 default, 2 unique, 3 common")
    parser.add_argument(
        "--base", required=True, type=int, choices=tuple(map(int, BaseDate)), help="base date"
    )
    add_ea(parser)


def _key(args: Namespace) -> int:
    vending_key = secret(args, "--vk")
    try:
        terms = KeyTerms(
            pan=args.pan,
            sgc=args.sgc,
            ti=args.ti,
            krn=args.krn,
            kt=KeyType(args.kt),
            base=BaseDate(args.base),
            ea=args.ea,
        )
        print(derive_key(args.dkga, vending_key, terms).reveal().hex())
    except DerivationError as error:
        raise Stop(str(error)) from None
    return Exit.DONE


COMMANDS = (
    Command("luhn", "print the check digit", "luhn 1234567890", _luhn_arguments, _luhn),
    Command(
        "key",
        "print the decoder key of a meter",
        "key --dkga 02 --vk abababababababab --pan 600727000000000009 \\\n"
        "    --sgc 123456 --ti 01 --krn 1 --kt 2 --base 1993 --ea 07",
        _key_arguments,
        _key,
    ),
)
