"""Buns and hats: round meshes that go with the head."""

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.body import Body
from mimo_synthetic.people.garments import Garment
from mimo_synthetic.people.looks import Look

Array = NDArray[np.float64]


def bun(random: np.random.Generator, bare: Body, look: Look) -> tuple[Garment, NDArray[np.float32]]:
    """A ball of hair at the back or on the top of the head, or a long one: a pony tail."""
    radius = random.uniform(0.035, 0.07)
    long = random.choice([1.0, 1.0, 2.6])
    away = np.array([0, random.uniform(-0.14, 0.01), random.uniform(-0.11, -0.03)])
    place = _crown_m(bare) + away
    place[1] -= radius * (long - 1)
    return _on_head(bare, _ball(place, (radius, radius * long, radius)), look.hair)


def hat(
    random: np.random.Generator, bare: Body, _look: Look
) -> tuple[Garment, NDArray[np.float32]]:
    """A cap, a bonnet or a hat with a brim."""
    crown = _crown_m(bare)
    wide, high = random.uniform(0.1, 0.12), random.uniform(0.07, 0.14)
    points, triangles = _ball(crown + np.array([0, -0.05, -0.005]), (wide, high, wide * 1.2))
    points[:, 1] = np.maximum(points[:, 1], crown[1] - 0.07)
    brim = random.choice([0.0, 0.07, 0.12])
    flat, more = _ball(crown + np.array([0, -0.07, 0.02]), (wide + brim, 0.008, wide * 1.2 + brim))
    whole = (np.concatenate([points, flat]), np.concatenate([triangles, more + len(points)]))
    return _on_head(bare, whole, random.random(3).astype(np.float32))


def _crown_m(bare: Body) -> Array:
    """The top of the head at rest."""
    return np.asarray(bare.vertices_m[bare.vertices_m[:, 1].argmax()] * (0, 1, 1), np.float64)


def _on_head(
    bare: Body, mesh: tuple[Array, NDArray[np.int32]], colour: NDArray[np.float32]
) -> tuple[Garment, NDArray[np.float32]]:
    points, triangles = mesh
    joints = np.full((len(points), bare.weights.shape[1]), bare.skeleton.index("Head"), np.int32)
    weights = np.zeros(joints.shape)
    weights[:, 0] = 1
    shade = 1 + 0.1 * np.sin(70 * points[:, :1])
    colours = (colour * shade).clip(0, 1).astype(np.float32)
    return Garment(points, points, triangles, joints, weights), colours


def _ball(middle_m: Array, radii_m: tuple[float, float, float]) -> tuple[Array, NDArray[np.int32]]:
    around, down = np.meshgrid(np.linspace(0, 2 * np.pi, 17), np.linspace(0, np.pi, 9))
    sphere = [np.sin(down) * np.cos(around), np.cos(down), np.sin(down) * np.sin(around)]
    points = np.stack(sphere, axis=-1).reshape(-1, 3) * radii_m + middle_m
    corner = np.arange(down.size).reshape(down.shape)
    a, b, c, d = corner[:-1, :-1], corner[:-1, 1:], corner[1:, 1:], corner[1:, :-1]
    cells = np.concatenate([np.stack(t, axis=-1).reshape(-1, 3) for t in ((a, b, c), (a, c, d))])
    return points, cells.astype(np.int32)
