"""Moves ankles to given places without stretching a leg or turning a foot."""

import numpy as np

from mimo_runtime.body.pose import JointTransforms
from mimo_runtime.body.rotations import from_axis_angle
from mimo_runtime.body.skeleton import Array, Skeleton
from mimo_runtime.fitting.degrees_of_freedom import hinge
from mimo_runtime.fitting.rotation_math import shortest_arcs, unit
from mimo_runtime.fitting.tuning import TUNING


def move_ankle(skeleton: Skeleton, placement: JointTransforms, side: str, moves_m: Array) -> None:
    """Bend hip and knee so that the ankle moves by `moves_m` [N, 3], as far as the leg reaches.

    side: "Left" or "Right". placement: of N frames; its `turns` are changed in place and its
    `joints_m` are not. The knee stays in the plane in which it was bent; foot and toes keep their
    turns in the world.
    """
    thigh, shin, foot = (skeleton.index(f"{side}{part}") for part in ("UpLeg", "Leg", "Foot"))
    hip, knee, ankle = (placement.joints_m[:, joint] for joint in (thigh, shin, foot))
    wanted = ankle + moves_m - hip
    upper, lower = knee - hip, ankle - knee
    long, short = (np.linalg.norm(part, axis=-1) for part in (upper, lower))
    far = np.clip(np.linalg.norm(wanted, axis=-1), np.abs(long - short) / TUNING.leg_reach + 1e-6,
                  TUNING.leg_reach * (long + short))  # fmt: skip
    far = np.where(np.linalg.norm(moves_m, axis=-1) > 0, far, np.linalg.norm(ankle - hip, axis=-1))
    axis = placement.turns[:, shin] @ hinge(skeleton, f"{side}UpLeg", f"{side}Leg")[0]
    bend = _bend(far, long, short) - _bend(np.linalg.norm(ankle - hip, axis=-1), long, short)
    turned = from_axis_angle(bend[:, None] * axis)
    reached = upper + np.einsum("nab,nb->na", turned, lower)
    swing = shortest_arcs(unit(reached), unit(wanted))
    placement.turns[:, shin] = swing @ turned @ placement.turns[:, shin]
    placement.turns[:, thigh] = swing @ placement.turns[:, thigh]


def _bend(far: Array, long: Array, short: Array) -> Array:
    """The angle between thigh and shin, 0 when straight, for an ankle `far` from the hip."""
    cosine = (far**2 - long**2 - short**2) / (2 * long * short)
    return np.asarray(np.arccos(np.clip(cosine, -1, 1)), np.float64)
