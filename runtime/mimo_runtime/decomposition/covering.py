"""Pictures of one shape on frames of another."""

import cv2
import numpy as np

from mimo_runtime.decomposition.clip import Pixels


def covering(picture: Pixels, width_px: int, height_px: int) -> Pixels:
    """`picture`, uint8 [height, width, 3], scaled to cover a frame and cut in the middle."""
    rows, columns = picture.shape[:2]
    if (columns, rows) == (width_px, height_px):
        return picture
    scale = max(width_px / columns, height_px / rows)
    size = max(width_px, round(columns * scale)), max(height_px, round(rows * scale))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(picture, size, interpolation=way)
    left, top = (size[0] - width_px) // 2, (size[1] - height_px) // 2
    return np.asarray(scaled[top : top + height_px, left : left + width_px], np.uint8)
