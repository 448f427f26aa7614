"""tritonclient does the whole job: from a picture and a plain video to frames."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mimo_runtime.sample import CHARACTER
from mimo_runtime.serving.local import LocalServer
from tests.runtime.serving.inference import model_of
from tests.runtime.serving.test_driving import FRAMES, driving, server  # noqa: F401

CLIENT = Path(__file__).resolve().parents[2] / "triton" / "client.py"


def python() -> str | None:
    """An interpreter that has tritonclient: of `MIMO_TRITON_PYTHON`, or this one."""
    found = importlib.util.find_spec("tritonclient")
    return os.environ.get("MIMO_TRITON_PYTHON", sys.executable if found else None)


@pytest.mark.skipif(python() is None, reason="needs tritonclient[grpc], here or in its own place")
def test_tritonclient(server: LocalServer, driving: Path) -> None:  # noqa: F811
    command = [python(), CLIENT, server.address, CHARACTER, driving, model_of(server.address)]
    ended = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=500, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    said = json.loads(ended.stdout)
    assert (said["live"], said["ready"], said["decoupled"]) == (True, True, True)
    assert (said["server"], said["outputs"]) == ("mimo-runtime", ["frames"])
    assert said["shapes"] == [[1, 192, 192, 3]] * FRAMES
    assert said["error"][0] == "StatusCode.INVALID_ARGUMENT"
    assert "steps" in said["error"][1]
    assert len(said["means"]) == FRAMES
    assert said["whole"] == said["means"]
    assert said["counted"] == [2, 1]
    assert all(0 < mean < 255 for mean in said["means"])
