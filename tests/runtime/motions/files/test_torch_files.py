"""Motions in what torch saved: arrays alone, whatever else lies in the file."""

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch

from mimo_runtime.body.rotations import from_axis_angle
from mimo_runtime.errors import MediaError
from mimo_runtime.motions.files.source import read_motion
from tests.runtime.motions.people import FRAMES
from tests.runtime.motions.read_motions import RATE, assert_same, fitted
from tests.runtime.motions.smpl_motions import gvhmr, smpl_arrays_of_walker

WALK = smpl_arrays_of_walker()
POSES, PATH = np.asarray(WALK["poses"]), np.asarray(WALK["trans"])


def tensors(content: object) -> object:
    """`content` with tensors for its arrays."""
    if isinstance(content, dict):
        return {key: tensors(value) for key, value in content.items()}
    return torch.tensor(content) if isinstance(content, np.ndarray) else content


@pytest.mark.parametrize("is_old", [False, True], ids=["archive", "older file"])
@pytest.mark.parametrize("name", ["hmr4d_results.pt", "a.pth", "a.pkl"])
def test_what_torch_saved_is_read(tmp_path: Path, name: str, is_old: bool) -> None:
    path = tmp_path / name
    torch.save(tensors(gvhmr()), path, _use_new_zipfile_serialization=not is_old)
    assert_same(fitted(path, RATE))


def test_tensors_that_are_views_and_of_other_types(tmp_path: Path) -> None:
    whole = torch.tensor(np.concatenate([POSES, PATH], axis=1), dtype=torch.float32)
    torch.save({"poses": whole[:, :72], "trans": whole.t()[72:].t(), "fps": torch.tensor(30)},
               tmp_path / "a.pt")  # fmt: skip
    assert_same(fitted(tmp_path / "a.pt"))


@pytest.mark.parametrize("name", ["a.pkl", "a.npy", "a.npz"])
def test_tensors_in_other_pickles_are_read(tmp_path: Path, name: str) -> None:
    """As TRAM writes a dict of tensors by NumPy."""
    matrices = from_axis_angle(POSES.reshape(FRAMES, 24, 3))
    content = tensors({"pred_rotmat": matrices, "pred_trans": PATH[:, None]})
    path = tmp_path / name
    if name == "a.pkl":
        path.write_bytes(pickle.dumps(content))
    elif name == "a.npy":
        np.save(path, content, allow_pickle=True)  # type: ignore[arg-type]
    else:
        np.savez(path, results=np.array(content, object))
    assert_same(fitted(path, RATE))


class Bomb:
    def __reduce__(self) -> tuple:
        return (Path.touch, (Path("/tmp/exploded-by-a-tensor"),))


@pytest.mark.parametrize("is_old", [False, True])
def test_a_file_of_torch_runs_nothing(tmp_path: Path, is_old: bool) -> None:
    torch.save({"poses": torch.tensor(POSES), "x": Bomb()}, tmp_path / "a.pt",
               _use_new_zipfile_serialization=not is_old)  # fmt: skip
    with pytest.raises(MediaError, match=r"no file of plain arrays .*open it with torch\.load"):
        read_motion(tmp_path / "a.pt")
    assert not Path("/tmp/exploded-by-a-tensor").exists()


@pytest.mark.parametrize("is_old", [False, True])
@pytest.mark.parametrize("share", [0.01, 0.3, 0.7, 0.999])
def test_a_file_of_torch_that_is_cut_off_is_a_sentence(
    tmp_path: Path, share: float, is_old: bool
) -> None:
    path = tmp_path / "a.pt"
    torch.save(tensors(gvhmr()), path, _use_new_zipfile_serialization=not is_old)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(MediaError):
        read_motion(path)
