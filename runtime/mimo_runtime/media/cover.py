"""Pictures of one shape on frames of another."""

import cv2
import numpy as np

from mimo_runtime.arrays import Pixels


def cover(picture: Pixels, width_px: int, height_px: int) -> Pixels:
    """`picture`, uint8 [height, width, 3], scaled to cover a frame and cut in the middle."""
    rows, columns = picture.shape[:2]
    size = cover_size(columns, rows, width_px, height_px)
    if size != (columns, rows):
        way = cv2.INTER_AREA if size[0] < columns else cv2.INTER_CUBIC
        picture = np.asarray(cv2.resize(picture, size, interpolation=way), np.uint8)
    left, top = (size[0] - width_px) // 2, (size[1] - height_px) // 2
    return picture[top : top + height_px, left : left + width_px]


def cover_size(columns: int, rows: int, width_px: int, height_px: int) -> tuple[int, int]:
    """Width and height of a picture of `columns` by `rows` when it just covers a frame."""
    scale = max(width_px / columns, height_px / rows)
    return max(width_px, round(columns * scale)), max(height_px, round(rows * scale))
