"""Reading clips whole, for the tests."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.media.clip_notes import clip_notes
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.reader import inspect_clip, open_clip


def all_frames(
    path: Path, limits: MediaLimits | None = None, decoder: str = "auto"
) -> NDArray[np.uint8]:
    """Every frame of the clip, uint8 [n, height, width, 3]."""
    with open_clip(path, limits or MediaLimits(), decoder=decoder) as reader:
        return np.concatenate([batch.frames.copy() for batch in reader])


def psnr_db(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Peak signal-to-noise ratio of two arrays of 8-bit values."""
    error = np.mean((one.astype(np.float64) - other) ** 2)
    return float(10 * np.log10(255**2 / max(float(error), 1e-9)))


def notes(path: Path) -> str:
    """What is said about a clip."""
    return " ".join(clip_notes(inspect_clip(path, MediaLimits())))
