"""A first posture for every frame, straight from the directions between landmarks."""

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.analysis.joints import LANDMARK
from mimo_runtime.body.body import Body
from mimo_runtime.body.camera_fit import fit_translation
from mimo_runtime.body.pose import Pose, forward_kinematics, transforms_of
from mimo_runtime.body.rotations import from_axis_angle
from mimo_runtime.body.skeleton import Array, Skeleton
from mimo_runtime.fitting.degrees_of_freedom import NECK, SPINE, hinge
from mimo_runtime.fitting.landmark_points import landmark_points
from mimo_runtime.fitting.observations import UPRIGHT
from mimo_runtime.fitting.rotation_math import orthonormal_bases, shortest_arcs, to_vector, unit
from mimo_runtime.fitting.solve import Poses, Targets
from mimo_runtime.fitting.tuning import TUNING

_LIMBS = (
    ("left", "shoulder elbow wrist", "LeftArm LeftForeArm"),
    ("right", "shoulder elbow wrist", "RightArm RightForeArm"),
    ("left", "hip knee ankle", "LeftUpLeg LeftLeg"),
    ("right", "hip knee ankle", "RightUpLeg RightLeg"),
)


def _initial_rotations(body: Body, landmarks_m: NDArray[np.floating]) -> Array:
    """Rotations float64 [N, J, 3, 3] that about fit landmarks [N, 33, 3] given in world axes."""
    skeleton, points = body.skeleton, np.asarray(landmarks_m, np.float64)
    rest = landmark_points(body).placed(transforms_of(skeleton, Pose.rest(skeleton)))
    rotations = np.tile(np.eye(3), (len(points), skeleton.joint_count, 1, 1))
    hips, chest, head = (
        _frame(points, part) @ np.swapaxes(_frame(rest[None], part), -1, -2)
        for part in ("hip", "shoulder", "ear")
    )
    rotations[:, 0] = hips
    _spread(rotations, skeleton, SPINE, np.swapaxes(hips, -1, -2) @ chest)
    _spread(rotations, skeleton, NECK, np.swapaxes(chest, -1, -2) @ head)
    for side, joints, bones in _LIMBS:
        parent = chest if "Arm" in bones else hips
        limb = np.stack([points[:, LANDMARK[f"{side}_{joint}"]] for joint in joints.split()])
        _bend(rotations, skeleton, bones.split(), parent, limb)
    return rotations


def initial_poses(body: Body, targets: Targets) -> Poses:
    """The first posture of every frame of `targets`, where its lines of sight have it."""
    rotations = _initial_rotations(body, targets.positions_m)
    at_origin = forward_kinematics(body.skeleton, np.zeros((len(rotations), 3)), rotations)
    points = landmark_points(body).placed(at_origin) @ UPRIGHT
    root = np.stack([
        fit_translation(positions, rays, weights, 1.0, (0.0, 0.0))
        for positions, rays, weights in zip(points, targets.rays, targets.weights, strict=True)
    ])  # fmt: skip
    return Poses(root @ UPRIGHT, rotations)


def _frame(points: Array, part: str) -> Array:
    """The frame [N, 3, 3] of pelvis, chest or head: to the left, then upwards or forwards."""
    left, right = points[:, LANDMARK[f"left_{part}"]], points[:, LANDMARK[f"right_{part}"]]
    if part == "ear":
        return orthonormal_bases(left - right, points[:, LANDMARK["nose"]] - (left + right) / 2)
    middle = [
        points[:, [LANDMARK[f"left_{end}"], LANDMARK[f"right_{end}"]]].mean(axis=1)
        for end in ("shoulder", "hip")
    ]
    return orthonormal_bases(left - right, middle[0] - middle[1])


def _spread(rotations: Array, skeleton: Skeleton, joints: tuple[str, ...], turn: Array) -> None:
    share = from_axis_angle(to_vector(turn) / len(joints))
    for joint in joints:
        rotations[:, skeleton.index(joint)] = share


def _bend(
    rotations: Array, skeleton: Skeleton, bones: list[str], parent: Array, limb: Array
) -> None:
    """Turn the upper bone so that the limb lies in its plane, and bend the lower one."""
    upper, lower = (skeleton.index(bone) for bone in bones)
    rest = unit(skeleton.tails_m[upper] - skeleton.rest_m[upper])
    axis, bent = hinge(skeleton, *bones)
    first, second = unit(limb[1] - limb[0]), unit(limb[2] - limb[1])
    carried = shortest_arcs(parent @ rest, first) @ parent @ axis
    normal = np.cross(first, second)
    sine = np.linalg.norm(normal, axis=-1, keepdims=True)
    share = np.clip(sine / TUNING.bent_sine, 0, 1) ** 2
    plane = share * unit(normal) + (1 - share) * carried
    turn = orthonormal_bases(first, plane) @ orthonormal_bases(rest, axis).T
    rotations[:, upper] = np.swapaxes(parent, -1, -2) @ turn
    angle = np.arctan2(sine[:, 0], (first * second).sum(axis=-1)) - bent
    rotations[:, lower] = from_axis_angle(angle[:, None] * axis)
