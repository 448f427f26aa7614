"""The camera over the floor, found once from the first postures."""

from fractions import Fraction

import numpy as np

from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera
from mimo_runtime.fitting.contacts import find_contacts
from mimo_runtime.fitting.ground_alignment import (
    ground_shifted,
    on_ground,
    sole_positions_of,
    soles_of,
)
from mimo_runtime.fitting.observations import UPRIGHT
from mimo_runtime.fitting.solve import Poses


def camera_over_floor(
    body: Body, poses: Poses, sure: np.ndarray, rate_fps: Fraction, lens: Camera
) -> Camera:
    """`lens` where it stands in a world with y up and the floor at 0.

    The person of `poses`, which are in axes with the camera at the origin, looking along -z, is
    over the middle of that world. It holds as long as the camera stays where it is.

    Args:
        sure: float64 [N], how far each posture is to be believed, 0 to 1.
        lens: of whom size, focal length and centre are used.
    """
    soles = soles_of(body)
    level, ground = on_ground(body, poses, soles, float(rate_fps), sure)
    contacts = find_contacts(sole_positions_of(body, level, soles), float(rate_fps))
    _, ground = ground_shifted(body, level, ground, soles, contacts)
    rotation = UPRIGHT @ ground.turn.T
    return Camera(
        lens.width_px, lens.height_px, lens.focal_px, lens.centre_px,
        rotation, -rotation @ ground.shift_m,
    )  # fmt: skip
