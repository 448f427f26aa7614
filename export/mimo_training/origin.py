"""Where weights are from, as their manifest says it."""

import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path


def code() -> str:
    """The version of this program, and the commit where it runs from a checkout."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        said = ""
    return " ".join(filter(None, (version("mimo-runtime"), said)))


def today() -> str:
    """The day, in UTC."""
    return datetime.now(UTC).date().isoformat()
