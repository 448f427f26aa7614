"""The shadow of the person: darker than the plate, of the same colour, and at the feet."""

import cv2
import numpy as np

from mimo_runtime.arrays import Floats, Pixels
from mimo_runtime.layers.frames import Flags
from mimo_runtime.layers.masks import (
    channel_abs_max,
    channel_sum,
    connected_components,
    dilate,
    foot_zone,
    opening,
    reach_of,
)
from mimo_runtime.layers.removal.tuning import TUNING


def shadow_area(
    shade: Flags, person: Flags, foreign: Flags | None = None, amodal: Flags | None = None
) -> Flags:
    """The shadow of `person` in a frame, bool [height, width], generously; empty if there is none.

    Args:
        shade: `darker` of the frame, bool [height, width].
        person: mask of the person, bool [height, width].
        foreign: what is no shadow and may lie across one (other people), or None.
        amodal: the person with what is hidden of it, where that is known.
    """
    nothing = np.zeros(person.shape, np.bool_)
    body = person if amodal is None else person | amodal
    if not body.any():
        return nothing
    height, width = person.shape
    dark = shade & ~person & _near(body)
    if foreign is not None:
        dark &= ~foreign
    dark = opening(dark, reach_of(width, height, TUNING.shadow_grain))
    pieces = connected_components(dark, max(12, int(TUNING.smallest_shadow * person.size)))
    kept = _from_the_feet(pieces, body, nothing if foreign is None else foreign)
    whole_shadow = (
        dilate(kept, reach_of(width, height, TUNING.shadow_edge, 2)) if kept.any() else kept
    )
    return whole_shadow if foreign is None else whole_shadow & ~foreign


def _from_the_feet(pieces: list[Flags], body: Flags, foreign: Flags) -> Flags:
    """Pieces that begin at the feet, and those beyond something narrow that stands before them."""
    near = reach_of(body.shape[1], body.shape[0], TUNING.shadow_joint, 3)
    feet = foot_zone(body) & dilate(body | foreign, near)
    first = [piece for piece in pieces if (piece & feet).any()]
    gap = max(1, int(TUNING.shadow_gap * (np.ptp(np.flatnonzero(body.any(axis=1))) + 1)))
    start = feet.copy()
    for piece in first:
        start |= piece
    theirs, around = dilate(foreign, near), dilate(start, gap)
    kept = np.zeros(body.shape, np.bool_)
    for piece in pieces:
        if (piece & feet).any() or ((piece & around).any() and not (piece & theirs).any()):
            kept |= piece
    return kept


def darker(pixels: Pixels, view: Pixels) -> Flags:
    """Where a frame is the plate with less light, bool [height, width]; found in a small picture.

    pixels, view: uint8 [height, width, 3].
    """
    now, usual = _smooth(pixels), _smooth(view)
    bright_now, bright = channel_sum(now) + 1e-3, channel_sum(usual) + 1e-3
    share = bright_now / bright
    colour = channel_abs_max(now / bright_now[..., None] - usual / bright[..., None])
    lit = bright > 3 * TUNING.dark_levels
    darkened = (
        (share > TUNING.darker[0])
        & (share < TUNING.darker[1])
        & (colour < TUNING.shadow_colour)
        & lit
    )
    size = pixels.shape[1::-1]
    return cv2.resize(darkened.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0


def _near(person: Flags) -> Flags:
    """Everything within the reach of a shadow from the feet."""
    rows, columns = np.nonzero(person)
    reach = TUNING.shadow_reach * (rows.max() - rows.min() + 1)
    y, x = np.ogrid[: person.shape[0], : person.shape[1]]
    middle = float(columns[rows >= rows.max() - 2].mean())
    return np.asarray((x - middle) ** 2 + (y - rows.max()) ** 2 < reach**2)


def _smooth(pixels: Pixels) -> Floats:
    scale = min(1.0, TUNING.shadow_side_px / max(pixels.shape[:2]))
    if scale < 1:
        less = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        pixels = np.asarray(less, np.uint8)
    sigma = max(0.8, TUNING.shadow_blur * max(pixels.shape[:2]))
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma), np.float32)
