"""The surface of a body of capsules, found by walking along parallel view rays.

The body is the smooth union of its capsules (a signed distance field), so skin flows over
joints; each surface point knows its place on the resting body, which is what colours it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mimo_synthetic.sample.body import A_POSE, Array, points, turn
from mimo_synthetic.sample.limbs import Limb

SMOOTH_M = 0.022
REACH_M = 0.75
MAX_STEPS = 40
NEAR_M = 0.01


@dataclass(frozen=True, slots=True)
class Capsules:
    """K capsules as columns: ends float64 [K, 3], radii [K, 2], turns to the resting body."""

    starts: Array
    ends: Array
    radii: Array
    rest_starts: Array
    rest_ends: Array
    rest_turns: Array


@dataclass(frozen=True, slots=True)
class Surface:
    """What N of the rays met: ray numbers [N], limb numbers [N], normals and resting points."""

    rays: NDArray[np.intp]
    limbs: NDArray[np.intp]
    normals: Array
    rest_points: Array


def capsules(limbs: Sequence[Limb], named: Mapping[str, Array], heading: float) -> Capsules:
    """Place `limbs` at the points `named`, turned by `heading` degrees from facing the viewer."""
    rest = points(A_POSE)
    starts, ends = (
        np.array([named[getattr(limb, end)] for limb in limbs]) for end in ("start", "end")
    )
    rest_starts, rest_ends = (
        np.array([rest[getattr(limb, end)] for limb in limbs]) for end in ("start", "end")
    )
    view = turn(1, heading)
    bones = zip(ends - starts, rest_ends - rest_starts, strict=True)
    rest_turns = np.array([_shortest_turn(bone, resting) @ view.T for bone, resting in bones])
    radii = np.array([(limb.start_radius_m, limb.end_radius_m) for limb in limbs])
    return Capsules(starts @ view.T, ends @ view.T, radii, rest_starts, rest_ends, rest_turns)


def find_surface(body: Capsules, x: Array, y: Array) -> Surface:
    """March rays at `x`, `y` [N] (metres, view frame) from the viewer along -z."""
    flat = replace(body, starts=body.starts * [1, 1, 0], ends=body.ends * [1, 1, 0])
    place = np.stack([x, y, np.zeros_like(x)], axis=1)
    marching = np.flatnonzero(_smooth_minimum(_distances(flat, place)[1]) < NEAR_M)
    place[:, 2] = REACH_M
    met = np.zeros(len(place), dtype=bool)
    for _ in range(MAX_STEPS):
        gap = _smooth_minimum(_distances(body, place[marching])[1])
        place[marching, 2] -= 0.9 * gap
        met[marching] = gap < 1e-3
        marching = marching[(gap >= 1e-3) & (place[marching, 2] > -REACH_M)]
    rays = np.flatnonzero(met)
    along, distances = _distances(body, place[rays])
    return _surface(body, rays, place[rays], along, distances)


def _surface(
    body: Capsules, rays: NDArray[np.intp], place: Array, along: Array, distances: Array
) -> Surface:
    weights = np.exp((distances.min(axis=1, keepdims=True) - distances) / SMOOTH_M)
    weights /= weights.sum(axis=1, keepdims=True)
    normals, rest_points = np.zeros_like(place), np.zeros_like(place)
    for limb in range(len(body.starts)):
        weight, part = weights[:, limb, None], along[:, limb, None]
        offset = place - (1 - part) * body.starts[limb] - part * body.ends[limb]
        axis = (1 - part) * body.rest_starts[limb] + part * body.rest_ends[limb]
        rest_points += weight * (axis + offset @ body.rest_turns[limb].T)
        normals += weight * offset / np.linalg.norm(offset, axis=1, keepdims=True)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return Surface(rays, distances.argmin(axis=1), normals, rest_points)


def _distances(body: Capsules, place: Array) -> tuple[Array, Array]:
    """Where along each axis [N, K] in [0, 1] the nearest point lies, and how far the skin is."""
    bones = body.ends - body.starts
    length_squared = np.maximum((bones**2).sum(axis=1), 1e-12)
    onto = place @ bones.T - (body.starts * bones).sum(axis=1)
    along = np.clip(onto / length_squared, 0.0, 1.0)
    to_start = (place**2).sum(axis=1, keepdims=True) - 2 * place @ body.starts.T
    to_start += (body.starts**2).sum(axis=1)
    to_axis = np.sqrt(np.maximum(to_start + along * (along * length_squared - 2 * onto), 0.0))
    return along, to_axis - body.radii[:, 0] - along * (body.radii[:, 1] - body.radii[:, 0])


def _smooth_minimum(distances: Array) -> Array:
    nearest = distances.min(axis=1)
    spread = np.exp((nearest[:, None] - distances) / SMOOTH_M).sum(axis=1)
    blended: Array = nearest - SMOOTH_M * np.log(spread)
    return blended


def _shortest_turn(bone: Array, resting: Array) -> Array:
    """The rotation [3, 3] that carries the direction of `bone` to that of `resting`."""
    if not bone.any():
        return np.eye(3)
    start, end = bone / np.linalg.norm(bone), resting / np.linalg.norm(resting)
    cross = np.cross(start, end)
    skew = np.array([[0, -cross[2], cross[1]], [cross[2], 0, -cross[0]], [-cross[1], cross[0], 0]])
    rotation: Array = np.eye(3) + skew + skew @ skew / (1 + start @ end)
    return rotation
