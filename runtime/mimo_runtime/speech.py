"""What this program says of what it does; libraries are heard when they warn."""

import logging
import sys


def speak_on_stderr(quiet: bool = False) -> None:
    """Write what is logged to stderr, our own words from what is usual on, or `quiet` as others'.

    Where somebody has decided about the log already, that stands.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_is_worth_saying)
    level = logging.WARNING if quiet else logging.INFO
    logging.basicConfig(format="%(message)s", level=level, handlers=[handler])


def say_nothing(*_progress: object) -> None:
    """Progress for nobody."""


def _is_worth_saying(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or record.name.startswith("mimo_")
