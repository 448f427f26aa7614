"""Clients that others wrote, as `make clients` installs them."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".venv-clients"
SECONDS = 500  # a machine may be busy with much else


def program(name: str) -> Path:
    """A program of `make clients`."""
    found = FOLDER / "bin" / name
    if not found.is_file():
        pytest.skip(f"{name} is not installed (make clients)")
    return found


def triton_python() -> Path:
    """An interpreter that has tritonclient, whose protocol code cannot be loaded beside ours."""
    if not any(FOLDER.glob("lib/*/site-packages/tritonclient")):
        pytest.skip("tritonclient is not installed (make clients)")
    return program("python")


def node(script: Path, *arguments: Any) -> str:
    """What a script of Node says, with grpc-js and proto-loader at hand."""
    if not (shutil.which("node") and (script.parent / "node_modules" / "@grpc").is_dir()):
        pytest.skip("node, or its @grpc/grpc-js, is not installed (make clients)")
    return said("node", script, *arguments)


def said(*command: Any, given: str | None = None) -> str:
    """What a program writes to stdout; its stderr where it fails."""
    ended = subprocess.run(
        [str(part) for part in command], input=given,
        capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout
