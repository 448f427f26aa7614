"""Left and right of the shipped body: which texel is the mirror image of which."""

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.body import Body
from mimo_runtime.characters.atlas import Atlas, Integers

_STEPS = 4096


def mirrored_vertices(body: Body) -> Integers:
    """int [V], the vertex on the other side of each vertex of the shipped body."""
    positions = np.rint(body.surface * _STEPS).astype(np.int64)
    opposite = np.rint(body.surface * (-1, 1, 1) * _STEPS + (_STEPS, 0, 0)).astype(np.int64)
    order, wanted = np.lexsort(positions.T), np.lexsort(opposite.T)
    result = np.empty(len(positions), np.int64)
    result[wanted] = order
    return result


def mirrored_texels(atlas: Atlas, body: Body) -> Integers:
    """int [K], the texel that shows the mirror image of each texel, -1 where there is none."""
    opposite = mirrored_vertices(body)
    quads = body.triangles.reshape(-1, 2, 3)
    corners = atlas.corners_px.reshape(-1, 2, 3, 2)
    ids = np.concatenate([quads[:, 0], quads[:, 1, 2:]], axis=1)
    positions = np.concatenate([corners[:, 0], corners[:, 1, 2:]], axis=1)
    twin = _same_quads(np.sort(opposite[ids], axis=1), np.sort(ids, axis=1))
    quad = twin[atlas.triangles // 2]
    wanted = opposite[body.triangles[atlas.triangles]]
    slot = (ids[quad][:, None] == wanted[:, :, None]).argmax(axis=2)
    mirrored = np.take_along_axis(positions[quad], slot[..., None], axis=1)
    column, row = (atlas.shares[..., None] * mirrored).sum(axis=1).T.astype(np.int64)
    limit = atlas.size_px - 1
    return np.where(quad >= 0, atlas.index()[row.clip(0, limit), column.clip(0, limit)], -1)


def _same_quads(wanted: NDArray[np.int64], quads: NDArray[np.int64]) -> Integers:
    """For each row of `wanted` [Q, 4] the row of `quads` [Q, 4] that equals it, -1 for none."""
    numbers = {tuple(quad): number for number, quad in enumerate(quads.tolist())}
    return np.array([numbers.get(tuple(quad), -1) for quad in wanted.tolist()])
