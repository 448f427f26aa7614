"""What a file's world means: which way is up, and which way is the front.

Up is the axis along which people stand in the file, which need not be that of its zero posture:
a root that carries a constant turn, a world of another convention. The front is that of the zero
posture, unless the person faces that of the axes: of a zero posture that is turned alone.
"""

from dataclasses import dataclass

import numpy as np

from mimo_runtime.body.pose import JointTransforms
from mimo_runtime.body.rotations import about_axis, shortest_turn, unit
from mimo_runtime.body.skeleton import Array
from mimo_runtime.motions.retargeting.person import Person, between

UP_AXES = ("x", "y", "z", "-x", "-y", "-z")
_AWAY_COSINE = 0.5  # 60 degrees
_CLEAR_SHARE = 0.8
_ON_GROUND, _OFF_GROUND = 0.04, 0.3  # of a leg's length
_FACING_DEG = 5.0
_SNAP_DEG = 2.0
_LOW_PERCENT = 5


@dataclass(frozen=True, slots=True, eq=False)
class WorldAxes:
    """Left, up and front of the file's world as columns [3, 3]; `up` is one of `UP_AXES`.

    `expected_up` is the axis that the zero posture, or the format, has up.
    """

    matrix: Array
    up: str
    expected_up: str


def world_axes(
    person: Person, placed: JointTransforms, fronts: Array, rest_axes: Array | None, up: str | None
) -> WorldAxes:
    """The axes of the world in which `placed` are the joints of `person`.

    Args:
        fronts: [N, 3], where the person faces. rest_axes: left, up, front of the zero posture.
        up: one of `UP_AXES` where it is known, else it is found.
    """
    trunk = unit(
        between(placed.joints_m, person.bones, "arm")
        - between(placed.joints_m, person.bones, "up_leg")
    )
    seen_up = nearest_axis(trunk.mean(axis=0))
    expected = seen_up if rest_axes is None else nearest_axis(rest_axes[:, 1])
    if person.usual_up is not None:
        expected = axis_of(person.usual_up)
    if up is None:
        chosen = seen_up if _stands(person, placed, trunk, expected, seen_up) else expected
    else:
        chosen = axis_of(up)
    matrix = _heading(chosen, fronts, rest_axes)
    return WorldAxes(matrix, name_of(chosen), name_of(expected))


def axis_of(up: str) -> Array:
    """The direction [3] of one of `UP_AXES`."""
    return np.asarray(np.eye(3)["xyz".index(up[-1])] * (-1 if up[0] == "-" else 1), np.float64)


def name_of(axis: Array) -> str:
    """Which of `UP_AXES` a direction is."""
    return next(name for name in UP_AXES if axis_of(name) @ axis > 1 - 1e-9)


def nearest_axis(direction: Array) -> Array:
    """The axis of the file, or its opposite [3], that is nearest to a direction."""
    axis = np.argmax(np.abs(direction))
    return np.asarray(np.eye(3)[axis] * (1 if direction[axis] >= 0 else -1), np.float64)


def _stands(
    person: Person, placed: JointTransforms, trunk: Array, expected: Array, seen_up: Array
) -> bool:
    """Whether the person clearly stands along `seen_up`, and does not lie on `expected` ground."""
    clear = (trunk @ expected < _AWAY_COSINE).mean() > _CLEAR_SHARE
    if not clear:
        return False
    leg = person.legs_length() / 2
    hips = between(placed.joints_m, person.bones, "up_leg")
    lowest = [
        float(np.percentile((placed.joints_m @ axis).min(axis=1), _LOW_PERCENT))
        for axis in (expected, seen_up)
    ]
    lies = (
        abs(lowest[0]) < _ON_GROUND * leg
        and float(np.median(hips @ expected)) > _ON_GROUND * leg
        and abs(lowest[1]) > _OFF_GROUND * leg
    )
    return not lies


def plain_axes(up: Array) -> Array:
    """Left, up and front as columns [3, 3] where nothing but the direction `up` is known.

    With y up the front is z, with z up it is -y, as tools turn the one into the other; with y
    down it is -z, as cameras see somebody who looks at them.
    """
    return about_axis(0, 180.0) if up[1] < -0.5 else shortest_turn((0, 1, 0), up)


def _heading(up: Array, fronts: Array, rest_axes: Array | None) -> Array:
    plain = plain_axes(up)
    if rest_axes is None:
        return plain
    rest_up = rest_axes[:, 1]
    over = _half_turn(rest_axes[:, 0]) if rest_up @ up < -1 + 1e-6 else None
    turned = (shortest_turn(rest_up, up) if over is None else over) @ rest_axes
    turned = _snapped(turned, plain)
    front = unit(fronts).mean(axis=0)
    plain_deg, turned_deg = (_off_front_deg(axes, front) for axes in (plain, turned))
    return plain if plain_deg < _FACING_DEG and plain_deg + 1 < turned_deg else turned


def _off_front_deg(axes: Array, direction: Array) -> float:
    left, _, front = direction @ axes
    return abs(float(np.degrees(np.arctan2(left, front))))


def _half_turn(axis: Array) -> Array:
    """Half a turn about a unit vector [3]."""
    return np.asarray(2 * np.outer(axis, axis) - np.eye(3), np.float64)


def _snapped(axes: Array, plain: Array) -> Array:
    """`axes`, by quarters of `plain` where that is nearly so: rests are not drawn to the degree."""
    local = plain.T @ axes
    yaw_deg = float(np.degrees(np.arctan2(local[0, 2], local[2, 2])))
    quarter = 90 * round(yaw_deg / 90)
    return plain @ about_axis(1, quarter) if abs(yaw_deg - quarter) < _SNAP_DEG else axes
