"""The outline of a body in a picture, and how far it is from that of a matte."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.normals import vertex_normals
from mimo_runtime.body.skeleton import Array
from mimo_runtime.characters.tuning import TUNING


def on_outline(
    body: Body, vertices: Array, camera: Camera, drawn: NDArray[np.bool_], most: int
) -> tuple[NDArray[np.int64], Array]:
    """Vertices at the edge of the body's picture, and where its outside is there, [C, 2].

    vertices: float64 [V, 3] in the world. drawn: bool [H, W], their silhouette. About `most` are
    taken, evenly.
    """
    mask = drawn.astype(np.uint8)
    kernel = np.ones((2 * TUNING.outline_edge_px + 1,) * 2, np.uint8)
    edge = (cv2.dilate(mask, kernel) > 0) & (cv2.erode(mask, kernel) == 0)
    pixels, _ = camera.project(vertices)
    x, y = np.floor(pixels).astype(np.int64).T
    inside = (x >= 0) & (x < camera.width_px) & (y >= 0) & (y < camera.height_px)
    x, y = x.clip(0, camera.width_px - 1), y.clip(0, camera.height_px - 1)
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
    ways_px = directions[:, None] * steps[:, None]
    (in_matte, on_body), known = looked_up((matte, drawn), places_px[:, None] + ways_px)
    outside = np.logical_or.accumulate(~on_body, axis=1)
    own_edge = _first(outside, steps)
    again = on_body & outside
    stop = ~in_matte | again | ~known
    out = _first(stop, steps)
    at_end = stop & (np.arange(len(steps)) == (out / TUNING.outline_step_px)[:, None])
    ends_in_body, ends_well = (at_end & again & in_matte).any(axis=1), (at_end & known).any(axis=1)
    grown = np.where(ends_in_body, (out - own_edge) / 2, out - own_edge)
    outwards = np.where(ends_well & outside.any(axis=1), grown, np.nan)
    (inward,), known = looked_up((matte,), places_px[:, None] - ways_px)
    back = -_first(inward, steps) - own_edge
    inwards = np.where(inward.any(axis=1) & known.all(axis=1), back, np.nan)
    return np.where(in_matte[:, 0], outwards, inwards)


def _first(where: NDArray[np.bool_], steps: Array) -> Array:
    return np.asarray(steps[where.argmax(axis=1)], np.float64)


def looked_up(
    masks: Sequence[NDArray[np.bool_]], pixels: Array
) -> tuple[list[NDArray[np.bool_]], NDArray[np.bool_]]:
    """Masks of one size at `pixels` [..., 2], each bool [...] and False outside of it, and whether
    that is inside its border.
    """
    height, width = masks[0].shape
    cells = np.floor(pixels).astype(np.int64)
    x, y = cells[..., 0], cells[..., 1]
    known = (x >= 1) & (x < width - 1) & (y >= 1) & (y < height - 1)
    x, y = x.clip(0, width - 1), y.clip(0, height - 1)
    return [mask[y, x] & known for mask in masks], known
