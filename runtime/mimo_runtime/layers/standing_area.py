"""From a few places of a thing on a plate to all of it."""

import cv2
import numpy as np

from mimo_runtime.layers.areas import grown, opened, pieces, shrunk
from mimo_runtime.layers.frames import Flags, Floats, Pixels

_SIDE_PX = 320.0  # the longer side at which it is cut out
_ROUNDS = 4
_LEAST = 6e-4  # of the plate: what is smaller is no seed
_LARGEST = 0.15  # of the plate
_CONTRAST = 20.0  # levels across the outline
_MOSTLY = 0.85  # of the outline


def whole_things(picture: Pixels, seeds: Flags, hints: Flags, behind: Floats) -> Flags:
    """All of the things that `seeds` are parts of, bool [height, width].

    Cut out by colour and edges (GrabCut: Rother, Kolmogorov, Blake, 2004), one after the other; a
    thing without an outline in the picture is none.

    Args:
        picture: the plate, uint8 [height, width, 3].
        seeds: surely of something in front, bool [height, width].
        hints: perhaps of it, the same; a part of its colour that touches none is something else.
        behind: in how many frames the human is seen in front of a place, float32, the same shape.
    """
    height, width = seeds.shape
    scale = min(1.0, _SIDE_PX / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    marks = cv2.resize(seeds.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5
    some = cv2.resize(hints.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5
    worn = cv2.resize(behind, size, interpolation=cv2.INTER_AREA) >= 1
    found = np.zeros(marks.shape, np.bool_)
    for seed in pieces(opened(marks, 1), max(8, int(_LEAST * marks.size))):
        if (seed & found).sum() < 0.5 * seed.sum():
            found |= _cut_out(small, seed, opened(some, 1) | seed, worn & ~seed)
    whole = cv2.resize(found.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(whole > 0.5)


def _cut_out(picture: Pixels, seed: Flags, hints: Flags, worn: Flags) -> Flags:
    labels = np.full(seed.shape, cv2.GC_PR_BGD, np.uint8)
    labels[worn] = cv2.GC_BGD
    labels[grown(seed, 2) & ~worn] = cv2.GC_PR_FGD
    labels[seed] = cv2.GC_FGD
    cv2.setRNGSeed(0)
    near, far = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(picture, labels, (0, 0, 1, 1), far, near, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    inner = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    found = np.zeros(seed.shape, np.bool_)
    for piece in pieces(inner, max(8, int(_LEAST * seed.size))):
        small = piece.sum() <= _LARGEST * piece.size
        if small and (piece & hints).any() and _outlined(picture, piece):
            found |= piece
    return found


def _outlined(picture: Pixels, area: Flags) -> bool:
    """Whether the picture changes across most of the outline of `area`."""
    level = picture.astype(np.float32)
    rim, around = area & ~shrunk(area, 2), grown(area, 3) & ~grown(area, 1)
    if not rim.any() or not around.any():
        return False
    away = np.abs(_mean_of(level, area & ~shrunk(area, 3)) - _mean_of(level, around)).max(axis=2)
    edge = rim & ~shrunk(area, 1)
    return bool((away[edge] > _CONTRAST).mean() > _MOSTLY)


def _mean_of(level: Floats, area: Flags) -> Floats:
    weight = area.astype(np.float32)
    share = cv2.GaussianBlur(weight, (0, 0), 2.0) + 1e-4
    return np.asarray(
        cv2.GaussianBlur(level * weight[..., None], (0, 0), 2.0) / share[..., None], np.float32
    )
