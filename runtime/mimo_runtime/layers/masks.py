"""Areas of a frame as masks: morphology, components, the ground at the feet, what has changed."""

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats, Pixels
from mimo_runtime.layers.frames import Flags
from mimo_runtime.layers.tuning import TUNING

_AROUND = np.ones((3, 3), np.uint8)


def dilate(area: Flags, reach_px: int) -> Flags:
    """`area` and everything at most `reach_px` from it, bool [height, width]."""
    if reach_px <= TUNING.far_px:
        return _changed(area, reach_px, cv2.MORPH_DILATE)
    part = bounding_slices(area, reach_px + 1)
    result = np.zeros(area.shape, np.bool_)
    if part is not None:
        result[part] = distance_px(area[part]) <= reach_px
    return result


def distance_px(area: Flags) -> Floats:
    """How far every pixel is from `area`, 0 inside it, float32; of nothing, farther than all."""
    away = cv2.distanceTransform((~area).astype(np.uint8), cv2.DIST_L2, 5)
    return np.asarray(np.minimum(away, sum(area.shape)), np.float32)


def erode(area: Flags, reach_px: int) -> Flags:
    """What of `area` is more than `reach_px` from its edge."""
    return _changed(area, reach_px, cv2.MORPH_ERODE)


def core_of(area: Flags, reach_px: int) -> Flags:
    """What of `area` is more than `reach_px` from its edge, and the middle half of narrow parts."""
    inner = cv2.distanceTransform(area.astype(np.uint8), cv2.DIST_L2, 5)
    middle = 0.5 * cv2.dilate(inner, np.ones((2 * reach_px + 1, 2 * reach_px + 1), np.uint8))
    return np.asarray((inner > 0) & (inner > np.minimum(middle, reach_px)))


def opening(area: Flags, reach_px: int) -> Flags:
    """`area` without what is narrower than twice `reach_px`."""
    return _changed(area, reach_px, cv2.MORPH_OPEN)


def feather(area: Flags, reach_px: int) -> Floats:
    """1 inside `area`, falling to 0 within `reach_px` outside, exactly 0 beyond; float32."""
    level = np.zeros(area.shape, np.float32)
    part = bounding_slices(area, reach_px + 1)
    if part is not None:
        level[part] = (1 - distance_px(area[part]) / np.float32(reach_px + 1)).clip(0, 1)
    return level


def foot_zone(person: Flags) -> Flags:
    """The ground at the feet of `person`, where a shadow begins; empty for no person."""
    return _at_the_feet(person, TUNING.feet_axes)


def ground_zone(person: Flags) -> Flags:
    """The ground around `person`, where most shadows lie; empty for no person."""
    return _at_the_feet(person, TUNING.ground_axes)


def _at_the_feet(person: Flags, axes: tuple[float, float]) -> Flags:
    zone = np.zeros(person.shape, np.uint8)
    rows = np.flatnonzero(person.any(axis=1))
    if len(rows) == 0:
        return zone.astype(np.bool_)
    height = int(rows[-1] - rows[0] + 1)
    feet = person[max(int(rows[-1] - TUNING.feet_share * height), 0) : rows[-1] + 1]
    columns = np.flatnonzero(feet.any(axis=0))
    middle = (int(columns.mean()), int(rows[-1]))
    half = (round(axes[0] * height) + 1, round(axes[1] * height) + 1)
    cv2.ellipse(zone, middle, half, 0, 0, 360, 1, cv2.FILLED)
    return zone.astype(np.bool_)


def connected_components(area: Flags, smallest_px: int) -> list[Flags]:
    """The connected pieces of `area` of at least `smallest_px` pixels, the largest first."""
    part = bounding_slices(area, 0)
    if part is None:
        return []
    count, labels, facts, _ = cv2.connectedComponentsWithStats(area[part].astype(np.uint8))
    sizes = [(int(facts[label, cv2.CC_STAT_AREA]), label) for label in range(1, count)]
    kept = sorted((-size, label) for size, label in sizes if size >= smallest_px)
    pieces = np.zeros((len(kept), *area.shape), np.bool_)
    for piece, (_, label) in zip(pieces, kept, strict=True):
        piece[part] = labels == label
    return list(pieces)


def bounding_slices(area: Flags, room_px: int) -> tuple[slice, slice] | None:
    """Rows and columns of the box around `area`, `room_px` wider all around; None for none."""
    left, top, width, height = cv2.boundingRect(area.view(np.uint8))
    if width == 0:
        return None
    rows = slice(max(0, top - room_px), top + height + room_px)
    return rows, slice(max(0, left - room_px), left + width + room_px)


def reach_of(width_px: int, height_px: int, share: float, least_px: int = 1) -> int:
    """`share` of the longer side in whole px, at least `least_px`."""
    return max(least_px, round(share * max(width_px, height_px)))


def _changed(area: Flags, reach_px: int, operation: int) -> Flags:
    part = bounding_slices(area, 2 * reach_px + 1)
    if reach_px < 1 or part is None:
        return area
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach_px + 1, 2 * reach_px + 1))
    result = np.zeros(area.shape, np.bool_)
    result[part] = cv2.morphologyEx(area[part].astype(np.uint8), operation, kernel)
    return result


def channel_max(pixels: Pixels) -> NDArray[np.uint8]:
    """The largest of the channels, uint8 [height, width] for uint8 [height, width, 3]."""
    red, green, blue = cv2.split(pixels)
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)


def channel_abs_max(levels: Floats) -> Floats:
    """The largest absolute value of the channels, float32 [height, width]."""
    red, green, blue = cv2.split(cv2.absdiff(levels, np.zeros_like(levels)))
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.float32)


def channel_sum(levels: Floats) -> Floats:
    """The sum of the channels, float32 [height, width] for float32 [height, width, 3]."""
    return np.asarray(cv2.transform(levels, np.ones((1, 3), np.float32)), np.float32)


def change_mask(pixels: Pixels, view: Pixels, people: Flags) -> Flags:
    """Where `pixels` differ from `view` by more than noise and a shift of a pixel explain.

    Args:
        pixels: uint8 [height, width, 3].
        view: the plate as this frame would show it, the same.
        people: where a difference is no noise, bool [height, width].
    """
    smooth = cv2.GaussianBlur(pixels, (0, 0), 0.8)
    lowest, highest = cv2.erode(view, _AROUND), cv2.dilate(view, _AROUND)
    below, above = cv2.subtract(lowest, smooth), cv2.subtract(smooth, highest)
    away = channel_max(np.asarray(cv2.max(below, above), np.uint8))
    free = away[~people]
    usual = float(free.mean()) if free.size else 0.0
    return np.asarray(
        away
        > max(
            TUNING.change_levels,
            TUNING.change_noise * min(usual, 2 * TUNING.change_levels / TUNING.change_noise),
        )
    )
