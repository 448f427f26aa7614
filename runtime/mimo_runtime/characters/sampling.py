"""Reads the colours of a fitted body's surface from the picture."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats, Pixels
from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.normals import vertex_normals
from mimo_runtime.body.pose import Pose
from mimo_runtime.body.render import render_vertices
from mimo_runtime.body.skinning import pose_vertices
from mimo_runtime.characters.atlas import Atlas
from mimo_runtime.characters.tuning import TUNING


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """`rgb` float32 [K, 3], 0 to 255, and `confidence` float32 [K], 0 to 1, 0 where unseen."""

    rgb: Floats
    confidence: Floats


def sample_colours(
    atlas: Atlas, body: Body, pose: Pose, camera: Camera, rgb: Pixels, alpha: Pixels
) -> Samples:
    """What the picture shows of each texel.

    A texel is seen where nothing of the body is in front of it; the more it faces the camera, the
    surer. Where the body reaches beyond the matte, the colour is that of the nearest place inside.

    Args:
        body, pose, camera: as fitted to the picture; the camera has the picture's size.
        rgb: uint8 [H, W, 3]. alpha: uint8 [H, W], 255 on the character.
    """
    vertices = pose_vertices(body, pose)
    positions = atlas.spread(vertices, body)
    pixels, depth_m = camera.project(positions)
    view = render_vertices(body, vertices, camera, samples=1)
    columns, rows, inside = _cells(pixels, rgb)
    nearest = view.depth_m[rows, columns]
    open_to_view = inside & (depth_m < np.where(np.isfinite(nearest), nearest, 0) + TUNING.behind_m)
    sight = camera.to_camera(positions)
    normals = camera.turned(atlas.spread(vertex_normals(vertices, body.triangles), body))
    lengths = np.linalg.norm(sight, axis=1) * np.linalg.norm(normals, axis=1)
    facing = -(normals * sight).sum(axis=1) / np.maximum(lengths, 1e-9)
    confidence = (
        np.clip((facing - TUNING.grazing) / (TUNING.frontal - TUNING.grazing), 0, 1) * open_to_view
    )
    confidence *= _beside_others(view.depth_m, depth_m, rows, columns)
    places_px, share = _into_matte(pixels, rows, columns, alpha)
    return Samples(_read(rgb, places_px, atlas.size_px), (confidence * share).astype(np.float32))


def _beside_others(
    seen_m: NDArray[np.float64],
    depth_m: NDArray[np.float64],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
) -> NDArray[np.float64]:
    """How far to believe texels [K] at `depth_m` beside edges in the depth `seen_m` [H, W].

    A fit is never exact: what lies just behind an arm may show the arm, and the rim of an arm what
    is behind it.
    """
    body_only = np.where(np.isfinite(seen_m), seen_m, -np.inf)
    front, back = (_disc(len(seen_m), share) for share in (TUNING.hidden_reach, TUNING.rim_reach))
    nearer = cv2.erode(seen_m, front)[rows, columns] < depth_m - TUNING.apart_m
    farther = cv2.dilate(body_only, back)[rows, columns] > depth_m + TUNING.apart_m
    return np.where(nearer, TUNING.hidden_share, np.where(farther, TUNING.rim_share, 1.0))


def _disc(height_px: int, share: float) -> Pixels:
    width = 2 * round(share * height_px) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width)))


def _cells(
    pixels: NDArray[np.float64], rgb: Pixels
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Columns, rows, and whether they are in the picture."""
    height, width = rgb.shape[:2]
    cells = np.floor(pixels).astype(np.int64)
    inside = np.asarray(((cells >= 0) & (cells < (width, height))).all(axis=1))
    return cells[:, 0].clip(0, width - 1), cells[:, 1].clip(0, height - 1), inside


def _into_matte(
    pixels: NDArray[np.float64], rows: NDArray[np.int64], columns: NDArray[np.int64], alpha: Pixels
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where to read each colour, and how much to believe it: 1 inside, less or 0 outside."""
    inner = cv2.erode((alpha >= TUNING.opaque).astype(np.uint8), np.ones((3, 3), np.uint8))
    away, labels = cv2.distanceTransformWithLabels(
        1 - inner, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    nearest = np.zeros((int(labels.max()) + 1, 2))
    seats = np.argwhere(inner > 0)
    nearest[labels[seats[:, 0], seats[:, 1]]] = seats[:, ::-1] + 0.5
    far = away[rows, columns]
    positions = np.where((far > 0)[:, None], nearest[labels[rows, columns]], pixels)
    reach = TUNING.fetch_reach * len(alpha)
    return positions, np.where(
        far > 0, TUNING.fetched_confidence * np.clip(1 - far / reach, 0, 1), 1.0
    )


def _read(rgb: Pixels, places_px: NDArray[np.float64], size_px: int) -> Floats:
    """Colours between pixels, float32 [K, 3]; OpenCV takes places only as a picture of them."""
    count = len(places_px)
    padded = np.zeros((-(-count // size_px) * size_px, 2), np.float32)
    padded[:count] = places_px - 0.5
    across, down = padded.reshape(-1, size_px, 2).transpose(2, 0, 1)
    read = cv2.remap(
        rgb.astype(np.float32), np.ascontiguousarray(across), np.ascontiguousarray(down),
        cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    return np.asarray(read.reshape(-1, 3)[:count], np.float32)
