"""A motion brought onto level ground, and the points of the soles that stand there."""

from dataclasses import replace

import numpy as np

from mimo_runtime.analysis.joints import LANDMARK
from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.pose import forward_kinematics
from mimo_runtime.body.skeleton import Array
from mimo_runtime.fitting.contacts import Flags, find_contacts
from mimo_runtime.fitting.foot_locking import Soles, sole_positions
from mimo_runtime.fitting.ground import GroundPlane, find_ground, sole_points
from mimo_runtime.fitting.landmark_points import landmark_points
from mimo_runtime.fitting.observations import UPRIGHT
from mimo_runtime.fitting.solve import Poses


def on_ground(
    body: Body, poses: Poses, soles: Soles, rate_fps: float, confidence: Array
) -> tuple[Poses, GroundPlane]:
    """`poses` in axes with the ground at y = 0.

    confidence: [N], how far the frames are to be believed.
    """
    placement = forward_kinematics(body.skeleton, poses.root_m, poses.rotations)
    ground = find_ground(sole_positions(soles, placement), placement, rate_fps, confidence)
    rotations = poses.rotations.copy()
    rotations[:, 0] = ground.turn @ rotations[:, 0]
    return Poses(poses.root_m @ ground.turn.T + ground.shift_m, rotations), ground


def ground_shifted(
    body: Body, level: Poses, ground: GroundPlane, soles: Soles, contacts: Flags
) -> tuple[Poses, GroundPlane]:
    """`level` and `ground` with y = 0 where standing feet usually are, so that these stay in place.

    contacts: bool [N, S], of the points of `soles`.
    """
    heights_m = sole_positions_of(body, level, soles)[contacts][:, 1]
    if len(heights_m) == 0:
        return level, ground
    move = np.array([0, -np.median(heights_m), 0])
    return Poses(level.root_m + move, level.rotations), replace(
        ground, shift_m=ground.shift_m + move
    )


def standing(
    body: Body, poses: Poses, soles: Soles, rate_fps: float, confidence: Array
) -> tuple[Poses, GroundPlane, Flags]:
    """`poses` on level ground at y = 0, that ground, and when the points of `soles` stand on it."""
    level, ground = on_ground(body, poses, soles, rate_fps, confidence)
    contacts = find_contacts(sole_positions_of(body, level, soles), rate_fps)
    return *ground_shifted(body, level, ground, soles, contacts), contacts


def standing_camera(ground: GroundPlane, size_px: tuple[int, int], focal_px: float) -> Camera:
    """The camera at the origin of the axes that `ground` was found in, in the level ones."""
    rotation = UPRIGHT @ ground.turn.T
    centre = (size_px[0] / 2, size_px[1] / 2)
    return Camera(*size_px, focal_px, centre, rotation, -rotation @ ground.shift_m)


def soles_of(body: Body) -> Soles:
    """Heel and toes of "Left" and "Right", on the sole of the foot."""
    points = landmark_points(body)
    return {
        side.capitalize(): sole_points(
            body, points, LANDMARK[f"{side}_heel"], LANDMARK[f"{side}_foot_index"]
        )
        for side in ("left", "right")
    }


def sole_positions_of(body: Body, poses: Poses, soles: Soles) -> Array:
    """`sole_positions` of `body` in `poses`."""
    return sole_positions(soles, forward_kinematics(body.skeleton, poses.root_m, poses.rotations))
