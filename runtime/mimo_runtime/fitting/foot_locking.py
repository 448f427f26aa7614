"""Feet that stay where they stand: the root follows them, the legs do the rest."""

import numpy as np

from mimo_runtime.body.pose import JointTransforms, forward_kinematics, local_rotations
from mimo_runtime.body.skeleton import Array, Skeleton
from mimo_runtime.fitting.contacts import Flags, stretches
from mimo_runtime.fitting.landmark_points import LandmarkPoints
from mimo_runtime.fitting.legs import move_ankle
from mimo_runtime.fitting.solve import Poses
from mimo_runtime.fitting.tuning import TUNING
from mimo_runtime.fitting.whittaker import smoothed, stiffness_of

Soles = dict[str, LandmarkPoints]


def lock_feet(
    skeleton: Skeleton, poses: Poses, soles: Soles, contacts: Flags, rate_fps: float
) -> Poses:
    """`poses` with the points of the soles still while they touch the ground, and on it.

    soles: for "Left" and "Right" the same number of points, in the order of `contacts` [N, S].
    """
    placement = forward_kinematics(skeleton, poses.root_m, poses.rotations)
    positions = sole_positions(soles, placement)
    anchors = _anchors(positions, contacts)
    off, touching = _mean_move(anchors - positions, contacts)
    known = touching | ~_near(touching, TUNING.far_s * rate_fps)
    weights = np.repeat(known[:, None], 3, axis=1).astype(np.float64)
    root = poses.root_m + smoothed(off, weights, stiffness_of(TUNING.root_hz, rate_fps))
    placement = forward_kinematics(skeleton, root, poses.rotations)
    per_foot = contacts.shape[1] // len(soles)
    for number, (side, points) in enumerate(soles.items()):
        mine = slice(number * per_foot, (number + 1) * per_foot)
        moves, stands = _mean_move(anchors[:, mine] - points.placed(placement), contacts[:, mine])
        move_ankle(skeleton, placement, side, _eased(moves, stands, rate_fps))
    return Poses(root, local_rotations(skeleton.parents, placement.turns))


def sole_positions(soles: Soles, placement: JointTransforms) -> Array:
    """Where the soles are in N frames, float64 [N, S, 3], left before right."""
    return np.concatenate([points.placed(placement) for points in soles.values()], axis=1)


def _anchors(positions: Array, contacts: Flags) -> Array:
    """Where each point stands, [N, S, 3]: the median over the contact, on the ground."""
    anchors = positions.copy()
    for point in range(contacts.shape[1]):
        for first, end in stretches(contacts[:, point]):
            anchors[first:end, point] = np.median(positions[first:end, point], axis=0) * (1, 0, 1)
    return anchors


def _mean_move(moves: Array, contacts: Flags) -> tuple[Array, Flags]:
    """The mean [N, 3] of the moves [N, S, 3] of points that touch, and bool [N] whether any do."""
    count = contacts.sum(axis=1)
    total = (moves * contacts[..., None]).sum(axis=1) / np.maximum(count, 1)[:, None]
    length = np.linalg.norm(total, axis=-1, keepdims=True)
    return total * np.minimum(1, TUNING.longest_move_m / np.maximum(length, 1e-9)), count > 0


def _near(flags: Flags, frames: float) -> Flags:
    """bool [N], what is at most so many `frames` away from a true one of `flags` [N]."""
    reach = int(frames)
    return np.asarray(np.convolve(flags, np.ones(2 * reach + 1), "full")[reach:][: len(flags)] > 0)


def _eased(moves: Array, stands: Flags, rate_fps: float) -> Array:
    """`moves` [N, 3] of a standing foot, going to 0 within `TUNING.fade_s` before and after."""
    result, total = np.where(stands[:, None], moves, 0), np.zeros(len(moves))
    reach = max(1, round(TUNING.fade_s * rate_fps))
    for first, end in stretches(stands):
        for away in range(1, reach + 1):
            share = 0.5 + 0.5 * np.cos(np.pi * away / (reach + 1))
            for edge, frame in ((first, first - away), (end - 1, end - 1 + away)):
                if 0 <= frame < len(moves) and not stands[frame] and share > total[frame]:
                    result[frame], total[frame] = share * moves[edge], share
    return np.asarray(result, np.float64)
