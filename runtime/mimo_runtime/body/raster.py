"""The raster pass: which triangle is nearest at every pixel, then what that triangle shows there.

Corners are snapped to 1/256 px and edges are tested in whole numbers, so that neighbours share
their edge exactly: no gaps, and the same picture on every machine.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats
from mimo_runtime.body.jit import Compiled
from mimo_runtime.body.skeleton import Array

STEPS_PER_PX = 256
NEAR_M = 0.05
FURTHEST_PX = 2**20
NO_TRIANGLE = -1

Indices = NDArray[np.int32]
Integers = NDArray[np.int64]


def nearest_triangles(
    pixels: Array, depths_m: Array, triangles: NDArray[np.int32], width_px: int, height_px: int
) -> tuple[Indices, Integers, Array]:
    """The nearest triangle at every pixel's centre; of equally near ones the first.

    pixels float64 [V, 2], depths_m [V], triangles [T, 3], seen from both sides. A triangle that
    comes nearer than `NEAR_M` or reaches `FURTHEST_PX` away from the picture is left out.
    Returns triangle ids int32 [height, width] (`NO_TRIANGLE` where there is none), the corners as
    they were snapped int64 [V, 2], and the inverse depths of the vertices [V], 0 where left out.
    """
    usable = (depths_m >= NEAR_M) & (np.abs(pixels).max(axis=1) < FURTHEST_PX)
    corners = np.where(usable[:, None], np.rint(pixels * STEPS_PER_PX), 0).astype(np.int64)
    inverse = np.where(usable, 1 / np.where(usable, depths_m, 1), 0)
    triangle_ids = np.full((height_px, width_px), NO_TRIANGLE, np.int32)
    _find_nearest(corners, inverse, triangles, triangle_ids, np.zeros(triangle_ids.shape))
    return triangle_ids, corners, inverse


def resolve(
    triangle_ids: Indices,
    corners: Integers,
    inverse_depths: Array,
    triangles: NDArray[np.int32],
    values: Floats,
    samples: int,
) -> tuple[Floats, Floats, Floats, Array]:
    """What the nearest triangles show, `samples` x `samples` of `triangle_ids` to a pixel.

    values: float32 [V, 3 + C], of which the first three are a colour.
    Returns the colour averaged over all samples, nobody being black [H, W, 3]; the other values
    of the nearest sample [H, W, C], 0 where nobody is; the share of covered samples [H, W]; the
    depth of the nearest sample in metres [H, W], infinite where nobody is.
    """
    height, width = triangle_ids.shape[0] // samples, triangle_ids.shape[1] // samples
    colour = np.zeros((height, width, 3), np.float32)
    others = np.zeros((height, width, values.shape[1] - 3), np.float32)
    coverage = np.zeros((height, width), np.float32)
    depth = np.full((height, width), np.inf)
    _resolve(
        triangle_ids, corners, inverse_depths, triangles, values, samples,
        colour, others, coverage, depth,
    )  # fmt: skip
    return colour, others, coverage, depth


@Compiled
def edge(a: Integers, b: Integers, x: int, y: int) -> Any:
    """Twice the area of the triangle of `a`, `b` [2] and (x, y), its sign that of the turn."""
    return (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0])


@Compiled
def _find_nearest(
    corners: Integers, inverse: Array, triangles: Indices, triangle_ids: Indices, nearest: Array
) -> None:
    height, width = triangle_ids.shape
    half = STEPS_PER_PX // 2
    for number in range(triangles.shape[0]):
        i, j, k = triangles[number]
        if inverse[i] == 0 or inverse[j] == 0 or inverse[k] == 0:
            continue
        a, b, c = corners[i], corners[j], corners[k]
        left = max((min(a[0], b[0], c[0]) - half + STEPS_PER_PX - 1) // STEPS_PER_PX, 0)
        right = min((max(a[0], b[0], c[0]) - half) // STEPS_PER_PX, width - 1)
        top = max((min(a[1], b[1], c[1]) - half + STEPS_PER_PX - 1) // STEPS_PER_PX, 0)
        bottom = min((max(a[1], b[1], c[1]) - half) // STEPS_PER_PX, height - 1)
        if left > right or top > bottom:
            continue
        area = edge(a, b, c[0], c[1])
        if area == 0:
            continue
        sign = 1 if area > 0 else -1
        for row in range(top, bottom + 1):
            y = row * STEPS_PER_PX + half
            for column in range(left, right + 1):
                x = column * STEPS_PER_PX + half
                u, v, w = edge(b, c, x, y), edge(c, a, x, y), edge(a, b, x, y)
                if u * sign < 0 or v * sign < 0 or w * sign < 0:
                    continue
                here = (u * inverse[i] + v * inverse[j] + w * inverse[k]) / area
                if here > nearest[row, column]:
                    nearest[row, column] = here
                    triangle_ids[row, column] = number


@Compiled
def _resolve(
    triangle_ids: Indices,
    corners: Integers,
    inverse: Array,
    triangles: Indices,
    values: Floats,
    samples: int,
    colour: Floats,
    others: Floats,
    coverage: Floats,
    depth: Array,
) -> None:
    shares = np.empty(3)
    count = others.shape[2]
    half = STEPS_PER_PX // 2
    for row in range(triangle_ids.shape[0]):
        for column in range(triangle_ids.shape[1]):
            number = triangle_ids[row, column]
            if number == NO_TRIANGLE:
                continue
            pixel = (row // samples, column // samples)
            ids = triangles[number]
            a, b, c = corners[ids[0]], corners[ids[1]], corners[ids[2]]
            x, y = column * STEPS_PER_PX + half, row * STEPS_PER_PX + half
            shares[0] = edge(b, c, x, y) * inverse[ids[0]]
            shares[1] = edge(c, a, x, y) * inverse[ids[1]]
            shares[2] = edge(a, b, x, y) * inverse[ids[2]]
            total = shares.sum()
            here = edge(a, b, c[0], c[1]) / total
            coverage[pixel] += 1 / (samples * samples)
            for channel in range(3):
                mixed = 0.0
                for corner in range(3):
                    mixed += shares[corner] * values[ids[corner], channel]
                colour[pixel][channel] += mixed / total / (samples * samples)
            if here < depth[pixel]:
                depth[pixel] = here
                for channel in range(count):
                    mixed = 0.0
                    for corner in range(3):
                        mixed += shares[corner] * values[ids[corner], 3 + channel]
                    others[pixel][channel] = mixed / total
