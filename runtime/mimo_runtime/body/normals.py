"""Normals of a mesh."""

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.jit import Compiled
from mimo_runtime.body.skeleton import Array


def vertex_normals(vertices_m: Array, triangles: NDArray[np.int32]) -> Array:
    """float64 [V, 3]: unit vectors, the mean of the triangles around, larger ones counting more.

    They point outwards where triangles are counter-clockwise seen from outside. A vertex of no
    triangle, or of empty ones only, has the normal 0.
    """
    normals = np.zeros_like(vertices_m)
    _add_triangles(vertices_m, triangles, normals)
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    return np.asarray(normals / np.where(lengths == 0, 1, lengths), np.float64)


@Compiled
def _add_triangles(vertices: Array, triangles: NDArray[np.int32], normals: Array) -> None:
    for number in range(triangles.shape[0]):
        i, j, k = triangles[number]
        x, y, z = vertices[i, 0], vertices[i, 1], vertices[i, 2]
        ax, ay, az = vertices[j, 0] - x, vertices[j, 1] - y, vertices[j, 2] - z
        bx, by, bz = vertices[k, 0] - x, vertices[k, 1] - y, vertices[k, 2] - z
        for corner in (i, j, k):
            normals[corner, 0] += ay * bz - az * by
            normals[corner, 1] += az * bx - ax * bz
            normals[corner, 2] += ax * by - ay * bx
