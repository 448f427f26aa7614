"""Arrays without a name, parts of one posture, and other forms of rotations."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mimo_runtime.body.rotations import from_axis_angle, to_quaternion
from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.motions.files.motion_source import ReadOptions
from mimo_runtime.motions.files.source import read_motion
from mimo_runtime.motions.files.unnamed_array import named
from tests.runtime.motions.people import BODY, FRAMES, limbs_apart_deg
from tests.runtime.motions.read_motions import EXPECTED, RATE, assert_same
from tests.runtime.motions.smpl_motions import places_of_walker, smpl_arrays_of_walker

WALK = smpl_arrays_of_walker()
POSES, PATH = np.asarray(WALK["poses"]), np.asarray(WALK["trans"])
MATRICES = from_axis_angle(POSES.reshape(FRAMES, 24, 3))
FINGERS = np.zeros((FRAMES, 90))
PLACES = places_of_walker()


def saved(path: Path, content: Any) -> Path:
    save = np.savez if path.suffix == ".npz" else np.save
    save(path, content)
    return path


@pytest.mark.parametrize("name", ["a.npy", "a.npz"])
@pytest.mark.parametrize(
    "array",
    [POSES, POSES[:, :66], np.concatenate([POSES[:, :66], FINGERS], axis=1),
     MATRICES, MATRICES[:, :22]],
    ids=lambda array: str(array.shape),
)  # fmt: skip
def test_rotations_without_a_name(tmp_path: Path, name: str, array: np.ndarray) -> None:
    source = read_motion(saved(tmp_path / name, array), options=RATE)
    fitted = source.fitted(BODY)
    assert limbs_apart_deg(fitted.motion, EXPECTED) < 6
    assert "without a path" in fitted.understood


@pytest.mark.parametrize("name", ["a.npy", "a.npz"])
@pytest.mark.parametrize("shape", [(FRAMES, 66), (FRAMES, 22, 3), (1, FRAMES, 22, 3)])
def test_joints_without_a_name(tmp_path: Path, name: str, shape: tuple[int, ...]) -> None:
    path = saved(tmp_path / name, PLACES.reshape(shape))
    assert_same(read_motion(path, options=RATE).fitted(BODY).motion, 12.0)


def test_joints_in_another_order_are_no_rotations() -> None:
    order = np.random.default_rng(0).permutation(22)
    assert named(PLACES[:, order].reshape(FRAMES, 66)).shape == (FRAMES, 22, 3)


FORMS: dict[str, Callable[[int], dict[str, Any]]] = {
    "vectors": lambda k: {"global_orient": POSES[k, :3], "body_pose": POSES[k, 3:]},
    "of a batch of one": lambda k: {"poses": POSES[k : k + 1]},
    "matrices": lambda k: {"global_orient": MATRICES[k, :1], "body_pose": MATRICES[k, 1:]},
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("is_list", [False, True])
def test_parts_of_one_posture_are_frames(tmp_path: Path, form: str, is_list: bool) -> None:
    parts = [FORMS[form](k) | {"transl": PATH[k], "betas": np.zeros(10)} for k in range(FRAMES)]
    content = parts if is_list else {f"{k:05d}.jpg": part for k, part in enumerate(parts)}
    path = tmp_path / "a.npy"
    np.save(path, np.array(content, dtype=object), allow_pickle=True)
    fitted = read_motion(path, options=RATE).fitted(BODY)
    assert_same(fitted.motion)
    assert "frames of one person" in fitted.understood


def test_few_parts_are_people_of_a_picture(tmp_path: Path) -> None:
    parts = [FORMS["vectors"](k) for k in range(3)]
    path = tmp_path / "a.npy"
    np.save(path, np.array(parts, dtype=object), allow_pickle=True)
    with pytest.raises(InvalidRequestError, match="3 people; say which actor"):
        read_motion(path, options=RATE)


@pytest.mark.parametrize("is_flat", [False, True])
@pytest.mark.parametrize("is_real_last", [False, True])
def test_quaternions_in_either_order(tmp_path: Path, is_real_last: bool, is_flat: bool) -> None:
    quaternions = np.roll(to_quaternion(MATRICES), -1 if is_real_last else 0, axis=-1)
    path = tmp_path / "a.npz"
    poses = quaternions.reshape(FRAMES, -1) if is_flat else quaternions
    np.savez(path, poses=poses, trans=PATH, fps=np.array(30))
    assert_same(read_motion(path).fitted(BODY).motion)


def test_degrees_are_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, poses=np.degrees(POSES), trans=PATH, fps=np.array(30))
    with pytest.raises(MediaError, match=r"turn by up to 80, .*numpy\.radians"):
        read_motion(path)


def test_other_names_of_other_joints_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, keypoints_3d=np.ones((FRAMES, 17, 3)))
    with pytest.raises(MediaError, match="COCO"):
        read_motion(path, options=ReadOptions(rate_fps=Fraction(30)))
