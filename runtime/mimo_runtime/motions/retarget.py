"""Brings a motion from the skeleton of a file to that of a body.

Upper arms, forearms, thighs and shins of the result point exactly where the source's point;
trunk, shoulders, hands and feet turn away from rest as the source's do. Forearms take half of the
twist of their hands.
"""

from collections.abc import Mapping

import numpy as np

from mimo_runtime.body.pose import Placement, local_rotations, place_all
from mimo_runtime.body.rotations import shortest_turn, to_quaternion
from mimo_runtime.body.skeleton import Array, Skeleton
from mimo_runtime.errors import MediaError
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.namings import SIDES
from mimo_runtime.motions.roles import find_roles
from mimo_runtime.motions.twist import share_twist

Roles = Mapping[str, int]

_NEXT = {"arm": "forearm", "forearm": "hand", "up_leg": "leg", "leg": "foot"}
_CARRIED_BY = {"hand": "forearm"}
_GROUNDED_PERCENT = 5


def retarget(motion: Motion, source: Skeleton, target: Skeleton, name: str) -> Motion:
    """`motion` of the skeleton `source` as a motion of `target`, y up, standing on y = 0.

    The axes of the source are found from its rest posture (up from hips to arms, left from hip to
    hip), its unit from the length of its legs. `name` is its file, for errors.

    Raises:
        MediaError: the joints are not known by name, or the rest posture is not upright.
    """
    theirs, ours = find_roles(source.names, name), find_roles(target.names, "our body")
    axes = _axes(source, theirs, name) @ _axes(target, ours, "our body").T
    placed = motion.placed(source)
    turns = _turns(placed, axes, (source, theirs), (target, ours))
    rotations = local_rotations(target.parents, turns)
    hips_m = _between(placed.joints_m, theirs, "up_leg") @ axes
    root = _root(hips_m * _scale(source, theirs, target, ours), rotations, target, ours)
    return Motion(
        joints=target.names,
        rate_fps=motion.rate_fps,
        root_m=_grounded(root, rotations, target, ours).astype(np.float32),
        rotations=to_quaternion(rotations).astype(np.float32),
        source=motion.source,
        licence_note=motion.licence_note,
    )


def _turns(
    placed: Placement, axes: Array, source: tuple[Skeleton, Roles], target: tuple[Skeleton, Roles]
) -> Array:
    """World rotations of the target's joints, float64 [N, J, 3, 3].

    A joint that the source lacks keeps its rest posture relative to its parent.
    """
    skeleton, ours = target
    matched = {ours[role]: role for role in ours if role in source[1]}
    turns = np.empty((len(placed.turns), skeleton.joint_count, 3, 3))
    for joint, parent in enumerate(skeleton.parents):
        if joint in matched:
            role = matched[joint]
            aligned = _alignment(role, axes, source, target)
            turns[:, joint] = axes.T @ placed.turns[:, source[1][role]] @ aligned
        else:
            turns[:, joint] = turns[:, parent] if parent >= 0 else np.eye(3)
    for side in SIDES:
        share_twist(turns, skeleton, ours[f"{side}_forearm"], ours[f"{side}_hand"])
    return turns


def _alignment(
    role: str, axes: Array, source: tuple[Skeleton, Roles], target: tuple[Skeleton, Roles]
) -> Array:
    """The rotation [3, 3] from the target's rest posture to the source's, for one joint."""
    side, _, part = role.partition("_")
    part = _CARRIED_BY.get(part, part)
    if part not in _NEXT:
        return axes
    bones = [
        skeleton.rest_m[roles[f"{side}_{_NEXT[part]}"]] - skeleton.rest_m[roles[f"{side}_{part}"]]
        for skeleton, roles in (source, target)
    ]
    return shortest_turn(axes @ bones[1], bones[0]) @ axes


def _axes(skeleton: Skeleton, roles: Roles, name: str) -> Array:
    """Left, up and forward of a skeleton at rest as columns [3, 3], each along a file axis."""
    rest = skeleton.rest_m
    up = _nearest_axis(_between(rest, roles, "arm") - _between(rest, roles, "up_leg"))
    left = _nearest_axis(rest[roles["left_up_leg"]] - rest[roles["right_up_leg"]])
    if abs(up @ left) > 0:
        raise MediaError(
            f"The rest posture of '{name}' is not upright: its hips are not level under its arms."
        )
    return np.stack([left, up, np.cross(left, up)], axis=1)


def _nearest_axis(direction: Array) -> Array:
    axis = np.argmax(np.abs(direction))
    return np.asarray(np.eye(3)[axis] * (1 if direction[axis] >= 0 else -1), np.float64)


def _between(joints: Array, roles: Roles, part: str) -> Array:
    """The middle of the left and the right joint: [..., 3] of [..., J, 3]."""
    middle = sum(joints[..., roles[f"{side}_{part}"], :] for side in SIDES) / 2
    return np.asarray(middle, np.float64)


def _scale(source: Skeleton, theirs: Roles, target: Skeleton, ours: Roles) -> float:
    lengths = []
    for skeleton, roles in ((source, theirs), (target, ours)):
        chains = [
            [skeleton.rest_m[roles[f"{side}_{part}"]] for part in ("up_leg", "leg", "foot")]
            for side in SIDES
        ]
        lengths.append(
            sum(np.linalg.norm(np.diff(chain, axis=0), axis=1).sum() for chain in chains)
        )
    return float(lengths[1] / lengths[0])


def _root(hips_m: Array, rotations: Array, target: Skeleton, ours: Roles) -> Array:
    """Where the root must be for the middle of the hips to be at `hips_m` [N, 3]."""
    placed = place_all(target, np.zeros_like(hips_m), rotations)
    return hips_m - _between(placed.joints_m, ours, "up_leg")


def _grounded(root: Array, rotations: Array, target: Skeleton, ours: Roles) -> Array:
    """`root` lifted or lowered, by one height for all frames, so that the feet reach y = 0."""
    feet = [ours[f"{side}_{part}"] for side in SIDES for part in ("foot", "toe") if
            f"{side}_{part}" in ours]  # fmt: skip
    joints = place_all(target, root, rotations).joints_m[:, feet, 1]
    above = (joints - target.rest_m[feet, 1]).min(axis=1)
    ground = float(np.percentile(above, _GROUNDED_PERCENT))
    return np.asarray(root - [0, ground, 0], np.float64)
