"""A motion brought onto level ground, and the points of the soles that stand there."""

from dataclasses import replace

import numpy as np

from mimo_runtime.analysis.joints import LANDMARK
from mimo_runtime.body.body import Body
from mimo_runtime.body.pose import forward_kinematics
from mimo_runtime.body.skeleton import Array
from mimo_runtime.fitting.contacts import Flags
from mimo_runtime.fitting.foot_locking import Soles, sole_places
from mimo_runtime.fitting.ground import Ground, find_ground, sole_points
from mimo_runtime.fitting.landmark_points import landmark_points
from mimo_runtime.fitting.solve import Poses


def on_ground(
    body: Body, postures: Poses, soles: Soles, rate_fps: float, sure: Array
) -> tuple[Poses, Ground]:
    """`postures` in axes with the ground at y = 0.

    sure: [N], how far the frames are to be believed.
    """
    placement = forward_kinematics(body.skeleton, postures.root_m, postures.rotations)
    ground = find_ground(sole_places(soles, placement), placement, rate_fps, sure)
    rotations = postures.rotations.copy()
    rotations[:, 0] = ground.turn @ rotations[:, 0]
    return Poses(postures.root_m @ ground.turn.T + ground.shift_m, rotations), ground


def lowered(
    body: Body, level: Poses, ground: Ground, soles: Soles, contacts: Flags
) -> tuple[Poses, Ground]:
    """`level` and `ground` with y = 0 where standing feet usually are, so that these stay in place.

    contacts: bool [N, S], of the points of `soles`.
    """
    heights_m = places_of(body, level, soles)[contacts][:, 1]
    if len(heights_m) == 0:
        return level, ground
    move = np.array([0, -np.median(heights_m), 0])
    return Poses(level.root_m + move, level.rotations), replace(
        ground, shift_m=ground.shift_m + move
    )


def soles_of(body: Body) -> Soles:
    """Heel and toes of "Left" and "Right", on the sole of the foot."""
    points = landmark_points(body)
    return {
        side.capitalize(): sole_points(
            body, points, LANDMARK[f"{side}_heel"], LANDMARK[f"{side}_foot_index"]
        )
        for side in ("left", "right")
    }


def places_of(body: Body, postures: Poses, soles: Soles) -> Array:
    """`sole_places` of `body` in `postures`."""
    return sole_places(
        soles, forward_kinematics(body.skeleton, postures.root_m, postures.rotations)
    )
