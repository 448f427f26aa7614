"""Libraries are heard when they warn, we are heard unless we are to be quiet."""

import subprocess
import sys

import pytest

PROGRAM = """
import logging, sys
from mimo_runtime.speech import speak_on_stderr
speak_on_stderr(quiet=bool(sys.argv[1:]))
for name in ("mimo_runtime.engines.choice", "torch._subclasses"):
    logging.getLogger(name).info("%s tells", name)
    logging.getLogger(name).warning("%s warns", name)
"""
WARNINGS = ["mimo_runtime.engines.choice warns", "torch._subclasses warns"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [([], ["mimo_runtime.engines.choice tells", *WARNINGS]), (["quiet"], WARNINGS)],
)
def test_who_is_heard(arguments: list[str], said: list[str]) -> None:
    command = [sys.executable, "-c", PROGRAM, *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stderr.splitlines() == said
