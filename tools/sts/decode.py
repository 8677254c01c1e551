"""`splitmeter sts decode`: what stands in a token, as JSON."""

import json
from argparse import ArgumentParser, Namespace

from link.terms import TOKEN_DIGITS, TokenResult
from meter.sts import (
    CurrencyCredit,
    SetMaximumPhasePowerUnbalanceLimit,
    SetMaximumPowerLimit,
    Token,
    UnitsCredit,
    Unreadable,
    open_envelope,
    read_envelope,
    token_fields,
    token_name,
)
from tools.exits import Exit, Stop
from tools.sts.arguments import Command, add_ea, add_secret, decoder_key

SEPARATORS = str.maketrans("", "", " -")

WHY = {
    TokenResult.CRCError: "the checksum does not match: damaged, or made for another key",
    TokenResult.FormatError: "the token is of a form that the standard reserves",
    TokenResult.FunctionError: "the subclass is left to the makers: what it holds is not known",
}


def describe(token: Token) -> dict[str, object]:
    """Return the fields of a token by their names on the command line; a key part is hex."""
    names: dict[str, object] = {
        "class": token.token_class,
        "subclass": token.subclass,
        "name": token_name(token),
        "crc_ok": True,
    }
    return names | _value(token) | _fields(token)


def _fields(token: Token) -> dict[str, object]:
    fields: dict[str, object] = dict(token_fields(token))
    match fields.get("key_part"):
        case int(part):
            fields["key_part"] = f"{part:08x}"
    return fields


def _value(token: Token) -> dict[str, object]:
    """Return the decoded amount: base units, 10^-5 of the currency, or W."""
    match token:
        case UnitsCredit() | CurrencyCredit():
            return {"value": token.amount}
        case SetMaximumPowerLimit() | SetMaximumPhasePowerUnbalanceLimit():
            return {"value": token.power_w}
        case _:
            return {}


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("token", metavar="TOKEN", help="20 digits; spaces and hyphens may stand in")
    add_ea(parser, required=False)
    add_secret(parser, "--key", "decoder key, needed for class 0 and 2", required=False)


def _decode(args: Namespace) -> int:
    text: str = args.token
    digits = text.translate(SEPARATORS)
    envelope = open_envelope(digits)
    if isinstance(envelope, Unreadable):
        if len(digits) != TOKEN_DIGITS:
            raise Stop(f"a token has {TOKEN_DIGITS} digits, not {len(digits)}")
        raise Stop("the token is not a decimal number below 2^66")
    has_key = args.key is not None or args.key_file is not None
    if has_key != (args.ea is not None):
        raise Stop("--ea and --key go together: give both, or neither")
    return _tell(read_envelope(envelope, decoder_key(args) if has_key else None))


def _tell(found: Token | Unreadable) -> int:
    if not isinstance(found, Unreadable):
        print(json.dumps(describe(found)))
        return Exit.DONE
    if found.result is TokenResult.NotReady:
        print(json.dumps({"class": found.token_class, "encrypted": True}))
        return Exit.DONE
    print(json.dumps(_damage(found)))
    raise Stop(WHY[found.result], Exit.REFUSED)


def _damage(found: Unreadable) -> dict[str, object]:
    """Return what is known of an unreadable token; `crc_ok` is null where it was not checked."""
    told: dict[str, object] = {"class": found.token_class}
    if found.subclass is not None:
        return told | {"subclass": found.subclass, "crc_ok": True, "result": found.result.name}
    crc_ok = False if found.result is TokenResult.CRCError else None
    return told | {"crc_ok": crc_ok, "result": found.result.name}


COMMAND = Command(
    "decode",
    "print what stands in a token, as JSON",
    "decode 23716100501183194197 --ea 07 --key e653341f9d5bf36f",
    _arguments,
    _decode,
)
