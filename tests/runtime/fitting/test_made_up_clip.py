"""The fit to what the shipped networks see of a clip whose truth is known; floors, not aims."""

import numpy as np
import pytest

from mimo_runtime.analysis.estimators import open_estimators
from mimo_runtime.analysis.frame import Frame
from mimo_runtime.analysis.joints import LANDMARK
from mimo_runtime.analysis.pose_track import track_pose
from mimo_runtime.analysis.tracks import follow_people
from mimo_runtime.body.shipped import load_body
from mimo_runtime.fitting.landmark_track import gather_landmarks
from mimo_runtime.fitting.motion_fit import fit_motion
from mimo_synthetic.ground_truth.clip import Clip
from mimo_synthetic.ground_truth.spec import ClipSpec

SPEC = ClipSpec("side-step", occluder="moving", seed=1009, frame_count=20)
JOINTS = {"Arm": "shoulder", "ForeArm": "elbow", "Hand": "wrist",
          "UpLeg": "hip", "Leg": "knee", "Foot": "ankle"}  # fmt: skip
SIDES = ("Left", "Right")
NAMES = [side + joint for side in SIDES for joint in JOINTS]
MARKS = [LANDMARK[f"{side.lower()}_{mark}"] for side in SIDES for mark in JOINTS.values()]


def from_hips(joints):
    return joints - joints[:, [3, 9]].mean(axis=1, keepdims=True)


def jitter(joints):
    return np.linalg.norm(np.diff(joints, n=2, axis=0), axis=-1).mean()


@pytest.fixture(scope="module")
def clip():
    return Clip(SPEC)


@pytest.fixture(scope="module")
def frames(clip):
    return list(clip.frames())


@pytest.fixture(scope="module")
def track(frames):
    finders = open_estimators()
    seen = [Frame(frame.pixels, frame.time_s) for frame in frames]
    people = list(follow_people(seen, finders.people, finders.bodies))
    bodies = [one.body for one in track_pose(seen, people, 1, finders.bodies)]
    return gather_landmarks(bodies, SPEC.rate_fps, (SPEC.size_px, SPEC.size_px))


def test_joints_and_their_jitter(clip, frames, track):
    fit = fit_motion(track, load_body())
    places = [fit.body.skeleton.index(name) for name in NAMES]
    placed = fit.motion.placed(fit.body.skeleton).joints_m[:, places]
    found = np.stack([fit.cameras.at(i).to_camera(one) for i, one in enumerate(placed)])
    flat = np.stack([fit.cameras.at(i).project(one)[0] for i, one in enumerate(placed)])
    truth = np.stack([frame.camera.to_camera(frame.joints_m[places]) for frame in frames])
    height_m = clip.actor.person.height_m
    off = np.linalg.norm(from_hips(found) - from_hips(truth), axis=-1).mean(axis=1) / height_m
    assert np.median(off) < 0.04
    height_px = height_m * frames[0].camera.focal_px / truth[..., 2].mean()
    true_px = np.stack([frame.joints_px[places] for frame in frames])
    assert np.median(np.linalg.norm(flat - true_px, axis=-1)) < 0.025 * height_px
    assert jitter(from_hips(found)) < 0.4 * jitter(from_hips(track.world_m[:, MARKS]))
