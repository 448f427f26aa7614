"""Where a ground may show through a person: between the legs, between an arm and the trunk."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.analysis.joints import LANDMARK
from mimo_runtime.analysis.matting.tuning import TUNING
from mimo_runtime.analysis.pose_estimate import PoseEstimate

_ARM: Final = ("shoulder", "elbow", "wrist")
_LEG: Final = ("hip", "knee", "ankle")


def limb_gaps(body: PoseEstimate, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """bool `shape` [height, width]: between the axes of limbs, and not on one."""
    left, right = (_side(body, side) for side in ("left", "right"))
    gaps, limbs = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    cv2.fillPoly(gaps, [np.concatenate([_line(left, _LEG), _line(right, _LEG)[::-1]])], 1)
    thickness = max(1, round(TUNING.limb * float(np.hypot(*(left["hip"] - right["hip"])))))
    for side in (left, right):
        cv2.fillPoly(gaps, [np.concatenate([_line(side, _ARM), _line(side, ("hip",))])], 1)
        axes = [_line(side, _ARM), _line(side, _LEG), _line(side, ("shoulder", "hip"))]
        cv2.polylines(limbs, axes, isClosed=False, color=1, thickness=thickness)
    return np.asarray((gaps > 0) & (limbs == 0))


def _side(body: PoseEstimate, side: str) -> dict[str, NDArray[np.float32]]:
    return {name: body.points[LANDMARK[f"{side}_{name}"], :2] for name in (*_ARM, *_LEG)}


def _line(side: dict[str, NDArray[np.float32]], names: tuple[str, ...]) -> NDArray[np.int32]:
    """int32 [points, 2] in px."""
    return np.rint([side[name] for name in names]).astype(np.int32)
