"""What a tracker wrote frame by frame is the motion of each whom it followed."""

from pathlib import Path

import joblib
import numpy as np
import pytest

from mimo_runtime.body.rotations import about_axis, from_axis_angle
from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.motions.files.motion_source import ReadOptions
from mimo_runtime.motions.files.source import read_motion
from tests.runtime.motions.people import BODY, FRAMES, limbs_apart_deg, travel_m
from tests.runtime.motions.read_motions import EXPECTED, RATE
from tests.runtime.motions.smpl_motions import smpl_arrays_of_walker

Y_DOWN = about_axis(0, 180.0)
WALK = from_axis_angle(
    np.asarray(smpl_arrays_of_walker(24, Y_DOWN)["poses"]).reshape(FRAMES, 24, 3)
)


def tracked(others: int = 0, lost: tuple[int, ...] = ()) -> dict[str, dict[str, object]]:
    """As PHALP writes it: the walker is number 7, others stand in the first frames."""
    frames: dict[str, dict[str, object]] = {}
    for index, pose in enumerate(WALK):
        seen = [] if index in lost else [(7, pose, 0)]
        if index in lost and index:
            seen = [(7, WALK[index - 1], 1)]  # remembered
        seen += [(number, WALK[0], 0) for number in range(others) if index < 5]
        frames[f"img/{index:06d}.jpg"] = {
            "time": index, "shot": 0, "tid": [number for number, *_ in seen],
            "tracked_time": [unseen for *_, unseen in seen],
            "smpl": [{"global_orient": pose[:1], "body_pose": pose[1:],
                      "betas": np.zeros(10, np.float32)} for _, pose, _ in seen],
            "camera": [np.array([0.1, 0.2, 30 + 9 * np.sin(index)]) for _ in seen],
        }  # fmt: skip
    return frames


def test_one_who_was_followed(tmp_path: Path) -> None:
    joblib.dump(tracked(), tmp_path / "a.pkl", compress=3)
    found = read_motion(tmp_path / "a.pkl", options=RATE).fitted(BODY)
    assert limbs_apart_deg(found.motion, EXPECTED) < 6
    assert np.abs(travel_m(found.motion)).max() < 0.1
    assert "without a path" in found.understood
    assert "not seen" not in found.understood


def test_a_list_of_frames_is_as_a_dict_of_them(tmp_path: Path) -> None:
    joblib.dump(list(tracked().values()), tmp_path / "a.pkl")
    found = read_motion(tmp_path / "a.pkl", options=RATE).fitted(BODY)
    assert limbs_apart_deg(found.motion, EXPECTED) < 6


def test_the_one_seen_longest_is_the_first_of_several(tmp_path: Path) -> None:
    joblib.dump(tracked(others=2), tmp_path / "a.pkl")
    with pytest.raises(InvalidRequestError, match="holds 3 people"):
        read_motion(tmp_path / "a.pkl", options=RATE)
    counts = [
        read_motion(
            tmp_path / "a.pkl", options=ReadOptions(rate_fps=RATE.rate_fps, actor=actor)
        ).person.motion.frame_count
        for actor in (1, 2, 3)
    ]
    assert counts == [FRAMES, 5, 5]


def test_who_is_lost_for_a_while_keeps_the_posture(tmp_path: Path) -> None:
    joblib.dump(tracked(lost=(10, 11, 12)), tmp_path / "a.pkl")
    found = read_motion(tmp_path / "a.pkl", options=RATE).fitted(BODY)
    assert found.motion.frame_count == FRAMES
    assert "not seen in 3 frames, which keep the posture before" in found.understood
    np.testing.assert_array_equal(found.motion.rotations[10], found.motion.rotations[9])


def test_poses_that_do_not_fit_are_a_sentence(tmp_path: Path) -> None:
    frames = tracked()
    frames["img/000003.jpg"]["smpl"] = [{"global_orient": np.eye(3)[None]}]
    joblib.dump(frames, tmp_path / "a.pkl")
    with pytest.raises(MediaError, match="of a tracker, and its poses lack"):
        read_motion(tmp_path / "a.pkl", options=RATE)
