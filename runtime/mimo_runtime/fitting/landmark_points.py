"""Where the 33 landmarks of BlazePose are on the shipped body: the one place that says so.

Joints of limbs are near the joints of the skeleton. Face, knuckles, heels and toes are near points
of the skin, given by a vertex of the left half (or the middle) and its twin of the right. How far
off BlazePose sees each of them was measured on made-up clips (`mimo_synthetic.ground_truth`, 15
clips of other seeds than those of the benchmark): medians in the frame of the bone, means over
clips; ankle and foot are less than that, as drawn feet lie best in the picture.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.analysis.joints import LANDMARKS
from mimo_runtime.body.body import Body
from mimo_runtime.body.pose import JointTransforms
from mimo_runtime.body.skeleton import Array

_JOINTS: Final[Mapping[str, str]] = {
    "shoulder": "Arm",
    "elbow": "ForeArm",
    "wrist": "Hand",
    "hip": "UpLeg",
    "knee": "Leg",
    "ankle": "Foot",
}
_SKIN: Final[Mapping[str, tuple[str, int, int]]] = {
    "nose": ("Head", 294, 294),
    "eye_inner": ("Head", 7902, 1210),
    "eye": ("Head", 7773, 1081),
    "eye_outer": ("Head", 7961, 1269),
    "ear": ("Head", 12044, 5445),
    "mouth": ("Head", 10405, 3737),
    "pinky": ("Hand", 9821, 3153),
    "index": ("Hand", 9771, 3103),
    "thumb": ("Hand", 10251, 3583),
    "heel": ("Foot", 12453, 5856),
    "foot_index": ("Foot", 11560, 4942),
}
_MIDDLE: Final = ("Head",)
_OFF_M: Final[Mapping[str, tuple[float, float, float]]] = {
    "nose": (0.0, 0.010, 0.007),
    "eye_inner": (0.001, 0.004, 0.026),
    "eye": (-0.011, 0.004, 0.014),
    "eye_outer": (-0.014, 0.007, 0.029),
    "ear": (-0.035, 0.002, 0.044),
    "mouth": (-0.004, 0.009, 0.002),
    "shoulder": (-0.012, 0.016, 0.012),
    "elbow": (0.003, 0.016, 0.020),
    "wrist": (-0.019, -0.013, 0.002),
    "pinky": (-0.025, 0.020, 0.010),
    "index": (-0.007, -0.005, -0.031),
    "thumb": (0.009, 0.001, -0.049),
    "hip": (-0.004, -0.015, 0.024),
    "knee": (-0.015, 0.014, -0.010),
    "ankle": (-0.010, 0.030, -0.011),
    "heel": (-0.010, 0.014, 0.022),
    "foot_index": (0.004, 0.005, -0.056),
}  # of the left half: to the left, up, forwards, with the bone at rest


@dataclass(frozen=True, slots=True, eq=False)
class LandmarkPoints:
    """`joints`, int [P]: what carries each point; `offsets_m`, float64 [P, 3]: from it at rest."""

    joints: NDArray[np.int64]
    offsets_m: Array

    def placed(self, placement: JointTransforms) -> Array:
        """The points in the world, float64 [..., P, 3], where the joints are as placed."""
        turned = np.einsum("...pab,pb->...pa", placement.turns[..., self.joints, :, :],
                           self.offsets_m)  # fmt: skip
        return np.asarray(placement.joints_m[..., self.joints, :] + turned, np.float64)


def landmark_points(body: Body) -> LandmarkPoints:
    """The 33 landmarks, in the order of `LANDMARKS`, on the shipped `body` in any shape."""
    joints, positions = [], []
    for name in LANDMARKS:
        side, part = _side_and_part(name)
        joint, *twins = _SKIN[part] if part in _SKIN else (_JOINTS[part],)
        index = body.skeleton.index(joint if joint in _MIDDLE else f"{side}{joint}")
        joints.append(index)
        right = side == "Right"
        position = body.vertices_m[twins[right]] if twins else body.skeleton.rest_m[index]
        positions.append(position + np.array(_OFF_M[part]) * (-1 if right else 1, 1, 1))
    carriers = np.array(joints)
    return LandmarkPoints(carriers, np.stack(positions) - body.skeleton.rest_m[carriers])


def _side_and_part(name: str) -> tuple[str, str]:
    words = name.split("_")
    sides = [word for word in words if word in ("left", "right")]
    rest = [word for word in words if word not in ("left", "right")]
    return (sides[0].capitalize() if sides else "Left"), "_".join(rest)
