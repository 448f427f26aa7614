"""The texture map of the shipped body: which point of the surface each texel shows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats
from mimo_runtime.body.body import Body
from mimo_runtime.body.raster import NO_TRIANGLE, nearest_triangles
from mimo_runtime.body.shipped import load_texture_corners

Integers = NDArray[np.int64]
Shares = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Atlas:
    """K texels of a square picture of `size_px` are on the body.

    Attributes:
        rows, columns: int [K], of each texel; row 0 is the top, where v is 1.
        triangles: int [K], the triangle that each texel shows, of T.
        shares: float64 [K, 3], the weight of its corners there.
        corners_px: float64 [T, 3, 2], columns and rows of the corners of all triangles.
    """

    size_px: int
    rows: Integers
    columns: Integers
    triangles: Integers
    shares: Shares
    corners_px: Shares

    def index(self) -> Integers:
        """int [size, size], the number of each texel, -1 where nobody is."""
        numbers = np.full((self.size_px, self.size_px), -1)
        numbers[self.rows, self.columns] = np.arange(len(self.rows))
        return numbers

    def spread(self, vertices: NDArray[Any], body: Body) -> Shares:
        """Values of vertices [V, C] at the texels, float64 [K, C]."""
        corners = vertices[body.triangles[self.triangles]]
        return np.asarray(np.einsum("kc,kcd->kd", self.shares, corners), np.float64)

    def picture(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values of texels [K, ...] as a picture [size, size, ...], 0 where nobody is."""
        texels = np.zeros((self.size_px, self.size_px, *values.shape[1:]), values.dtype)
        texels[self.rows, self.columns] = values
        return texels


def shipped_atlas(size_px: int) -> Atlas:
    """The map of the shipped body with `size_px` texels on each side."""
    return atlas_of(load_texture_corners().uv, size_px)


def atlas_of(corners_uv: Floats, size_px: int, first: int = 0) -> Atlas:
    """Where the triangles from number `first` on lie, of those with `corners_uv` [T, 3, 2]."""
    uv = corners_uv[first:].astype(np.float64)
    corners = np.stack([uv[..., 0], 1 - uv[..., 1]], axis=-1) * size_px
    flat = corners.reshape(-1, 2)
    own = np.arange(len(flat), dtype=np.int32).reshape(-1, 3)
    triangle_ids, _, _ = nearest_triangles(flat, np.ones(len(flat)), own, size_px, size_px)
    rows, columns = np.nonzero(triangle_ids != NO_TRIANGLE)
    triangles = triangle_ids[rows, columns].astype(np.int64)
    middles = np.column_stack([columns, rows]).astype(np.float64) + 0.5
    shares = _shares(middles, corners[triangles])
    return Atlas(size_px, rows, columns, triangles + first, shares, corners)


def _shares(points: Shares, corners: Shares) -> Shares:
    """The weights [K, 3] of corners [K, 3, 2] for points [K, 2] in or at the edge of them."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    first, second, away = b - a, c - a, points - a
    area = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    area = np.where(area == 0, 1e-12, area)
    u = (away[:, 0] * second[:, 1] - away[:, 1] * second[:, 0]) / area
    v = (first[:, 0] * away[:, 1] - first[:, 1] * away[:, 0]) / area
    shares = np.column_stack([1 - u - v, u, v]).clip(0, 1)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float64)
