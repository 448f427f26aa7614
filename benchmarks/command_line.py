"""The command that made a report, as it would be typed on any machine."""

import sys
from pathlib import Path


def command_line(module: str) -> str:
    """`python -m benchmarks.MODULE` with the arguments of this process.

    Of an absolute path its name alone stands there: where it lay means nothing elsewhere.
    """
    return " ".join([f"python -m benchmarks.{module}", *map(_without_place, sys.argv[1:])])


def _without_place(word: str) -> str:
    option, equals, value = word.rpartition("=")
    return f"{option}{equals}{Path(value).name}" if Path(value).is_absolute() else word
