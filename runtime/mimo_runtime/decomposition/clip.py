"""The driving video as the decomposition sees it: frames of constant rate and of one size."""

from collections.abc import Generator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.media.clip import ClipInfo
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.reader import frames_at, inspect_clip, open_clip

Pixels = NDArray[np.uint8]

LIMITS = MediaLimits(max_file_bytes=16 << 30, decode_timeout_s=6 * 3600.0)
MAX_FPS = 30
SHORT_SIDE_PX = 720
_STEADY = 0.3  # of a frame's time: frames that come earlier or later are irregular
_SAME_RATE = 0.005


@dataclass(frozen=True, slots=True)
class DrivingClip:
    """Frames of the video at `path`, `width_px` by `height_px`, `rate_fps` a second.

    `indices` are those frames in the video as decoded, nondecreasing; the picture is upright.
    """

    path: Path
    info: ClipInfo
    indices: tuple[int, ...]
    rate_fps: Fraction
    width_px: int
    height_px: int

    @property
    def frame_count(self) -> int:
        """Frames after resampling."""
        return len(self.indices)

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height."""
        return self.width_px, self.height_px

    def part(self, first: int, last: int) -> "DrivingClip":
        """Frames `first` to `last`, both included."""
        return replace(self, indices=self.indices[first : last + 1])

    def frames(self) -> Generator[Pixels, None, None]:
        """Decodes the clip from its first frame on: uint8 [height, width, 3], each its own array.

        Raises MediaError where the video is damaged after all.
        """
        with open_clip(self.path, LIMITS, batch_frames=2) as reader:
            for frame in frames_at(reader, self.indices):
                yield self._scaled(frame)

    def sentences(self) -> tuple[str, ...]:
        """What was changed on the way from the video to these frames."""
        said = []
        if self.size_px != (self.info.width_px, self.info.height_px):
            said.append(
                f"The video of {self.info.width_px}x{self.info.height_px} px was reduced to "
                f"{self.width_px}x{self.height_px} px; --size changes that."
            )
        if not is_steady(self.info):
            said.append(
                f"Its frames come at irregular times; they were brought to {self.rate_fps} a "
                "second."
            )
        elif abs(self.info.rate_fps / self.rate_fps - 1) > _SAME_RATE:
            said.append(
                f"Its {float(self.info.rate_fps):g} frames a second were brought to "
                f"{self.rate_fps}."
            )
        if any(bits in self.info.pixel_format for bits in ("10", "12", "16")):
            said.append(f"Its colours ({self.info.pixel_format}) were reduced to 8 bits.")
        return tuple(said)

    def _scaled(self, frame: Pixels) -> Pixels:
        if frame.shape[:2] == (self.height_px, self.width_px):
            return frame.copy()
        return np.asarray(cv2.resize(frame, self.size_px, interpolation=cv2.INTER_AREA), np.uint8)


def open_driving(path: Path, short_side_px: int = SHORT_SIDE_PX) -> DrivingClip:
    """Demuxes the video and decides rate and size; a larger one is reduced to `short_side_px`.

    The rate is the video's, as a whole number of at most `MAX_FPS`, which is what a template's
    config.json can state.

    Raises MediaError, LimitExceededError.
    """
    info = inspect_clip(path, LIMITS)
    rate_fps = Fraction(min(MAX_FPS, max(1, round(usual_rate_fps(info)))))
    width_px, height_px = fitted_size(info.width_px, info.height_px, short_side_px)
    return DrivingClip(path, info, resampled(info, rate_fps), rate_fps, width_px, height_px)


def fitted_size(width_px: int, height_px: int, short_side_px: int) -> tuple[int, int]:
    """The size with a short side of at most `short_side_px`, of even sides, never larger."""
    scale = min(1.0, short_side_px / min(width_px, height_px))
    width, height = (max(2, 2 * round(side * scale / 2)) for side in (width_px, height_px))
    return min(width, width_px - width_px % 2 or 1), min(height, height_px - height_px % 2 or 1)


def is_steady(info: ClipInfo) -> bool:
    """Whether frames come at a constant rate, give or take the grain of the time stamps."""
    if info.frame_count < 3:
        return True
    steps_s = np.diff(info.timestamps_s)
    usual_s = float(np.median(steps_s))
    return bool(np.abs(steps_s - usual_s).max() <= max(_STEADY * usual_s, 2e-3))


def usual_rate_fps(info: ClipInfo) -> float:
    """The rate of a clip; where frames come at irregular times, that of most of them."""
    if is_steady(info):
        return float(info.rate_fps)
    return 1 / max(float(np.median(np.diff(info.timestamps_s))), 1e-3)


def resampled(info: ClipInfo, rate_fps: Fraction) -> tuple[int, ...]:
    """For each new frame the one of the video that is nearest to being shown then."""
    if is_steady(info) and abs(info.rate_fps / rate_fps - 1) <= _SAME_RATE:
        return tuple(range(info.frame_count))
    times_s = np.array(info.timestamps_s) - info.timestamps_s[0]
    last_s = 1 / float(info.rate_fps)
    count = max(1, round((float(times_s[-1]) + last_s) * float(rate_fps)))
    ends_s = (np.arange(count) + 0.5) / float(rate_fps)
    found = np.searchsorted(times_s, ends_s, side="right") - 1
    return tuple(int(index) for index in np.maximum.accumulate(np.maximum(found, 0)))
