"""What is taken out of a frame with the person, and what is put there."""

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats, Pixels
from mimo_runtime.layers.frame_masks import FrameMasks
from mimo_runtime.layers.frames import Flags, Mask, inside
from mimo_runtime.layers.masks import (
    bounding_slices,
    connected_components,
    dilate,
    feather,
    opening,
    reach_of,
)
from mimo_runtime.layers.removal.tuning import TUNING


def margin_px(width_px: int, height_px: int) -> int:
    """How far beyond its mask a person may reach, px."""
    return reach_of(width_px, height_px, TUNING.margin, 2)


def person_area(mask: Mask) -> Flags:
    """Everything that may show something of the person of `mask`, bool [height, width]."""
    some = some_of(mask)
    return dilate(some, margin_px(some.shape[1], some.shape[0]))


def some_of(mask: Mask) -> Flags:
    """Where `mask` shows anything of a person, bool [height, width]."""
    level = TUNING.haze * 255 if mask.dtype == np.uint8 else TUNING.haze
    return inside(mask) if mask.dtype == np.bool_ else np.asarray(mask >= level)


def removal_alpha(person: Flags, shadow: Flags, kept: Floats | None = None) -> NDArray[np.uint8]:
    """How much of each pixel is to be replaced, uint8 [height, width].

    Args:
        person: `person_area` of the frame.
        shadow: its shadow, bool [height, width].
        kept: what is in front of the person and stays, float32 0..1, or None.
    """
    reach = reach_of(person.shape[1], person.shape[0], TUNING.feather, 2)
    alpha = feather(person | shadow, reach)
    if kept is not None:
        alpha = alpha * (1 - kept)
    return np.asarray(alpha * 255 + 0.5, np.uint8)


def without_person(
    pixels: Pixels, view: Pixels, alpha: NDArray[np.uint8], foreign: Flags | None = None
) -> Pixels:
    """`pixels` with `view` in place of the person; equal to `pixels` where `alpha` is 0.

    The view is matched to the frame along the edge of `alpha`, so that no seam shows.

    Args:
        pixels: the frame, uint8 [height, width, 3].
        view: the plate as this frame would show it, the same.
        alpha: of `removal_alpha`.
        foreign: what near the edge is not of the scene (other people), bool [height, width].
    """
    result = pixels.copy()
    ring_px = reach_of(pixels.shape[1], pixels.shape[0], TUNING.ring, 3)
    part = bounding_slices(alpha > 0, 3 * ring_px)
    if part is None:
        return result
    strange = None if foreign is None else foreign[part]
    shift = _edge_shift(pixels[part], view[part], alpha[part] > 0, strange, ring_px)
    replaced = alpha[part] > 0
    weight = alpha[part][replaced].astype(np.float32)[:, None] / 255
    mixed = (
        pixels[part][replaced] * (1 - weight) + (view[part] + shift)[replaced].clip(0, 255) * weight
    )
    result[part][replaced] = (mixed + 0.5).astype(np.uint8)
    return result


def _edge_shift(
    pixels: Pixels, view: Pixels, taken: Flags, foreign: Flags | None, ring_px: int
) -> Floats:
    """What is added to the view so that it meets the frame around `taken`: levels, smooth."""
    ring = dilate(taken, ring_px) & ~taken
    if foreign is not None:
        ring &= ~foreign
    difference = pixels[ring].astype(np.float32) - view[ring]
    usual = np.median(difference, axis=0) if len(difference) else np.zeros(3, np.float32)
    alike = np.abs(difference - usual).max(axis=1, keepdims=True) < TUNING.strange_levels
    known, sums = np.zeros(ring.shape, np.float32), np.zeros(pixels.shape, np.float32)
    known[ring], sums[ring] = alike[:, 0], difference * alike
    shift = _normalised_convolution(sums, known, usual.astype(np.float32), ring_px)
    return np.asarray(cv2.resize(shift, view.shape[1::-1]), np.float32)


def _normalised_convolution(sums: Floats, weights: Floats, usual: Floats, ring_px: int) -> Floats:
    """`sums` over `weights`, carried beyond where anything is known, at a lower resolution.

    The method: Knutsson and Westin, 1993.
    """
    step = max(1, ring_px // 3)
    size = (max(1, weights.shape[1] // step), max(1, weights.shape[0] // step))
    less = cv2.resize(sums, size, interpolation=cv2.INTER_AREA)
    known = cv2.resize(weights, size, interpolation=cv2.INTER_AREA)
    above = np.full(less.shape, 1e-3, np.float32) * usual
    below = np.full(known.shape, 1e-3, np.float32)
    for importance, reach in TUNING.blurs:
        sigma = reach * ring_px / step
        above += importance * cv2.GaussianBlur(less, (0, 0), sigma)
        below += importance * cv2.GaussianBlur(known, (0, 0), sigma)
    return np.asarray(above / below[..., None], np.float32)


def people_area(masks: FrameMasks) -> Flags:
    """Where the person and the others may be, bool [height, width]."""
    height, width = masks.person.shape
    return person_area(masks.person) | dilate(masks.foreign(), margin_px(width, height))


def joined(different: Flags, unsure: Flags) -> Flags:
    """Pieces of what is `different`, with what is `unsure` beside them, bool [height, width]."""
    height, width = different.shape
    margin = margin_px(width, height)
    cores = opening(different & ~unsure, max(1, margin // 3))
    return dilate(moving_pieces(cores, different | unsure), margin)


def moving_pieces(cores: Flags, possible: Flags) -> Flags:
    """The pieces of `possible` that hold a large one of `cores`; bool [height, width]."""
    least = max(12, int(TUNING.smallest_moving * cores.size))
    sure, kept = cores & False, cores & False
    for core in connected_components(cores, least):
        sure |= core
    for piece in connected_components(opening(possible, 1), least) if sure.any() else []:
        if (piece & sure).any():
            kept |= piece
    return kept
