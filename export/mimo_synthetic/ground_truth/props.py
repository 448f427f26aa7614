"""What is in front of the person: things that stand there, and a ball or somebody that passes."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.body import Body
from mimo_runtime.body.skeleton import Skeleton
from mimo_synthetic.ground_truth.grain import rough, sampled

OCCLUDERS: Final = ("standing", "moving")
STANDING: Final = ("post", "bush", "bench")
_SHADOW_STEP_M = 0.02
_BESIDE_M: Final = {"post": (0.08, 0.3), "bush": (0.3, 0.5), "bench": (0.35, 0.6)}

Array = NDArray[np.float64]


def standing_solid(kind: str, random: np.random.Generator, middle_m: Array) -> Body:
    """A post, bush or bench a little beside `middle_m` [3]."""
    side = float(random.choice([-1, 1]) * random.uniform(*_BESIDE_M[kind]))
    at = middle_m + np.array([side, 0, 0])
    if kind == "post":
        return _solid(random, [_sphere_like(at, np.array([0.075, 3.2, 0.075]))], (0.2, 0.34, 0.3))
    if kind == "bench":
        parts = [
            _block(at + np.array([0, 0.45, 0]), (0.6, 0.035, 0.2)),
            _block(at + np.array([0, 0.72, -0.2]), (0.6, 0.07, 0.02)),
        ]
        parts += [_block(at + np.array([x, 0.22, 0]), (0.035, 0.22, 0.18)) for x in (-0.5, 0.5)]
        return _solid(random, parts, (0.45, 0.28, 0.14))
    parts = []
    for _ in range(14):
        middle = at + random.uniform((-0.28, 0.15, -0.2), (0.28, 0.75, 0.2))
        parts.append(_sphere_like(middle, np.full(3, random.uniform(0.13, 0.22))))
    return _solid(random, parts, (0.16, 0.38, 0.14), rough_by=0.5)


def ball(random: np.random.Generator) -> Body:
    """A ball of 36 to 48 cm around the origin."""
    radius = float(random.uniform(0.18, 0.24))
    parts = [_sphere_like(np.zeros(3), np.full(3, radius))]
    mesh = _solid(random, parts, (0.9, 0.45, 0.1))
    panels = np.sign(mesh.vertices_m).prod(axis=1) > 0
    mesh.colours[panels] = (0.95, 0.93, 0.88)
    return mesh


def ball_position_m(random: np.random.Generator, share: float) -> Array:
    """Where the ball is at `share` 0..1 of the clip: it crosses the origin, bouncing once."""
    way = random.choice([-1, 1])
    height = 0.28 + random.uniform(0.8, 1.1) * abs(np.sin(np.pi * (share * 1.6 + 0.25)))
    return np.array([way * 2.4 * (2 * share - 1), height, 0])


def _solid(
    random: np.random.Generator,
    parts: list[tuple[Array, NDArray[np.int32]]],
    colour: tuple[float, float, float],
    rough_by: float = 0.15,
) -> Body:
    """A mesh whose vertices are close enough together for a shadow."""
    counts = np.cumsum([0, *(len(vertices) for vertices, _ in parts)])
    vertices = np.concatenate([vertices for vertices, _ in parts])
    triangles = np.concatenate([t + start for (_, t), start in zip(parts, counts, strict=False)])
    texture = rough(random, 256, (3.0, 10.0))
    across, up = vertices[:, 0] + vertices[:, 2], vertices[:, 1]
    tone = 1 + rough_by * sampled(texture, across, up)[:, None]
    colours = (np.array(colour) * tone).clip(0, 1).astype(np.float32)
    return _mesh(vertices, triangles.astype(np.int32), colours)


def _mesh(vertices_m: Array, triangles: NDArray[np.int32], colours: NDArray[np.float32]) -> Body:
    count = len(vertices_m)
    nothing = np.zeros((1, 3))
    return Body(
        name="solid",
        skeleton=Skeleton(("all",), (-1,), nothing, nothing),
        vertices_m=vertices_m,
        triangles=triangles,
        weight_joints=np.zeros((count, 1), np.int32),
        weights=np.ones((count, 1)),
        surface=np.zeros((count, 3), np.float32),
        colours=colours,
    )


def _sphere_like(middle_m: Array, radii_m: Array) -> tuple[Array, NDArray[np.int32]]:
    """A sphere stretched to `radii_m` [3]; very tall ones are columns."""
    column = radii_m[1] > 1
    rows = max(8, int(2 * radii_m[1] / _SHADOW_STEP_M)) if column else 22
    around, down = np.meshgrid(np.linspace(0, 2 * np.pi, 29), np.linspace(0, np.pi, rows))
    width = np.ones_like(down) if column else np.sin(down)
    height = (down / np.pi * 2 - 1) if column else np.cos(down)
    points = np.stack([width * np.cos(around), height, width * np.sin(around)], axis=-1)
    return (points * radii_m + middle_m).reshape(-1, 3), _grid(*down.shape)


def _block(middle_m: Array, half_m: tuple[float, float, float]) -> tuple[Array, NDArray[np.int32]]:
    """A box as six grids."""
    vertices: list[Array] = []
    triangles: list[NDArray[np.int32]] = []
    half = np.array(half_m)
    for axis in range(3):
        others = [other for other in range(3) if other != axis]
        steps = [max(2, int(2 * half[other] / _SHADOW_STEP_M)) for other in others]
        u, v = np.meshgrid(*(np.linspace(-1, 1, step) for step in steps), indexing="ij")
        for end in (-1.0, 1.0):
            face = np.empty((*u.shape, 3))
            face[..., axis], face[..., others[0]], face[..., others[1]] = end, u, v
            triangles.append(_grid(*u.shape) + np.int32(sum(map(len, vertices))))
            vertices.append((face * half + middle_m).reshape(-1, 3))
    return np.concatenate(vertices), np.concatenate(triangles).astype(np.int32)


def _grid(rows: int, columns: int) -> NDArray[np.int32]:
    """Triangles of a grid of vertices, seen from both sides anyway."""
    corner = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = corner[:-1, :-1], corner[:-1, 1:], corner[1:, 1:], corner[1:, :-1]
    one, two = np.stack([a, b, c], axis=-1), np.stack([a, c, d], axis=-1)
    return np.concatenate([one, two]).reshape(-1, 3).astype(np.int32)
