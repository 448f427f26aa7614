"""The outline of a body in a picture, and how far it is from that of a matte."""

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.normals import vertex_normals
from mimo_runtime.body.render import render_vertices
from mimo_runtime.body.skeleton import Array
from mimo_runtime.characters.tuning import TUNING


def on_outline(
    body: Body, vertices: Array, camera: Camera, most: int
) -> tuple[NDArray[np.int64], Array]:
    """Vertices at the edge of the body's picture, and where its outside is there, [C, 2].

    vertices: float64 [V, 3] in the world. About `most` are taken, evenly.
    """
    mask = render_vertices(body, vertices, camera, samples=1).mask.astype(np.uint8)
    kernel = np.ones((2 * TUNING.outline_edge_px + 1,) * 2, np.uint8)
    edge = (cv2.dilate(mask, kernel) > 0) & (cv2.erode(mask, kernel) == 0)
    pixels, _ = camera.project(vertices)
    cells = np.floor(pixels).astype(np.int64)
    size = (camera.width_px, camera.height_px)
    inside = ((cells >= 0) & (cells < size)).all(axis=1)
    x, y = cells.clip(0, np.array(size) - 1).T
    normals = camera.turned(vertex_normals(vertices, body.triangles))
    flat = np.linalg.norm(normals[:, :2], axis=1)
    chosen = np.flatnonzero(inside & edge[y, x] & (flat > TUNING.outline_flat))
    chosen = chosen[:: max(1, len(chosen) // most)]
    return chosen, normals[chosen, :2] / flat[chosen, None]


def gaps_px(
    places_px: Array,
    directions: Array,
    drawn: NDArray[np.bool_],
    matte: NDArray[np.bool_],
    furthest_px: float,
) -> Array:
    """float64 [C], how far the matte's edge is outwards (or, below 0, inwards) of outline points.

    Where the body itself begins again on the way out, as between legs under a skirt, each side
    goes half of the way. NaN where there is no edge within `furthest_px`, as at the border of the
    picture.

    places_px, directions: float64 [C, 2], points on the outline of `drawn` [H, W], and unit vectors
    out of it.
    """
    steps = np.arange(0, furthest_px, TUNING.outline_step_px)
    in_matte, known = _looked_up(matte, places_px[:, None] + directions[:, None] * steps[:, None])
    on_body, _ = _looked_up(drawn, places_px[:, None] + directions[:, None] * steps[:, None])
    outside = np.logical_or.accumulate(~on_body, axis=1)
    own_edge = _first(outside, steps)
    again = on_body & outside
    stop = ~in_matte | again | ~known
    out = _first(stop, steps)
    at_end = stop & (np.arange(len(steps)) == (out / TUNING.outline_step_px)[:, None])
    ends_in_body, ends_well = (at_end & again & in_matte).any(axis=1), (at_end & known).any(axis=1)
    grown = np.where(ends_in_body, (out - own_edge) / 2, out - own_edge)
    outwards = np.where(ends_well & outside.any(axis=1), grown, np.nan)
    inward, known = _looked_up(matte, places_px[:, None] - directions[:, None] * steps[:, None])
    back = -_first(inward, steps) - own_edge
    inwards = np.where(inward.any(axis=1) & known.all(axis=1), back, np.nan)
    return np.where(in_matte[:, 0], outwards, inwards)


def _first(where: NDArray[np.bool_], steps: Array) -> Array:
    return np.asarray(steps[where.argmax(axis=1)], np.float64)


def _looked_up(
    mask: NDArray[np.bool_], places_px: Array
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """`mask` at places [..., 2], False outside of it, and whether they are inside its border."""
    height, width = mask.shape
    cells = np.floor(places_px).astype(np.int64)
    known = ((cells >= 1) & (cells < (width - 1, height - 1))).all(axis=-1)
    x, y = cells[..., 0].clip(0, width - 1), cells[..., 1].clip(0, height - 1)
    return np.asarray(mask[y, x] & known), np.asarray(known)
