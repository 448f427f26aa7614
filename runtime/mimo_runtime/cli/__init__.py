"""The command `mimo`. Each subcommand is a file; heavy imports wait until one runs."""

from mimo_runtime.cli.main import main

__all__ = ["main"]
