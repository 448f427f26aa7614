"""The driving video as the decomposition sees it: frames of constant rate and of one size."""

import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from mimo_runtime.arrays import Pixels
from mimo_runtime.media.clip import ClipInfo
from mimo_runtime.media.clip_notes import clip_notes
from mimo_runtime.media.frame_rate import is_steady
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.reader import frames_at, inspect_clip, open_clip
from mimo_runtime.media.sound import ClipSound, open_sound

LIMITS = MediaLimits(
    max_file_bytes=16 << 30, max_width_px=8192, max_height_px=8192, decode_timeout_s=6 * 3600.0
)
MAX_FPS = 30
SHORT_SIDE_PX = 720
_FEWEST_FPS = 20  # a rate that only a larger divisor brings to MAX_FPS or less is resampled
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
        size_px, known = self.size_px, self.info
        with open_clip(self.path, LIMITS, batch_frames=2, size_px=size_px, known=known) as reader:
            for frame in frames_at(reader, self.indices):
                yield frame.copy()

    def sound(self) -> ClipSound | None:
        """What is heard from the first frame on, as long as they last; None for nothing."""
        start_s = self.info.timestamps_s[self.indices[0]]
        duration_s = float(self.frame_count / self.rate_fps)
        return open_sound(self.path, LIMITS, start_s, duration_s)

    def sentences(self) -> tuple[str, ...]:
        """What was understood of the video, and what was changed on the way to these frames."""
        return (*clip_notes(self.info), *self._size_notes(), *self._rate_notes())

    def _size_notes(self) -> Iterator[str]:
        width_px, height_px = self.info.width_px, self.info.height_px
        sizes = f"The video of {width_px}x{height_px} px was reduced to {self.width_px}x"
        if max(width_px - self.width_px, height_px - self.height_px) > 1:
            yield f"{sizes}{self.height_px} px; the size to work at can be changed."
        elif self.size_px != (width_px, height_px):
            yield f"{sizes}{self.height_px} px, because a template needs even sides."

    def _rate_notes(self) -> Iterator[str]:
        if not is_steady(self.info.timestamps_s):
            yield (
                f"Its frames come at irregular times; they were brought to {_said(self.rate_fps)} "
                "a second."
            )
        elif abs(self.info.rate_fps / self.rate_fps - 1) > _SAME_RATE:
            yield (
                f"Its {_said(self.info.rate_fps)} frames a second were brought to "
                f"{_said(self.rate_fps)}."
            )


def open_driving(path: Path, short_side_px: int = SHORT_SIDE_PX) -> DrivingClip:
    """Demuxes the video and decides rate and size; a larger one is reduced to `short_side_px`.

    Raises MediaError, LimitExceededError.
    """
    info = inspect_clip(path, LIMITS, finds_fields=True)
    rate_fps = driving_rate(info.rate_fps)
    width_px, height_px = fitted_size(info.width_px, info.height_px, short_side_px)
    return DrivingClip(path, info, resampled(info, rate_fps), rate_fps, width_px, height_px)


def driving_rate(rate_fps: Fraction) -> Fraction:
    """The rate that a video of `rate_fps` is brought to, from 1 to `MAX_FPS`.

    Its own, or a whole part of it so that every so manieth frame is taken: 48 gives 24, 50 and 100
    give 25, 60000/1001 gives 30000/1001. Where that part is small (33 would give 16.5), `MAX_FPS`.
    """
    divisor = math.ceil(rate_fps / MAX_FPS / Fraction(1 + _SAME_RATE))
    part = rate_fps / max(1, divisor)
    if divisor > 1 and part < _FEWEST_FPS:
        return Fraction(MAX_FPS)
    return max(Fraction(1), part)


def fitted_size(width_px: int, height_px: int, short_side_px: int) -> tuple[int, int]:
    """The size with a short side of at most `short_side_px`, of even sides, never larger."""
    scale = min(1.0, short_side_px / min(width_px, height_px))
    width, height = (max(2, 2 * round(side * scale / 2)) for side in (width_px, height_px))
    return min(width, width_px - width_px % 2 or 1), min(height, height_px - height_px % 2 or 1)


def resampled(info: ClipInfo, rate_fps: Fraction) -> tuple[int, ...]:
    """For each new frame the one of the video that is nearest to being shown then."""
    divisor = round(info.rate_fps / rate_fps)
    is_part = divisor and abs(info.rate_fps / rate_fps / divisor - 1) <= _SAME_RATE
    if is_part and is_steady(info.timestamps_s):
        return tuple(range(0, info.frame_count, divisor))
    times_s = np.array(info.timestamps_s) - info.timestamps_s[0]
    last_s = 1 / float(info.rate_fps)
    count = max(1, round((float(times_s[-1]) + last_s) * float(rate_fps)))
    ends_s = (np.arange(count) + 0.5) / float(rate_fps)
    shown = np.searchsorted(times_s, ends_s, side="right") - 1
    return tuple(int(index) for index in np.maximum.accumulate(np.maximum(shown, 0)))


def _said(rate_fps: Fraction) -> str:
    return f"{float(rate_fps):.5g}"
