"""What landmarks say of the body, and how far they are to be believed."""

from functools import partial

import numpy as np

from mimo_runtime.analysis.joints import LANDMARK, LANDMARKS
from mimo_runtime.body.rotations import about_axis
from mimo_runtime.body.skeleton import Array
from mimo_runtime.fitting.camera_turns import CameraTurns
from mimo_runtime.fitting.landmark_track import LandmarkTrack
from mimo_runtime.fitting.rotation_math import turned, unit
from mimo_runtime.fitting.solve import Targets
from mimo_runtime.fitting.tuning import TUNING
from mimo_runtime.fitting.whittaker import smoothed_slow, stiffness_of

UPRIGHT = np.diag([1.0, -1.0, -1.0])  # camera axes to ones with y up, and back
LEAN_DEG = 4.0  # by which BlazePose has people lean towards the camera, measured on made-up clips
_WEIGHTS = {"shoulder": 1, "hip": 1, "elbow": 1, "wrist": 1, "knee": 1, "ankle": 1,
            "heel": 0.6, "foot_index": 0.6, "nose": 0.5, "ear": 0.5}  # fmt: skip
_JUDGED = [LANDMARK[f"{side}_{part}"] for side in ("left", "right")
           for part in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")]  # fmt: skip


def confidence_of(track: LandmarkTrack) -> Array:
    """float64 [N], how well the joints of the limbs are seen."""
    return np.asarray(track.visibility[:, _JUDGED].mean(axis=1), np.float64)


def targets_of(track: LandmarkTrack, focal_px: float, turns: CameraTurns | None = None) -> Targets:
    """The landmarks in axes with y up, smoothed over time, gaps filled.

    They are in the axes of the camera of each frame, but smoothed as they are in the world, about
    which the camera `turns`.
    """
    visible = track.visibility.astype(np.float64)
    rate_fps = float(track.rate_fps)
    smooth = partial(
        smoothed_slow, weights=visible, stiffness=stiffness_of(TUNING.landmark_hz, rate_fps)
    )
    rays = (track.points_px - np.array(track.size_px) / 2) / focal_px
    slow_m, slow = TUNING.slow_m_per_s / rate_fps, TUNING.slow_per_s / rate_fps
    if turns is None:
        world, rays = smooth(track.world_m, slow=slow_m), smooth(rays, slow=slow)
    else:
        back = np.swapaxes(turns.matrices, 1, 2)
        world = turned(back, smooth(turned(turns.matrices, track.world_m), slow=slow_m))
        sights = turned(turns.matrices, unit(np.insert(rays, 2, 1, axis=-1)))
        sights = turned(back, smooth(sights, slow=slow))
        rays = sights[..., :2] / np.maximum(sights[..., 2:], TUNING.least_ahead)
    kinds = np.array([
        next(
                (weight for end, weight in _WEIGHTS.items() if name.endswith(end)),
                TUNING.other_weight,
            )
        for name in LANDMARKS
    ])  # fmt: skip
    hips = world[:, [LANDMARK["left_hip"], LANDMARK["right_hip"]]].mean(axis=1, keepdims=True)
    positions = (world - hips) @ UPRIGHT @ about_axis(0, -LEAN_DEG).T
    return Targets(positions, rays, np.maximum(visible, TUNING.least_weight) * kinds)
