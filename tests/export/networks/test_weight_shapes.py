"""Shapes that the head of a weight file tells are those that torch reads."""

import os
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from mimo_networks.weight_shapes import table_frames, tensor_shapes
from mimo_networks.weights import read_weights
from tests.golden import GOLDEN

FRAMES_IN_FILE = (
    "import sys; from pathlib import Path; from mimo_networks import weight_shapes as w;\
print(w.table_frames([Path(sys.argv[1])]), 'torch' in sys.modules)"
)


def table(frames: int) -> dict[str, torch.Tensor]:
    return {"a.motion_modules.0.pos_encoder.pe": torch.zeros(1, frames, 8)}


@pytest.mark.parametrize("name", ["denoising_unet.pth", "motion_module.pth", "pose_guider.pth"])
def test_shapes_of_a_released_file(name: str) -> None:
    path = GOLDEN / "weights" / name
    shapes = {key: tuple(tensor.shape) for key, tensor in read_weights(path).items()}
    assert tensor_shapes(path) == shapes != {}


def test_every_way_to_store_a_tensor(tmp_path: Path) -> None:
    tensors = {"half": torch.zeros(2, 3).half(), "brain": torch.zeros(4).bfloat16()}
    wanted = {"half": (2, 3), "brain": (4,)}
    save_file(tensors, tmp_path / "w.safetensors", {"format": "pt"})
    torch.save({"state_dict": tensors}, tmp_path / "nested.pth")
    torch.save({n: torch.nn.Parameter(t) for n, t in tensors.items()}, tmp_path / "parameters.pth")
    for path in tmp_path.iterdir():
        assert tensor_shapes(path) == wanted, path


class Opens:
    """Pickled, it is a call that would leave a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (str(self.path), "w")


def test_a_damaged_or_hostile_file_tells_nothing_and_runs_nothing(tmp_path: Path) -> None:
    (tmp_path / "text.pth").write_text("no weights")
    (tmp_path / "short.safetensors").write_bytes(b"\xff" * 20)
    with zipfile.ZipFile(tmp_path / "hostile.pth", "w") as archive:
        archive.writestr("x/data.pkl", pickle.dumps({"w": Opens(tmp_path / "left")}))
    for path in list(tmp_path.iterdir()):
        assert tensor_shapes(path) == {}
    assert not (tmp_path / "left").exists()


def test_the_last_file_that_has_positions_counts(tmp_path: Path) -> None:
    for name, frames in (("motion", 32), ("denoiser", 16)):
        torch.save(table(frames), tmp_path / name)
    torch.save({"other": torch.zeros(1)}, tmp_path / "without")
    assert table_frames([tmp_path / "motion", tmp_path / "denoiser"]) == 16
    assert table_frames([tmp_path / "motion", tmp_path / "without"]) == 32
    assert table_frames([tmp_path / "without"]) is None


def test_torch_is_not_imported_for_it(tmp_path: Path) -> None:
    torch.save(table(24), tmp_path / "w.pth")
    said = subprocess.check_output(
        [sys.executable, "-c", FRAMES_IN_FILE, str(tmp_path / "w.pth")],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        text=True,
    )
    assert said.split() == ["24", "False"]
