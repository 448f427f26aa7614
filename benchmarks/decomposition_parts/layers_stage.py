"""The layers of a made-up clip, out of what analysis and fit found, with their time."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.decomposition_parts.analysis_stage import Analysed
from benchmarks.decomposition_parts.fitting_stage import Fitted
from benchmarks.decomposition_parts.truth import Truth
from mimo_runtime.layers.frame_masks import FrameMasks, Other
from mimo_runtime.layers.separation import Separation


@dataclass(frozen=True, slots=True, eq=False)
class Layered:
    """For every frame of the clip the scene without the person and what is in front of it.

    `scenes`: uint8 [H, W, 3]; `fronts`: uint8 [H, W]; `humans`: uint8 [H, W], the person's mask
    without what is in front.
    """

    scenes: tuple[NDArray[np.uint8], ...]
    fronts: tuple[NDArray[np.uint8], ...]
    humans: tuple[NDArray[np.uint8], ...]
    cpu_s: float


def layer(truth: Truth, analysed: Analysed, fitted: Fitted | None) -> Layered:
    """Separate the clip; the fitted body, where there is one, says what would be seen whole."""

    def clip_masks() -> Iterator[FrameMasks]:
        for index, mask in enumerate(analysed.masks):
            expected = None if fitted is None else fitted.silhouettes[index]
            others = tuple(Other(other) for other in analysed.others[index])
            yield FrameMasks(mask, expected, others=others)

    started = time.process_time()
    separation = Separation(
        lambda: (frame.pixels for frame in truth.frames), clip_masks, analysed.camera
    )
    found = [(one.scene, one.occlusion.alpha, one.person) for one in separation.layers()]
    scenes, fronts, humans = zip(*found, strict=True)
    return Layered(scenes, fronts, humans, time.process_time() - started)
