"""Where the log goes while the screen has the terminal."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def log_aside() -> Iterator[None]:
    """Keep the log off the screen, which Textual draws on stderr.

    Where stderr is no terminal the log goes on there, and the screen is drawn on what stdout is;
    otherwise the log goes nowhere.
    """
    descriptor = sys.stderr.fileno()
    was = os.dup(descriptor)
    aside = os.dup(was) if not os.isatty(was) else os.open(os.devnull, os.O_WRONLY)
    os.dup2(sys.stdout.fileno(), descriptor)
    with os.fdopen(aside, "w", buffering=1) as log:
        moved = [(handler, handler.setStream(log)) for handler in _stream_handlers()]
        try:
            yield
        finally:
            for handler, stream in moved:
                handler.setStream(stream or sys.stderr)
            os.dup2(was, descriptor)
            os.close(was)


def _stream_handlers() -> list["logging.StreamHandler[TextIO]"]:
    handlers = logging.getLogger().handlers
    return [each for each in handlers if isinstance(each, logging.StreamHandler)]
