"""`python -m tools.docs`: write the generated files of docs/, or tell which are not current."""

import logging
import os
import sys

from link.arguments import Parser
from tools.docs.files import generated
from tools.docs.rooms import ROOT


def main(argv: list[str] | None = None) -> int:
    """Write what is not current, or with --check only name it (status 1)."""
    parser = Parser(prog="python -m tools.docs", description="write the generated files of docs/")
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 if stale")
    check = parser.parse_args(argv).check
    os.environ.pop("NO_COLOR", None)  # a picture has its colours, whatever this terminal has
    logging.disable()  # the meter that falls silent for a picture is meant to
    stale = [(p, text) for p, text in generated() if not p.exists() or p.read_text() != text]
    for path, text in stale:
        if check:
            print(f"{path.relative_to(ROOT)} is not current: run make docs", file=sys.stderr)
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
