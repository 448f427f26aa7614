"""Small bodies for tests, random rotations, and how many examples a property needs."""

import numpy as np
from hypothesis import settings

from mimo_runtime.body.body import Body, box_coordinates
from mimo_runtime.body.colours import surface_colours
from mimo_runtime.body.rotations import from_quaternion
from mimo_runtime.body.skeleton import Skeleton

few = settings(max_examples=25)


def random_rotations(seed: int, *shape: int) -> np.ndarray:
    return from_quaternion(np.random.default_rng(seed).normal(size=(*shape, 4)))


def box_body(low=(-1, 0, -1), high=(1, 2, 1)) -> Body:
    """A box of 8 vertices, outward triangles, its upper half on a second joint."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    vertices = np.array(
        [[x, y, z] for y in (y0, y1) for z in (z0, z1) for x in (x0, x1)], np.float64
    )
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    triangles = np.array([[q[i] for i in t] for q in quads for t in ((0, 1, 2), (0, 2, 3))])
    middle = (np.array(low) + high) / 2
    rest = np.array([[middle[0], y0, middle[2]], middle], np.float64)
    skeleton = Skeleton(("low", "high"), (-1, 0), rest, rest + np.array([0, (y1 - y0) / 2, 0]))
    upper = (vertices[:, 1] == y1).astype(float)
    surface = box_coordinates(vertices)
    return Body(
        name="box",
        skeleton=skeleton,
        vertices_m=vertices,
        triangles=triangles.astype(np.int32),
        weight_joints=np.tile(np.array([0, 1], np.int32), (8, 1)),
        weights=np.stack([1 - upper, upper], axis=1),
        surface=surface,
        colours=surface_colours(surface),
    )
