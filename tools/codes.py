"""`splitmeter codes`: what a short code of a keypad means, brand by brand."""

import argparse
import json
from typing import TypeAlias

from ciu.profiles import PROFILES, Meaning, Profile, meanings
from tools.exits import Exit, Stop, Subparsers

Found: TypeAlias = tuple[tuple[Profile, Meaning], ...]

_WIDEST = max(len(brand.title) for brand in PROFILES.values())

_EXAMPLE = """\
examples:
  splitmeter codes 804
  splitmeter codes 804 --profile hexing

With --json an array of objects: profile, brand, meaning (its name), text.
"""


def add_parser(subparsers: Subparsers) -> None:
    """Register `codes`."""
    about = "what a short code means, brand by brand"
    parser = subparsers.add_parser("codes", help=about, description=about, epilog=_EXAMPLE)
    parser.add_argument("code", metavar="CODE", help="as it is typed, such as 804 or '#4#'")
    names = ", ".join(PROFILES)
    parser.add_argument("--profile", metavar="NAME", choices=PROFILES, help=f"one of {names}")
    parser.add_argument("--json", action="store_true", help="print a JSON array")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    found = meanings(args.code, args.profile)
    if not found:
        asked = f"profile {args.profile}" if args.profile else "any profile"
        raise Stop(f"{args.code} is no code of {asked}")
    print(_as_json(found) if args.json else _as_text(found))
    return Exit.DONE


def _as_text(found: Found) -> str:
    return "\n".join(f"{brand.title:<{_WIDEST}}  {meaning.text}" for brand, meaning in found)


def _as_json(found: Found) -> str:
    return json.dumps(
        [
            {
                "profile": brand.name,
                "brand": brand.title,
                "meaning": meaning.name,
                "text": meaning.text,
            }
            for brand, meaning in found
        ]
    )
