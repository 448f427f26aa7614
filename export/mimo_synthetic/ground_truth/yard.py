"""The scene: a yard with a paved or boarded floor, walls with pictures on them, boxes, and sky."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.camera import Camera
from mimo_synthetic.ground_truth.grain import Floats, rough, sampled
from mimo_synthetic.ground_truth.light import brightness
from mimo_synthetic.ground_truth.rays import Box, Hits, cast

_TEXTURE_PX, _TEXTURE_M = 1024, 4.0
_GRAIN = 0.045
_SKY_DEPTH_M = 100.0
_JOINT_M = 0.012

Array = NDArray[np.float64]
Brightness = Callable[[Array], Floats]
"""Of surfaces with unit normals [N, 3] in world axes: float32 [N, 1] or [N, 3]."""


@dataclass(frozen=True, slots=True, eq=False)
class Poster:
    """A rectangle on a wall: its middle and size in wall metres, its colours."""

    wall: int
    middle_m: tuple[float, float]
    size_m: tuple[float, float]
    colours: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Yard:
    """What it is made of; `room` is seen from inside, `boxes` from outside."""

    room: Box
    boxes: tuple[Box, ...]
    box_colours: Floats
    floor_colour: Floats
    wall_colour: Floats
    tile_m: tuple[float, float]
    brick_m: tuple[float, float]
    posters: tuple[Poster, ...]
    texture: Floats


def random_yard(random: np.random.Generator) -> Yard:
    """A yard 9 m wide whose back wall is 3.2 m behind the middle, with boxes along it."""
    boxes = []
    for left in random.permutation(np.arange(-3.2, 3.0, 0.9))[:4]:
        size = random.uniform((0.35, 0.3, 0.35), (0.7, 1.1, 0.6))
        low = np.array([left + random.uniform(0, 0.2), 0.0, -3.0 + random.uniform(0, 0.5)])
        boxes.append(Box(low, low + size))
    posters = [_poster(random, wall, place) for wall in range(3) for place in range(5)]
    return Yard(
        room=Box(np.array([-4.5, 0.0, -3.2]), np.array([4.5, 3.1, 9.0])),
        boxes=tuple(boxes),
        box_colours=random.uniform(0.25, 0.75, (len(boxes), 3)).astype(np.float32),
        floor_colour=random.uniform((0.42, 0.4, 0.36), (0.6, 0.56, 0.52)).astype(np.float32),
        wall_colour=random.uniform((0.5, 0.45, 0.4), (0.75, 0.72, 0.7)).astype(np.float32),
        tile_m=((0.6, 0.6), (0.16, 2.0), (0.3, 0.6))[random.integers(3)],
        brick_m=((0.48, 0.16), (1.2, 0.9))[random.integers(2)],
        posters=tuple(posters),
        texture=rough(random, _TEXTURE_PX, (3.0, 8.0, 40.0)),
    )


def see(yard: Yard, camera: Camera, bright: Brightness = brightness) -> tuple[Floats, Floats, Hits]:
    """The yard through `camera` without shadows, in the light that `bright` tells of.

    Returns the colours float32 [H, W, 3] 0..1, the depth in metres float32 [H, W] (100 m for the
    sky), and what the rays hit.
    """
    hits = cast(yard.room, yard.boxes, camera)
    colours = _sky(yard, hits)
    for area, painted in (
        (hits.floor, _floor),
        (hits.walls, _walls),
        (hits.boxes, _boxes),
    ):
        colours[area] = painted(yard, hits, area) * bright(hits.normals[area])
    depth = np.where(hits.sky, _SKY_DEPTH_M, hits.depths_m).astype(np.float32)
    return colours.clip(0, 1), depth, hits


def _poster(random: np.random.Generator, wall: int, place: int) -> Poster:
    middle = (-3.6 + 1.8 * place + random.uniform(-0.3, 0.3), random.uniform(1.3, 2.2))
    cells = random.uniform(0.1, 0.95, (random.integers(2, 5), random.integers(2, 4), 3))
    size = (random.uniform(0.4, 1.1), random.uniform(0.5, 1.1))
    return Poster(wall, middle, size, cells.astype(np.float32))


def _grained(yard: Yard, across: Array, down: Array) -> Floats:
    return 1 + _GRAIN * sampled(yard.texture, across / _TEXTURE_M, down / _TEXTURE_M)[:, None] * 2


def _joints(across: Array, down: Array, size_m: tuple[float, float], half: bool) -> Floats:
    """How dark the joints between tiles are [N, 1], and each tile a little different."""
    row = np.floor(down / size_m[1])
    across = across + half * (row % 2) * size_m[0] / 2
    column = np.floor(across / size_m[0])
    edge = np.minimum(across - column * size_m[0], down - row * size_m[1])
    tone = np.sin(12.9898 * row + 78.233 * column) * 43758.5453
    shade = np.where(edge < _JOINT_M, 0.72, 0.95 + 0.09 * (tone - np.floor(tone)))
    return np.asarray(shade, np.float32)[:, None]


def _floor(yard: Yard, hits: Hits, area: NDArray[np.bool_]) -> Floats:
    x, z = hits.points_m[area][:, 0], hits.points_m[area][:, 2]
    return yard.floor_colour * _joints(x, z, yard.tile_m, True) * _grained(yard, x, z)


def _walls(yard: Yard, hits: Hits, area: NDArray[np.bool_]) -> Floats:
    points, sides = hits.points_m[area], hits.sides[area]
    across = np.where(sides == 0, points[:, 0], points[:, 2] + 7.0 * sides)
    up = points[:, 1]
    colours = yard.wall_colour * _joints(across, up, yard.brick_m, True)
    colours[up < 0.12] = yard.wall_colour * 0.45
    for poster in yard.posters:
        right = (across - 7.0 * poster.wall * (poster.wall > 0) - poster.middle_m[0]) + 0.5 * (
            poster.size_m[0]
        )
        column = right / poster.size_m[0]
        row = (poster.middle_m[1] - up) / poster.size_m[1] + 0.5
        on = (sides == poster.wall) & (column >= 0) & (column < 1) & (row >= 0) & (row < 1)
        rows, columns = poster.colours.shape[:2]
        cell = poster.colours[
            (row[on] * rows).astype(np.int64), (column[on] * columns).astype(np.int64)
        ]
        colours[on] = cell
    return np.asarray(colours * _grained(yard, across, up), np.float32)


def _boxes(yard: Yard, hits: Hits, area: NDArray[np.bool_]) -> Floats:
    points = hits.points_m[area]
    colours = yard.box_colours[hits.sides[area]]
    slats = np.where((points[:, 1] % 0.22) < 0.02, 0.6, 1.0).astype(np.float32)
    return colours * slats[:, None] * _grained(yard, points[:, 0] + points[:, 2], points[:, 1])


def _sky(yard: Yard, hits: Hits) -> Floats:
    ways = hits.ways / np.linalg.norm(hits.ways, axis=-1, keepdims=True)
    up = ways[..., 1].clip(0, 1)
    clouds = sampled(yard.texture, ways[..., 0] * 0.8, ways[..., 1] * 1.6).clip(0, 2) * 0.05
    low, high = np.array((0.8, 0.86, 0.92)), np.array((0.42, 0.6, 0.85))
    share = (up * 2).clip(0, 1)[..., None].astype(np.float32)
    return np.asarray(low * (1 - share) + high * share + clouds[..., None], np.float32)
