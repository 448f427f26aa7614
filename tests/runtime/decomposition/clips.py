"""Short videos to decompose: made-up ones of mimo_synthetic.ground_truth, and plain ones."""

from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np

from mimo_runtime.media.mp4_sink import Mp4Sink
from mimo_synthetic.ground_truth.clip import Clip, TrueFrame
from mimo_synthetic.ground_truth.spec import ClipSpec

RATE_FPS = Fraction(15)
SIZE_PX = 224


@cache
def walk_truth(count: int = 6) -> tuple[TrueFrame, ...]:
    """Somebody who walks through a yard, frame by frame with the truth."""
    spec = ClipSpec("walk", frame_count=count, size_px=SIZE_PX, rate_fps=RATE_FPS)
    return tuple(Clip(spec).frames())


@cache
def passing() -> tuple[TrueFrame, ...]:
    """Somebody steps aside on the left while another passes in front, both seen throughout."""
    spec = ClipSpec(
        "side-step", occluder="moving", seed=7, frame_count=24, size_px=SIZE_PX, rate_fps=RATE_FPS
    )
    clip = Clip(spec)
    return tuple(clip.frame(index) for index in range(1, 7))


def walking() -> tuple[np.ndarray, ...]:
    """The frames of `walk_truth`."""
    return tuple(frame.pixels for frame in walk_truth())


def empty_yard(count: int = 3) -> tuple[np.ndarray, ...]:
    """The yard of `walk_truth` without anybody."""
    return tuple(frame.scene for frame in walk_truth()[:count])


def write_video(
    path: Path, frames: Iterable[np.ndarray], rate_fps: Fraction | int = RATE_FPS
) -> Path:
    pictures = list(frames)
    height, width = pictures[0].shape[:2]
    with Mp4Sink(path, width, height, Fraction(rate_fps)) as sink:
        for index, frame in enumerate(pictures):
            sink.write(index, np.ascontiguousarray(frame))
    return path


def levels(count: int, width: int = 48, height: int = 32) -> list[np.ndarray]:
    """Plain frames; frame i has level 10 * i."""
    return [np.full((height, width, 3), 10 * index, np.uint8) for index in range(count)]
