"""A painted person, with cover of its own, put between scene and occluder."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats, Pixels
from mimo_runtime.planning.pixel_rect import pad_to_square, union
from mimo_runtime.synthesis.composition import DecodedCrop, Layers


def compose_crops(crops: Sequence[DecodedCrop], layers: Layers) -> Pixels:
    """One finished frame of layers that were painted in crops of it.

    Where segments share a frame, the later one is faded in over the frames that they share, as
    `compose_frame` does it. With no crop the frame is the scene with the occluder in front.

    Args:
        crops: premultiplied RGBA of the frame in every segment that holds it, in their order.
        layers: the template's layers at that frame.

    Returns:
        uint8 [height, width, 3] RGB, a new array.
    """
    return compose_layer(*painted(crops, fitted), layers)


def painted(
    crops: Sequence[DecodedCrop], fit: Callable[[DecodedCrop], Floats]
) -> tuple[Floats, int, int]:
    """What crops of a frame show together: premultiplied RGBA float32 [h, w, 4], left and top.

    `fit` brings one to the size of its crop. Where there is none, it is one empty pixel.
    """
    if not crops:
        return np.zeros((1, 1, 4), np.float32), 0, 0
    around = union(crop.segment.crop for crop in crops)
    canvas = np.zeros((around.height, around.width, 4), np.float32)
    for number, crop in enumerate(crops):
        box = crop.segment.crop
        weight = (crop.position + 1) / (crop.segment.overlap_frames + 1) if number else 1.0
        rows, columns = box.top - around.top, box.left - around.left
        canvas *= 1 - weight
        inside = canvas[rows : rows + box.height, columns : columns + box.width]
        inside += np.float32(weight) * fit(crop)
    return canvas, around.left, around.top


def fitted(decoded: DecodedCrop) -> Floats:
    """The painted square brought back to the size of its crop, float32 [h, w, 4] in 0..1."""
    crop = decoded.segment.crop
    padding = pad_to_square(crop.height, crop.width)
    side_px = padding.top + crop.height + padding.bottom
    square = np.ascontiguousarray(decoded.decoded.transpose(1, 2, 0), np.float32)
    larger = side_px > len(square)
    filter_ = cv2.INTER_CUBIC if larger else cv2.INTER_AREA
    resized = cv2.resize(square, (side_px, side_px), interpolation=filter_)
    part = resized[padding.top :, padding.left :][: crop.height, : crop.width].clip(0, 1)
    return np.asarray(np.minimum(part, part[..., 3:]), np.float32)


def compose_layer(rgba: NDArray[np.float32], left: int, top: int, layers: Layers) -> Pixels:
    """scene x (1 - A) + RGB, the occluder of the source in front; new uint8 [height, width, 3].

    Where the layer is empty and no occluder is, the frame is the scene to the level.

    Args:
        rgba: float32 [h, w, 4] in 0..1, premultiplied; a shadow is black that covers.
        left, top: where its corner is in the frame, which holds it whole.
        layers: the template's pictures of the frame.
    """
    frame = layers.scene.copy()
    height, width = rgba.shape[:2]
    inside = frame[top : top + height, left : left + width]
    painted = inside * (1 - rgba[..., 3:]) + rgba[..., :3] * 255
    inside[...] = np.rint(painted).clip(0, 255)
    if layers.occlusion is None or layers.source is None:
        return frame
    front = layers.occlusion > 0
    cover = layers.occlusion[front, None].astype(np.float32) / 255
    frame[front] = np.rint(frame[front] * (1 - cover) + layers.source[front] * cover)
    return frame
