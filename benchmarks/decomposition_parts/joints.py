"""How far found joints are from the true ones, in heights of the person."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.analysis.joints import LANDMARK

Array = NDArray[np.float64]

_PAIRS: Final = {
    "Arm": "shoulder",
    "ForeArm": "elbow",
    "Hand": "wrist",
    "UpLeg": "hip",
    "Leg": "knee",
    "Foot": "ankle",
}
JOINTS: Final = tuple(f"{side}{joint}" for side in ("Left", "Right") for joint in _PAIRS)
"""The 12 joints that are compared, by their names in the shipped body."""

LANDMARK_PLACES: Final = tuple(
    LANDMARK[f"{side}_{point}"] for side in ("left", "right") for point in _PAIRS.values()
)
"""Their places among the landmarks of body networks."""

_HIPS: Final = (JOINTS.index("LeftUpLeg"), JOINTS.index("RightUpLeg"))


def distances(found: NDArray[np.floating], truth: Array, height: float) -> Array:
    """Of every joint of [..., 12, 2 or 3] in heights, float64 [..., 12]."""
    return np.asarray(np.linalg.norm(found - truth, axis=-1) / height, np.float64)


def from_hips(joints: NDArray[np.floating]) -> Array:
    """Joints [..., 12, 3] with the middle of the hips at the origin."""
    middle = joints[..., list(_HIPS), :].mean(axis=-2, keepdims=True)
    return np.asarray(joints - middle, np.float64)


def aligned(found: NDArray[np.floating], truth: Array) -> Array:
    """`found` [N, 3] turned, scaled and moved onto `truth` [N, 3] with the least squares.

    Umeyama, "Least-squares estimation of transformation parameters between two point patterns",
    PAMI 1991; what is left is the error called PA.
    """
    one, other = found - found.mean(axis=0), truth - truth.mean(axis=0)
    left, sizes, right = np.linalg.svd(other.T @ one)
    mirror = np.diag([1, 1, np.sign(np.linalg.det(left @ right))])
    turn = left @ mirror @ right
    scale = float((sizes * np.diag(mirror)).sum()) / float((one**2).sum())
    return np.asarray(scale * one @ turn.T + truth.mean(axis=0), np.float64)


def jitter(joints: NDArray[np.floating], rate_fps: float) -> float:
    """Mean length of the acceleration of joints [frames, joints, dimensions], in their unit per s².

    Raises ValueError for fewer than three frames.
    """
    if len(joints) < 3:
        raise ValueError(f"{len(joints)} frames have no acceleration; three or more are needed.")
    change = np.diff(joints, n=2, axis=0) * rate_fps**2
    return float(np.linalg.norm(change, axis=-1).mean())
