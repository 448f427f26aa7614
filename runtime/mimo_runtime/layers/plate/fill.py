"""What nobody has seen of a plate, filled in from around it.

Patch-match (Barnes, Shechtman, Finkelstein, Goldman, 2009) over a pyramid, by the package
`patchmatch-cython`; once for every plate, so that nothing flickers, and the same at every run.
"""

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np

from mimo_runtime.arrays import Pixels
from mimo_runtime.layers.frames import Flags
from mimo_runtime.layers.masks import connected_components, dilate, erode, reach_of
from mimo_runtime.layers.plate.tuning import TUNING

PATCHES: Final = "patch-match"
DIFFUSION: Final = "diffusion"
NOTHING: Final = "nothing"

Filler = Callable[[Pixels, Flags], Pixels]
"""Fills the holes, bool [height, width], of a copy of a picture, uint8 [height, width, 3]."""

_SEED = 0


def by_patches(picture: Pixels, holes: Flags) -> Pixels:
    """Continues textures and edges; for plates. As `by_diffusion` where no patch is whole."""
    from patchmatch_cython import inpaint_pyramid

    try:
        return np.asarray(inpaint_pyramid(picture, holes, seed=_SEED), np.uint8)
    except ValueError:  # between the holes there is no room for a patch
        return by_diffusion(picture, holes)


def by_diffusion(picture: Pixels, holes: Flags) -> Pixels:
    """Spreads colours inwards (Telea, 2004); for where there is neither time nor texture."""
    return np.asarray(cv2.inpaint(picture, holes.astype(np.uint8), 5, cv2.INPAINT_TELEA), np.uint8)


def fill(picture: Pixels, holes: Flags, usable: Flags, filler: Filler = by_patches) -> Pixels:
    """`picture` with its holes filled; everything else as it was.

    Holes are filled one after the other, those close to each other together, with what is around
    them; a neighbourhood of more than 0.4 megapixels is filled in at a lower resolution.

    Args:
        picture: uint8 [height, width, 3].
        holes: what is to be filled in, bool [height, width].
        usable: where there is a picture at all, bool [height, width].
        filler: how.
    """
    result = picture.copy()
    if not holes.any():
        return result
    if not (usable & ~holes).any():
        result[holes] = 128
        return result
    join = reach_of(picture.shape[1], picture.shape[0], TUNING.fill_join)
    for piece in connected_components(dilate(holes, join), 1):
        part = _with_context(piece)
        mine = holes[part] & piece[part]
        chosen = by_diffusion if _is_thin(mine, join) else filler
        context = _without_gaps(result[part], holes[part] | ~usable[part])
        filled = _filled(by_diffusion(context, ~usable[part]), holes[part], chosen)
        result[part][mine] = filled[mine]
        holes = holes & ~piece
    return result


def _is_thin(hole: Flags, join_px: int) -> bool:
    """Whether a hole is too narrow for a texture to be missed in it."""
    return not erode(hole, max(1, join_px // TUNING.fill_thin)).any()


def _filled(picture: Pixels, holes: Flags, filler: Filler) -> Pixels:
    height, width = holes.shape
    if min(height, width) < TUNING.fill_smallest_px or holes.all():
        return by_diffusion(picture, holes) if not holes.all() else picture
    scale = (TUNING.fill_most_px / (height * width)) ** 0.5
    if scale >= 1:
        return filler(picture, holes)
    size = (round(width * scale), round(height * scale))
    less = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    fewer = cv2.resize(holes.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0
    filled = filler(np.asarray(less, np.uint8), fewer)
    return np.asarray(cv2.resize(filled, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def _without_gaps(picture: Pixels, unknown: Flags) -> Pixels:
    """The mean colour where nothing is known, so that no black leaks into patches."""
    result = picture.copy()
    if unknown.any() and not unknown.all():
        result[unknown] = result[~unknown].mean(axis=0).astype(np.uint8)
    return result


def _with_context(piece: Flags) -> tuple[slice, slice]:
    """Rows and columns of `piece` and of enough around it to learn from."""
    rows, columns = np.nonzero(piece)
    longer = max(np.ptp(rows), np.ptp(columns))
    room = max(TUNING.fill_least_context_px, int(TUNING.fill_context * longer))
    top, left = max(0, int(rows.min()) - room), max(0, int(columns.min()) - room)
    return slice(top, int(rows.max()) + room + 1), slice(left, int(columns.max()) + room + 1)
