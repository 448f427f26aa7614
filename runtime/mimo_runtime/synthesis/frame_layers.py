"""What a finished frame was put together of, for whoever composes it anew."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

CODES: Final = 65535
REPLACED_LEVELS: Final = 10
"""By how much a channel differs where the scene is not the driving video any more. Chosen: coded
twice, the same picture differs by less at the quality that is written here."""
_REPLACED_PX: Final = 4  # how far around it nothing of the driving video is believed


@dataclass(frozen=True, slots=True, eq=False)
class FrameLayers:
    """The layers of one frame of h x w pixels; colours are sRGB with its curve.

    Attributes:
        human: uint16 [h, w, 4], what the networks painted, premultiplied RGBA of which `CODES` is
            1; what stands in front of it is not cut out.
        scene: uint8 [h, w, 3], the template's.
        replaced: uint8 [h, w], 255 where `scene` is not what the driving video shows, 0 where it
            is, soft in between.
        occlusion: uint8 [h, w], 255 where something stands in front; None where nothing ever does.
        source: uint8 [h, w, 3], what stands in front there; None with `occlusion`.
        motion: uint8 [h, w, 3], the motion as it was drawn.
        depth_m: float32 [h, w], of the person, along the line of sight; 0 where there is none;
            None where it is not known.
    """

    human: NDArray[np.uint16]
    scene: Pixels
    replaced: Pixels
    motion: Pixels
    occlusion: Pixels | None = None
    source: Pixels | None = None
    depth_m: Floats | None = None


def whole_human(
    canvas: Floats, left: int, top: int, size_px: tuple[int, int]
) -> NDArray[np.uint16]:
    """A part of a frame of `size_px` (width, height), float32 [h, w, 4] in 0..1, as `human`."""
    height_px, width_px = canvas.shape[:2]
    human = np.zeros((size_px[1], size_px[0], 4), np.uint16)
    codes = np.rint(canvas.clip(0, 1) * CODES).astype(np.uint16)
    human[top : top + height_px, left : left + width_px] = codes
    return human


def replaced_mask(scene: Pixels, source: Pixels) -> Pixels:
    """Where a scene differs from the driving video, widened and soft at its edge; uint8 [h, w].

    Single pixels are what coding leaves, and count as alike.
    """
    differs = (cv2.absdiff(scene, source).max(axis=2) > REPLACED_LEVELS).astype(np.uint8)
    square = np.ones((3, 3), np.uint8)
    opened = cv2.morphologyEx(differs, cv2.MORPH_OPEN, square)
    closed = cv2.morphologyEx(opened, cv2.MORPH_CLOSE, square, iterations=_REPLACED_PX)
    wide = cv2.dilate(closed, square, iterations=_REPLACED_PX)
    inside = cv2.distanceTransform(wide, cv2.DIST_L2, 5) / _REPLACED_PX
    return np.asarray(np.rint(255 * inside.clip(0, 1)), np.uint8)
