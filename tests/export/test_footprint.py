"""What a pass takes of memory is foreseen, and what it took is given back."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

WITHIN = 0.15


def ask(what: str, folder: Path) -> str:
    path = os.pathsep.join(entry for entry in sys.path if entry)
    return subprocess.check_output(
        [sys.executable, "-m", "tests.export.one_denoiser", what, str(folder)],
        env=os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        text=True,
    )


@pytest.fixture(scope="module")
def denoiser(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A denoiser that takes gigabytes at once, though its weights are small."""
    folder = tmp_path_factory.mktemp("middle")
    ask("export", folder)
    return folder


@pytest.mark.parametrize("engine", ["onnxruntime", "torch"])
def test_a_pass_takes_what_was_foreseen(denoiser: Path, engine: str) -> None:
    """In one of three passes: where a machine is busy, its short peak is missed now and then."""
    passes = []
    for _ in range(3):
        taken, foreseen = map(int, ask(engine, denoiser).split())
        passes.append(taken / foreseen)
        if abs(passes[-1] - 1) < WITHIN:
            return
    pytest.fail(f"taken as a share of what was foreseen: {passes}")
