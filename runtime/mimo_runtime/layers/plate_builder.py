"""Plates out of a clip: what stays when the human is taken out, seen over time."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.layers.camera import CameraPath, Segment, corners_of
from mimo_runtime.layers.exposure import Exposure, centred
from mimo_runtime.layers.fill import DIFFUSION, NOTHING, PATCHES, by_diffusion, by_patches, fill
from mimo_runtime.layers.frames import (
    Flags,
    Floats,
    Frames,
    Masks,
    Matrix,
    Pixels,
    together,
)
from mimo_runtime.layers.plate import Plate, PlateFacts
from mimo_runtime.layers.plate_stack import STACK_BYTES, PlateStack
from mimo_runtime.layers.removal import HIDDEN, SUPPOSED

_TOTALS_STEP = 8
_SHORT = 4  # frames: plates of shorter segments are many and not worth patches
_AROUND = np.ones((3, 3), np.uint8)
_FEWEST = 4  # observations of what lasts
_OFTEN = 0.3  # of the frames that show a place
_FEW = 2  # observations of what is free of everybody
_LASTING = 10  # levels
_MANY = 12  # segments from which that matters


def plates_of(
    frames: Frames, hidden: Masks, path: CameraPath, *, hurried: bool = False
) -> Iterator[Plate]:
    """One plate for each segment of `path`, in order, in one pass over the clip.

    Args:
        frames: the clip.
        hidden: what does not belong to the scene, uint8 as of `cover_of`.
        path: of this clip.
        hurried: fill without patches.

    Raises:
        MediaError: not as many masks as frames, or masks of another size.
    """
    pairs = together(frames, hidden)
    for segment in path.segments:
        builder = PlateBuilder(path, segment)
        for _ in range(segment.count):
            pixels, mask = next(pairs)
            builder.add(pixels, np.asarray(mask, np.uint8))
        plate = builder.plate(hurried)
        del builder  # and all that it gathered, before others gather on this plate
        yield plate
    next(pairs, None)


class PlateBuilder:
    """The plate of one segment, from its frames given one by one."""

    def __init__(self, path: CameraPath, segment: Segment) -> None:
        self._path, self._segment = path, segment
        left, top, right, bottom = _bounds(path, segment)
        self._size_px = (right - left, bottom - top)
        shift = np.array([[1.0, 0, -left], [0, 1.0, -top], [0, 0, 1.0]])
        self._matrices = shift @ path.to_plate[segment.first : segment.last + 1]
        self._stack = PlateStack(*self._size_px)
        self._supposed = PlateStack(*self._size_px, STACK_BYTES // 2)
        self._doubtful = np.zeros(self._size_px[::-1], np.bool_)
        self._exposure = Exposure(*self._size_px)
        self._shown = np.zeros(self._size_px[::-1], np.uint16)
        self._totals = _totals(self._matrices, path, self._size_px)
        self._covered = np.zeros(self._size_px[::-1], np.bool_)
        self._gains: list[Floats] = []

    def add(self, pixels: Pixels, cover: NDArray[np.uint8]) -> None:
        """The next frame, uint8 [height, width, 3], and its `cover_of`, uint8 [height, width]."""
        matrix = self._matrices[len(self._gains)]
        gain = self._exposure.gain(pixels, np.asarray(cover > 0), matrix)
        self._gains.append(gain)
        if (gain != 1).any():
            pixels = np.asarray((pixels * gain + 0.5).clip(0, 255), np.uint8)
        part, shown, laid, (left, top) = self._laid(pixels, cover, matrix)
        height, width = shown.shape
        place = (slice(top, top + height), slice(left, left + width))
        self._shown[place] += shown
        self._covered[place] |= shown & (laid >= HIDDEN)
        share = self._shown[place] / np.maximum(
            np.maximum(self._totals[place], self._shown[place]), 1
        )
        self._doubtful[place] |= shown & (laid > 0) & (laid < HIDDEN)
        free = shown & (laid < SUPPOSED)
        self._stack.add(part, free, share.astype(np.float32), top, left)
        supposed = shown & (laid >= SUPPOSED) & (laid < HIDDEN)
        self._supposed.add(part, supposed, share.astype(np.float32), top, left)

    def plate(self, hurried: bool = False) -> Plate:
        """What was gathered, filled; `hurried`, or as one of many short ones, without patches."""
        many = len(self._path.segments) > _MANY
        hurried = hurried or (many and self._segment.count < _SHORT)
        levels, counts = self._levels()
        usable = self._shown > 0
        holes = usable & (counts == 0)
        picture = fill(levels, holes, usable, by_diffusion if hurried else by_patches)
        covered = int(self._covered.sum())
        missed = int((self._covered & holes).sum())
        name = NOTHING if not holes.any() else DIFFUSION if hurried else PATCHES
        facts = PlateFacts(
            self._segment,
            *self._size_px,
            seen=1 - float(holes.sum()) / max(1, int(usable.sum())),
            uncovered=1 - missed / covered if covered else 1.0,
            filler=name,
        )
        return Plate(facts, picture, counts, self._matrices, np.array(self._gains, np.float32))

    def _levels(self) -> tuple[Pixels, NDArray[np.uint8]]:
        """The median of what was seen, and of how much; without shadow where one may have been.

        What was seen where somebody was expected counts where nothing else was seen, and only what
        stays as it is: that is a thing which stands in front.
        """
        counts = self._stack.counts.copy()
        levels = self._stack.median()
        levels[self._doubtful] = self._stack.lit(self._doubtful)[self._doubtful]
        often = self._supposed.counts >= np.maximum(_FEWEST, _OFTEN * self._shown)
        perhaps = (counts < _FEW) & often
        lasting = perhaps & (self._supposed.spread(perhaps) <= _LASTING)
        levels[lasting] = self._supposed.median(lasting)[lasting]
        counts[lasting] = self._supposed.counts[lasting]
        return levels, counts

    def _laid(
        self, pixels: Pixels, cover: NDArray[np.uint8], matrix: Matrix
    ) -> tuple[Pixels, Flags, NDArray[np.uint8], tuple[int, int]]:
        """The frame on the plate: pixels, where it is, its cover; left and top."""
        if self._segment.static:
            return pixels, np.ones(cover.shape, np.bool_), cover, (0, 0)
        left, top, size = _window(self._path, matrix, self._size_px)
        shift = np.array([[1.0, 0, -left], [0, 1.0, -top], [0, 0, 1.0]])
        local = centred(shift @ matrix)
        laid = cv2.warpPerspective(
            pixels, local, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
        ones = np.ones(cover.shape, np.float32)
        shown = cv2.warpPerspective(ones, local, size) > 0.999
        over = cv2.warpPerspective(cv2.dilate(cover, _AROUND), local, size, flags=cv2.INTER_NEAREST)
        return np.asarray(laid, np.uint8), shown, np.asarray(over, np.uint8), (left, top)


def _bounds(path: CameraPath, segment: Segment) -> tuple[int, int, int, int]:
    """The smallest rectangle of whole px around all frames of a segment on its plate."""
    if segment.static:
        return 0, 0, path.width_px, path.height_px
    ends = np.concatenate([path.corners(i) for i in range(segment.first, segment.last + 1)])
    left, top = np.floor(ends.min(axis=0)).astype(int)
    right, bottom = np.ceil(ends.max(axis=0)).astype(int)
    return int(left), int(top), int(right), int(bottom)


def _window(
    path: CameraPath, matrix: Matrix, size_px: tuple[int, int]
) -> tuple[int, int, tuple[int, int]]:
    """Left, top, and width and height of the part of the plate that a frame takes."""
    ends = corners_of(matrix, path.width_px, path.height_px)
    left, top = np.maximum(np.floor(ends.min(axis=0)).astype(int), 0)
    right, bottom = np.minimum(np.ceil(ends.max(axis=0)).astype(int), size_px)
    return int(left), int(top), (int(right - left), int(bottom - top))


def _totals(
    matrices: NDArray[np.float64], path: CameraPath, size_px: tuple[int, int]
) -> NDArray[np.uint16]:
    """In how many frames every pixel of the plate is inside the picture, roughly."""
    width, height = (-(-side // _TOTALS_STEP) for side in size_px)
    totals = np.zeros((height, width), np.uint16)
    for matrix in matrices:
        one = np.zeros((height, width), np.uint8)
        ends = np.round(corners_of(matrix, path.width_px, path.height_px) / _TOTALS_STEP).astype(
            np.int32
        )
        cv2.fillConvexPoly(one, ends, 1)
        totals += one
    whole = totals.repeat(_TOTALS_STEP, axis=0).repeat(_TOTALS_STEP, axis=1)
    return np.asarray(whole[: size_px[1], : size_px[0]], np.uint16)
