"""The command line, as `--help` says it."""

from tools import cli


def page() -> str:
    """Print what `--help` says, for every subcommand."""
    parts = ["# The command line", "", "Made by `make docs` from `--help`."]
    for name, text in cli.help_texts():
        parts += ["", f"## {name}", "", "```text", text.rstrip(), "```"]
    return "\n".join(parts)
