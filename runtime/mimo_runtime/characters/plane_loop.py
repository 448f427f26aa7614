"""The loop over pixels that draws planes from what the raster pass found."""

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats, Pixels
from mimo_runtime.body.jit import Compiled
from mimo_runtime.body.raster import NO_TRIANGLE, STEPS_PER_PX, Indices, Integers, edge
from mimo_runtime.body.skeleton import Array
from mimo_runtime.characters.texture import NOWHERE

_FURTHEST_TEXELS = 8


@Compiled
def paint_planes(
    triangle_ids: Indices,
    corners: Integers,
    inverse_depths: Array,
    triangles: NDArray[np.int32],
    surface: Floats,
    normals: Array,
    uv: Floats,
    rgb: Pixels,
    confidence: Pixels,
    origin: Pixels,
    samples: int,
    planes: Floats,
) -> None:
    """Draw into `planes` [12, H, W], which are 0; outside the body they stay so.

    triangle_ids, corners, inverse_depths: of `nearest_triangles`, `samples` x `samples` to a pixel.
    Colour and confidence are means over the samples that show the body, surface and normal those
    of the nearest sample, which never lie between an arm and the trunk behind it.
    """
    shares, texel = np.empty(3), np.empty(4)
    half = STEPS_PER_PX // 2
    for row in range(planes.shape[1]):
        for column in range(planes.shape[2]):
            covered, nearest = 0, 0.0
            for part in range(samples * samples):
                y, x = row * samples + part // samples, column * samples + part % samples
                number = triangle_ids[y, x]
                if number == NO_TRIANGLE:
                    continue
                ids = triangles[number]
                near = _share(
                    corners, inverse_depths, ids,
                    x * STEPS_PER_PX + half, y * STEPS_PER_PX + half, shares,
                )  # fmt: skip
                covered += 1
                _read(uv[number], shares, rgb, confidence, origin, texel)
                for channel in range(4):
                    planes[6 + channel, row, column] += texel[channel]
                if near > nearest:
                    nearest = near
                    _point(ids, shares, surface, normals, planes[:, row, column])
            if covered > 0:
                for channel in range(6, 10):
                    planes[channel, row, column] /= covered
                planes[10, row, column] = covered / (samples * samples)


@Compiled
def _share(
    corners: Integers, inverse: Array, ids: NDArray[np.int32], x: int, y: int, shares: Array
) -> float:
    """Put the weights of a triangle's corners at (x, y) into `shares`; the inverse depth there."""
    a, b, c = corners[ids[0]], corners[ids[1]], corners[ids[2]]
    shares[0] = edge(b, c, x, y) * inverse[ids[0]]
    shares[1] = edge(c, a, x, y) * inverse[ids[1]]
    shares[2] = edge(a, b, x, y) * inverse[ids[2]]
    total = shares[0] + shares[1] + shares[2]
    for corner in range(3):
        shares[corner] /= total
    return float(total / edge(a, b, c[0], c[1]))


@Compiled
def _point(
    ids: NDArray[np.int32], shares: Array, surface: Floats, normals: Array, pixel: Floats
) -> None:
    length = 0.0
    for axis in range(3):
        position, way = 0.0, 0.0
        for corner in range(3):
            position += shares[corner] * surface[ids[corner], axis]
            way += shares[corner] * normals[ids[corner], axis]
        pixel[axis], pixel[3 + axis] = position, way
        length += way * way
    length = max(np.sqrt(length), 1e-6)
    for axis in range(3):
        pixel[3 + axis] /= length


@Compiled
def _read(
    uv: Floats, shares: Array, rgb: Pixels, confidence: Pixels, origin: Pixels, texel: Array
) -> None:
    """Colour and confidence, 0 to 1, between the four texels around; islands do not bleed.

    Where an island is thinner than that, the texels around those count, and so on.
    """
    size = rgb.shape[0]
    u, v = 0.0, 0.0
    for corner in range(3):
        u += shares[corner] * uv[corner, 0]
        v += shares[corner] * uv[corner, 1]
    x, y = u * size - 0.5, (1 - v) * size - 0.5
    left, top = int(np.floor(x)), int(np.floor(y))
    texel[:] = 0
    total = 0.0
    for reach in range(_FURTHEST_TEXELS):
        for row in range(max(top - reach, 0), min(top + 2 + reach, size)):
            for column in range(max(left - reach, 0), min(left + 2 + reach, size)):
                if origin[row, column] == NOWHERE:
                    continue
                across, down = abs(x - column), abs(y - row)
                weight = max((1 + reach - across) * (1 + reach - down), 1e-6)
                total += weight
                for channel in range(3):
                    texel[channel] += weight * rgb[row, column, channel]
                texel[3] += weight * confidence[row, column]
        if total > 0:
            break
    for channel in range(4):
        texel[channel] /= 255 * max(total, 1e-6)
