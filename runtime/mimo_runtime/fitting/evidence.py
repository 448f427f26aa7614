"""What landmarks say of the body, and how far they are to be believed."""

import numpy as np

from mimo_runtime.analysis.joints import LANDMARK, LANDMARKS
from mimo_runtime.body.skeleton import Array
from mimo_runtime.fitting.banded import smoothed, stiffness_of
from mimo_runtime.fitting.landmark_track import LandmarkTrack
from mimo_runtime.fitting.solve import Targets

UPRIGHT = np.diag([1.0, -1.0, -1.0])  # camera axes to ones with y up, and back
_LANDMARK_HZ = 7.0
_LEAST_SURE = 0.05
_WEIGHTS = {"shoulder": 1, "hip": 1, "elbow": 1, "wrist": 1, "knee": 1, "ankle": 1,
            "heel": 0.6, "foot_index": 0.6, "nose": 0.5, "ear": 0.5}  # fmt: skip
_OTHER_WEIGHT = 0.25
_JUDGED = [LANDMARK[f"{side}_{part}"] for side in ("left", "right")
           for part in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")]  # fmt: skip


def sureness(track: LandmarkTrack) -> Array:
    """float64 [N], how well the joints of the limbs are seen."""
    return np.asarray(track.visibility[:, _JUDGED].mean(axis=1), np.float64)


def targets_of(track: LandmarkTrack, focal_px: float) -> Targets:
    """The landmarks in axes with y up, smoothed over time, gaps filled."""
    count = track.frame_count
    seen = track.visibility.astype(np.float64)
    stiffness = stiffness_of(_LANDMARK_HZ, float(track.rate_fps))
    world = smoothed(
        track.world_m.reshape(count, -1), np.repeat(seen, 3, axis=1), stiffness
    ).reshape(count, -1, 3)
    points = smoothed(
        track.points_px.reshape(count, -1), np.repeat(seen, 2, axis=1), stiffness
    ).reshape(count, -1, 2)
    kinds = np.array([
        next((weight for end, weight in _WEIGHTS.items() if name.endswith(end)), _OTHER_WEIGHT)
        for name in LANDMARKS
    ])  # fmt: skip
    hips = world[:, [LANDMARK["left_hip"], LANDMARK["right_hip"]]].mean(axis=1, keepdims=True)
    rays = (points - np.array(track.size_px) / 2) / focal_px
    return Targets((world - hips) @ UPRIGHT, rays, np.maximum(seen, _LEAST_SURE) * kinds)
