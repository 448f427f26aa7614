"""How long somebody's limbs are, compared with the shipped body's, once for a whole clip."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.analysis.joints import LANDMARK
from mimo_runtime.body.body import Body
from mimo_runtime.body.pose import Pose, transforms_of
from mimo_runtime.body.skeleton import Array, Skeleton
from mimo_runtime.fitting.degrees_of_freedom import SPINE
from mimo_runtime.fitting.landmark_points import landmark_points
from mimo_runtime.fitting.tuning import TUNING

NARROWEST, WIDEST = 0.8, 1.25
BELIEVED = 0.5  # people differ by about as much as landmarks are wrong
_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "trunk": ("shoulder/shoulder hip/hip",),
    "shoulders": ("left_shoulder right_shoulder",),
    "hips": ("left_hip right_hip",),
    "upper_arm": ("left_shoulder left_elbow", "right_shoulder right_elbow"),
    "forearm": ("left_elbow left_wrist", "right_elbow right_wrist"),
    "thigh": ("left_hip left_knee", "right_hip right_knee"),
    "shin": ("left_knee left_ankle", "right_knee right_ankle"),
}
_LONG: Final = ("trunk", "upper_arm", "forearm", "thigh", "shin")
_BONES: Final = {"Arm": "upper_arm", "ForeArm": "forearm", "UpLeg": "thigh", "Leg": "shin"}


@dataclass(frozen=True, slots=True)
class Proportions:
    """`size` of the whole body, and the length of each part after that, all 1 as shipped."""

    size: float = 1.0
    trunk: float = 1.0
    shoulders: float = 1.0
    hips: float = 1.0
    upper_arm: float = 1.0
    forearm: float = 1.0
    thigh: float = 1.0
    shin: float = 1.0


def measure(
    world_m: NDArray[np.floating], visibility: NDArray[np.floating], body: Body
) -> tuple[Proportions, tuple[str, ...]]:
    """The proportions of landmarks [N, 33, 3] with visibility [N, 33], and what was not seen.

    The median over the frames in which a part is seen; left and right are as long. Of what that
    differs from the usual, after the size, the share `BELIEVED` is taken (of its logarithm). A part
    that is never seen keeps the shipped length. Limited to `NARROWEST` and `WIDEST`.
    """
    rest = landmark_points(body).placed(transforms_of(body.skeleton, Pose.rest(body.skeleton)))
    ratios = {
        part: [
            _lengths(world_m, ends)[_seen(visibility, ends)] / float(_lengths(rest[None], ends)[0])
            for ends in pairs
        ]
        for part, pairs in _PARTS.items()
    }
    medians = {part: _median(np.concatenate(parts)) for part, parts in ratios.items()}
    size = _median(np.array([medians[part] for part in _LONG if medians[part] > 0])) or 1.0
    size = float(np.clip(size, 0.5, 1.5))
    lengths = {
        part: float(np.clip(value / size, NARROWEST, WIDEST)) ** BELIEVED if value else 1.0
        for part, value in medians.items()
    }
    unseen = tuple(part for part, value in medians.items() if not value)
    return Proportions(size=size, **lengths), unseen


def proportioned(body: Body, proportions: Proportions) -> Body:
    """`body` with bones as long as `proportions` say; the flesh is as thick as before, times size.

    Every vertex goes along with the bones that carry it, so that nothing tears.
    """
    skeleton = body.skeleton
    stretches = np.stack(
        [_stretch(skeleton, joint, proportions) for joint in range(len(skeleton.names))]
    )
    joints = np.zeros_like(skeleton.rest_m)
    joints[0] = proportions.size * skeleton.rest_m[0]
    for joint, parent in enumerate(skeleton.parents[1:], start=1):
        joints[joint] = joints[parent] + stretches[parent] @ skeleton.offsets_m[joint]
    tails = joints + np.einsum("jab,jb->ja", stretches, skeleton.tails_m - skeleton.rest_m)
    from_joint = body.vertices_m[:, None] - skeleton.rest_m[body.weight_joints]
    carried = joints[body.weight_joints] + np.einsum(
        "vkab,vkb->vka", stretches[body.weight_joints], from_joint
    )
    vertices = (body.weights[..., None] * carried).sum(axis=1)
    ground = np.array([0, vertices[:, 1].min(), 0])
    moved = Skeleton(skeleton.names, skeleton.parents, joints - ground, tails - ground)
    return replace(body, skeleton=moved, vertices_m=vertices - ground)


def _stretch(skeleton: Skeleton, joint: int, proportions: Proportions) -> Array:
    """What [3, 3] does to all that a joint carries, at rest."""
    name = skeleton.names[joint]
    part = _BONES.get(name.removeprefix("Left").removeprefix("Right"))
    along = np.eye(3)
    if part:
        bone = skeleton.tails_m[joint] - skeleton.rest_m[joint]
        bone = bone / np.linalg.norm(bone)
        along = np.eye(3) + (getattr(proportions, part) - 1) * np.outer(bone, bone)
    elif name in SPINE:
        along = np.diag([1.0, proportions.trunk, 1.0])
    elif name.endswith("Shoulder"):
        along = np.diag([proportions.shoulders, 1.0, 1.0])
    elif name.endswith("HipJoint"):
        along = np.diag([proportions.hips, 1.0, 1.0])
    return np.asarray(proportions.size * along, np.float64)


def _lengths(points_m: NDArray[np.floating], ends: str) -> Array:
    first, last = (_point(points_m, end) for end in ends.split())
    return np.asarray(np.linalg.norm(first - last, axis=-1), np.float64)


def _point(points_m: NDArray[np.floating], end: str) -> NDArray[np.floating]:
    return np.asarray(points_m[:, _indices(end)].mean(axis=1))


def _seen(visibility: NDArray[np.floating], ends: str) -> NDArray[np.bool_]:
    indices = [index for end in ends.split() for index in _indices(end)]
    return np.asarray((visibility[:, indices] >= TUNING.sure_visibility).all(axis=1))


def _indices(end: str) -> list[int]:
    if "/" not in end:
        return [LANDMARK[end]]
    return [LANDMARK[f"{side}_{end.split('/')[0]}"] for side in ("left", "right")]


def _median(values: Array) -> float:
    return float(np.median(values)) if len(values) else 0.0
