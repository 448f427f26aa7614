"""The degrees of freedom of the shipped skeleton: axes, stiffness, limits.

A degree of freedom (dof) is an axis about which one joint turns, or several by equal shares. Limits
are those of a healthy adult, rounded (American Academy of Orthopaedic Surgeons, 1965), and soft.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.skeleton import Array, Skeleton
from mimo_runtime.fitting.tuning import TUNING

SPINE: Final = ("LowerBack", "Spine", "Spine1")
NECK: Final = ("Neck", "Neck1", "Head")
_SIDES: Final = ("Left", "Right")
_SHARES = 3
_ELBOW_DEG, _KNEE_DEG = 150.0, 155.0
_FREE_DEG = 180.0

_Rows = list[tuple[tuple[str, ...], Array, float, float, float]]


@dataclass(frozen=True, slots=True, eq=False)
class DegreesOfFreedom:
    """D degrees of freedom; the moves of the root are not among them.

    Attributes:
        joints: int [D, 3], the joints that turn; a lone joint is repeated.
        axes: float64 [D, 3], in the frame of each joint.
        shares: float64 [D, 3], how much of the turn each joint takes.
        stiffness: float64 [D], metres a radian: what a turn away from rest costs.
        low_rad, high_rad: float64 [D], limits of the whole turn.
        below: bool [D, 3, J], which joints each turning joint carries, itself included.
    """

    joints: NDArray[np.int64]
    axes: Array
    shares: Array
    stiffness: Array
    low_rad: Array
    high_rad: Array
    below: NDArray[np.bool_]


def hinge(skeleton: Skeleton, upper: str, lower: str) -> tuple[Array, float]:
    """The axis [3] about which `lower` bends at rest, and by how much it is bent there, in rad."""
    above, below = (
        skeleton.tails_m[index] - skeleton.rest_m[index]
        for index in (skeleton.index(upper), skeleton.index(lower))
    )
    cross = np.cross(above, below)
    length = float(np.linalg.norm(cross))
    return cross / length, float(np.arctan2(length, above @ below))


def degrees_of_freedom(skeleton: Skeleton) -> DegreesOfFreedom:
    """The dofs of the shipped skeleton, in any proportions."""
    rows: _Rows = []
    rows += _ball(("Hips",), (0.0,) * 3, (_FREE_DEG,) * 3)
    rows += _ball(SPINE, (0.01,) * 3, (75, 45, 40))
    rows += _ball(NECK, (0.01,) * 3, (70, 80, 45))
    for side in _SIDES:
        rows += _ball((f"{side}Shoulder",), (0.06,) * 3, (15, 25, 30))
        rows += _ball((f"{side}Arm",), (0.004,) * 3, (_FREE_DEG,) * 3)
        rows += _hinge_rows(skeleton, f"{side}Arm", f"{side}ForeArm", _ELBOW_DEG)
        rows += [((f"{side}ForeArm",), _bone(skeleton, f"{side}ForeArm"), 0.02, -90, 90)]
        rows += _ball((f"{side}Hand",), (0.03,) * 3, (60, 60, 60))
        rows += _ball((f"{side}UpLeg",), (0.004,) * 3, (120, 60, 60))
        rows += _hinge_rows(skeleton, f"{side}UpLeg", f"{side}Leg", _KNEE_DEG)
        rows += _ball((f"{side}Foot",), (0.006, 0.02, 0.02), (50, 30, 30))
    return _dofs(skeleton, rows)


def _ball(joints: tuple[str, ...], stiffness: tuple[float, ...], reach: tuple[float, ...]) -> _Rows:
    return [
        (joints, axis, cost, -far, far)
        for axis, cost, far in zip(np.eye(3), stiffness, reach, strict=True)
    ]


def _hinge_rows(skeleton: Skeleton, upper: str, lower: str, most_deg: float) -> _Rows:
    axis, bent = hinge(skeleton, upper, lower)
    bent_deg = float(np.rad2deg(bent))
    return [((lower,), axis, 0.002, -bent_deg - TUNING.hyperextension_deg, most_deg - bent_deg)]


def _bone(skeleton: Skeleton, joint: str) -> Array:
    index = skeleton.index(joint)
    bone = skeleton.tails_m[index] - skeleton.rest_m[index]
    return np.asarray(bone / np.linalg.norm(bone), np.float64)


def _dofs(skeleton: Skeleton, rows: _Rows) -> DegreesOfFreedom:
    joints = np.array(
        [[skeleton.index(row[0][min(i, len(row[0]) - 1)]) for i in range(_SHARES)] for row in rows]
    )
    shares = np.array(
        [[1 / len(row[0]) * (i < len(row[0])) for i in range(_SHARES)] for row in rows]
    )
    return DegreesOfFreedom(
        joints=joints,
        axes=np.stack([row[1] for row in rows]),
        shares=shares,
        stiffness=np.array([row[2] for row in rows]),
        low_rad=np.deg2rad([row[3] for row in rows]),
        high_rad=np.deg2rad([row[4] for row in rows]),
        below=_carried(skeleton)[joints],
    )


def _carried(skeleton: Skeleton) -> NDArray[np.bool_]:
    """bool [J, J]: whether the first joint carries the second."""
    carried = np.eye(skeleton.joint_count, dtype=bool)
    for joint, parent in enumerate(skeleton.parents[1:], start=1):
        carried[:, joint] |= carried[:, parent]
    return carried
