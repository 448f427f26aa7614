"""`mimo serve` in a process of its own."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PROGRAM = "from mimo_runtime.cli import main; main()"


def free_address() -> str:
    """An address of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return f"127.0.0.1:{found.getsockname()[1]}"


def mimo(*arguments: Any) -> list[str]:
    """The command line of `mimo`, by this interpreter."""
    return [sys.executable, "-c", PROGRAM, *map(str, arguments)]


def environment() -> dict[str, str]:
    """This process's, with the source as it is found here."""
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


@contextmanager
def serving(*arguments: Any) -> Iterator["subprocess.Popen[str]"]:
    """A server that has said that it serves, killed at the end of the block if it still runs."""
    process = subprocess.Popen(
        mimo("serve", *arguments), stdout=subprocess.PIPE, text=True, env=environment()
    )
    assert process.stdout is not None
    with process:
        try:
            said = ""
            while not said.startswith("Serving"):
                said = process.stdout.readline()
                assert said, "the server has ended"
            yield process
        finally:
            process.kill()
