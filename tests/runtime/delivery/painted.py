"""Frames of known layers, without networks."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.delivery.finisher import DeliveredClip
from mimo_runtime.synthesis.frame_layers import CODES, FrameLayers, replaced_mask

WIDTH_PX, HEIGHT_PX = 256, 144
RATE_FPS = Fraction(24)
PERSON = slice(40, 100), slice(100, 160)
FRONT = slice(80, 120), slice(90, 130)
REPLACED = slice(30, 110), slice(60, 110)


def clip(frames: int = 3, first: int = 0) -> DeliveredClip:
    return DeliveredClip((WIDTH_PX, HEIGHT_PX), RATE_FPS, range(first, first + frames))


def scene(index: int) -> NDArray[np.uint8]:
    rows, columns = np.mgrid[:HEIGHT_PX, :WIDTH_PX]
    levels = np.stack([rows + index, columns, rows + columns + 40], axis=2)
    return (levels % 256).astype(np.uint8)


def layers(index: int, with_front: bool = True) -> FrameLayers:
    """A person with a soft edge, something in front of it, and somebody replaced beside it."""
    human = np.zeros((HEIGHT_PX, WIDTH_PX, 4), np.uint16)
    human[PERSON] = CODES // 2
    human[50:90, 110:150] = (CODES, 20000 + index, 10000, CODES)
    source = scene(index)
    source[REPLACED] = 255 - source[REPLACED]
    occlusion = np.zeros((HEIGHT_PX, WIDTH_PX), np.uint8)
    occlusion[FRONT] = 255
    occlusion[FRONT[0].start - 1, FRONT[1]] = 100
    depth_m = np.zeros((HEIGHT_PX, WIDTH_PX), np.float32)
    depth_m[PERSON] = 2.5
    return FrameLayers(
        human=human,
        scene=scene(index),
        replaced=replaced_mask(scene(index), source),
        motion=255 - scene(index),
        occlusion=occlusion if with_front else None,
        source=source if with_front else None,
        depth_m=depth_m,
    )


def beauty(index: int) -> NDArray[np.uint8]:
    """The frame of `layers` in 8 bits, by the formula, in float64."""
    made = layers(index)
    human = made.human / CODES
    cover = made.occlusion[..., None] / 255
    frame = made.scene / 255 * (1 - human[..., 3:]) + human[..., :3]
    return np.rint(255 * (frame * (1 - cover) + made.source / 255 * cover)).astype(np.uint8)
