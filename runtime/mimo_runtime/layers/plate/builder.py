"""Plates out of a clip: what stays when the person is taken out, seen over time."""

from collections.abc import Callable, Iterator

import numpy as np

from mimo_runtime.arrays import Floats, Pixels
from mimo_runtime.concurrency import prefetch
from mimo_runtime.layers.camera.motion import CameraMotion, PlateSegment
from mimo_runtime.layers.frames import Frames, together
from mimo_runtime.layers.plate.canvas import Canvas
from mimo_runtime.layers.plate.exposure import Exposure
from mimo_runtime.layers.plate.fill import (
    DIFFUSION,
    NOTHING,
    PATCHES,
    by_diffusion,
    by_patches,
    fill,
)
from mimo_runtime.layers.plate.plate import Plate, PlateFacts
from mimo_runtime.layers.plate.robust_median import robust_median
from mimo_runtime.layers.plate.stack import PlateStack
from mimo_runtime.layers.plate.tuning import TUNING
from mimo_runtime.layers.plate.visibility import FREE, HIDDEN, Visibility

Visibilities = Callable[[], Iterator[Visibility]]
"""Opens how far the frames of a clip are to be trusted, see `visibility_of`."""


def plates_of(
    frames: Frames, visibilities: Visibilities, camera: CameraMotion, *, hurried: bool = False
) -> Iterator[Plate]:
    """One plate for each segment of `camera`, in order, in one pass over the clip.

    Args:
        frames: the clip.
        visibilities: which parts of each frame are the scene.
        camera: of this clip.
        hurried: from fewer observations, filled without patches.

    Raises:
        MediaError: not as many visibilities as frames, or of another size.
    """
    pairs = prefetch(together(frames, visibilities))
    for segment in camera.segments:
        builder = PlateBuilder(camera, segment, hurried=hurried)
        for _ in range(segment.count):
            pixels, visibility = next(pairs)
            builder.add(pixels, np.asarray(visibility, np.uint8))
        plate = builder.plate()
        del builder  # and all that it gathered, before others gather on this plate
        yield plate
    next(pairs, None)


class PlateBuilder:
    """The plate of one segment, from its frames given one by one."""

    def __init__(
        self, camera: CameraMotion, segment: PlateSegment, *, hurried: bool = False
    ) -> None:
        """`hurried`, or as one of many short ones, it is filled without patches."""
        self._segment = segment
        short = (
            len(camera.segments) > TUNING.many_segments and segment.count < TUNING.hurried_frames
        )
        self._filler = DIFFUSION if hurried or short else PATCHES
        self._step = max(1, segment.count // TUNING.hurried_enough_frames) if hurried else 1
        self._laid = 0
        self._canvas = Canvas(camera, segment)
        size_px = self._canvas.size_px
        self._stack = PlateStack(
            *size_px, min(segment.count, TUNING.hurried_observations) if hurried else segment.count
        )
        self._exposure = Exposure(*size_px)
        self._shown = np.zeros(size_px[::-1], np.uint32)
        self._covered = np.zeros(size_px[::-1], np.bool_)
        self._gains: list[Floats] = []

    def add(self, pixels: Pixels, visibility: Visibility) -> None:
        """The next frame, uint8 [height, width, 3], and its visibility, uint8 [height, width]."""
        offset = len(self._gains)
        passed = (offset + 1) / self._segment.count
        gain = self._exposure.gain(pixels, visibility < FREE, self._canvas.matrices[offset])
        self._gains.append(gain)
        if offset % self._step:
            return
        self._laid += 1
        if (gain != 1).any():
            pixels = np.asarray((pixels * gain + 0.5).clip(0, 255), np.uint8)
        if self._segment.static:
            self._shown += 1
            self._covered |= visibility == HIDDEN
            self._stack.add(pixels, visibility, passed, 0, 0)
        else:
            laid = self._canvas.laid(offset, pixels, visibility)
            self._shown[laid.slices] += laid.shown
            self._covered[laid.slices] |= laid.shown & (laid.visibility == HIDDEN)
            self._stack.add(laid.pixels, laid.visibility * laid.shown, passed, laid.top, laid.left)

    def plate(self) -> Plate:
        """What was gathered, filled."""
        levels, counts = robust_median(self._stack, self._shown / self._laid)
        usable = self._shown > 0
        holes = usable & (counts == 0)
        picture = fill(
            levels, holes, usable, by_diffusion if self._filler == DIFFUSION else by_patches
        )
        covered = int(self._covered.sum())
        missed = int((self._covered & holes).sum())
        facts = PlateFacts(
            self._segment,
            *self._canvas.size_px,
            seen=1 - float(holes.sum()) / max(1, int(usable.sum())),
            uncovered=1 - missed / covered if covered else 1.0,
            filler=self._filler if holes.any() else NOTHING,
        )
        gains = np.array(self._gains, np.float32)
        return Plate(facts, picture, counts, self._canvas.matrices, gains)
