"""The client in an environment that holds its three libraries and nothing else."""

import os
import subprocess
import venv
from importlib.metadata import version
from pathlib import Path

import av
import pytest

from mimo_runtime.client.inputs import Inputs

ROOT = Path(__file__).parents[3]
LIBRARIES = ("grpcio", "protobuf", "googleapis-common-protos")
PROGRAM = """
import sys
from importlib.util import find_spec
from pathlib import Path
from mimo_runtime.client.inputs import Inputs
from mimo_runtime.client.session import synthesize
from mimo_runtime.wire.settings import Settings

address, character, template, output = sys.argv[1:]
assert not [name for name in ("numpy", "av", "onnxruntime", "cv2", "click") if find_spec(name)]
summary = synthesize(
    address, Inputs(Path(character), Path(template)), Settings(steps=1), Path(output), print
)
print(summary.frame_count)
"""


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    libraries = [f"{name}=={version(name)}" for name in LIBRARIES]
    subprocess.run([python, "-m", "pip", "install", "-q", *libraries], check=True)
    return python


def test_a_video_comes_without_any_library_for_pixels(
    bare_python: Path, address: str, inputs: Inputs, tmp_path: Path
) -> None:
    output = tmp_path / "out.mp4"
    paths = os.pathsep.join(str(ROOT / room) for room in ("runtime", "proto"))
    arguments = [address, inputs.character, inputs.template, output]
    run = subprocess.run(
        [bare_python, "-c", PROGRAM, *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    count = int(run.stdout.split()[-1])
    with av.open(output) as file:
        assert len(list(file.decode(video=0))) == count > 0
