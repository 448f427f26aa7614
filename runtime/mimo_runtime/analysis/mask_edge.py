"""The edge of a soft mask where the picture has one."""

import cv2
import numpy as np

from mimo_runtime.analysis.guided_filter import applied, local_model
from mimo_runtime.analysis.square_crop import Bounds, SquareCrop
from mimo_runtime.analysis.tuning import TUNING
from mimo_runtime.arrays import Floats, Pixels

_NOTHING = 1 / 512  # half a level


def refined(mask: Floats, crop: SquareCrop, pixels: Pixels, model_px: int = 256) -> Floats:
    """The mask of a crop laid on its frame, with edges at the resolution of the frame.

    Args:
        mask: float32 [size, size] 0..1.
        crop: where it lies.
        pixels: the frame, uint8 [height, width, 3].
        model_px: size at which colours inside and outside are learned; finer costs more.

    Returns:
        float32 [height, width] 0..1.
    """
    size = (model_px, model_px)
    large = np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR), np.float32)
    radius_px = max(1, round(TUNING.edge_radius * model_px))
    model = local_model(large, crop.picture(pixels, model_px), radius_px, TUNING.edge_smoothness)
    reach = max(1, round(TUNING.edge_band * model_px))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    limits = np.dstack([cv2.erode(large, kernel), cv2.dilate(large, kernel)]).astype(np.float32)
    frame_alpha = np.zeros(pixels.shape[:2], np.float32)
    left, top, right, bottom = bounds = _touched(limits[..., 1], crop, frame_alpha.shape)
    if right <= left or bottom <= top:
        return frame_alpha
    alpha = applied(crop.plane_in(model, bounds), pixels[top:bottom, left:right])
    steep = ((alpha - TUNING.edge_haze) / (1 - 2 * TUNING.edge_haze)).clip(0, 1)
    lowest, highest = np.moveaxis(crop.plane_in(limits, bounds), -1, 0)
    frame_alpha[top:bottom, left:right] = steep.clip(np.minimum(lowest, highest), highest)
    return frame_alpha


def _touched(most: Floats, crop: SquareCrop, shape: tuple[int, ...]) -> Bounds:
    """The part of a frame of `shape` where a mask of at most `most` is not 0; may be empty."""
    rows, columns = np.nonzero(most > _NOTHING)
    if len(rows) == 0:
        return (0, 0, 0, 0)
    across, down = (columns.min() - 1, columns.max() + 2), (rows.min() - 1, rows.max() + 2)
    corners = np.array([(x, y) for x in across for y in down], np.float32)
    points = crop.points_in_frame(corners, most.shape[0])
    left, top = np.floor(points.min(axis=0)).clip(0, (shape[1], shape[0]))
    right, bottom = np.ceil(points.max(axis=0)).clip(0, (shape[1], shape[0]))
    return (int(left), int(top), int(right), int(bottom))
