"""A template's config.json: at which rate and between which times its streams are used."""

import contextlib
import json
import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from mimo_runtime.errors import TemplateError
from mimo_runtime.media.frame_rate import ratio_of
from mimo_runtime.wire.kinds import CONFIG_FILE

TIME_CROP_FPS = 30
_MAX_FPS = 240
_SAME_RATE = Fraction(1, 10_000)  # less than between 30 and 30000/1001


@dataclass(frozen=True, slots=True)
class TemplateConfig:
    """What of the streams is used.

    `fps` is the frame rate they are brought to and the rate of the result. `start_idx` (included)
    and `end_idx` (not included) are times, in frames of 30 a second whatever `fps` is.
    """

    fps: float
    start_idx: float
    end_idx: float

    @property
    def rate_fps(self) -> Fraction:
        """`fps` as the ratio that its decimal stands for, such as 30000/1001 (`ratio_of`)."""
        return ratio_of(self.fps)

    def resampled_count(self, frame_count: int, native_fps: Fraction) -> int:
        """How many frames `resampled` gives, without making them."""
        if self._stays(native_fps):
            return frame_count
        step = round(native_fps) / self.fps
        count = math.ceil(frame_count / step) if step else 0
        while count and int((count - 1) * step) >= frame_count:
            count -= 1  # what rounding may add
        return count

    def resampled(
        self, frame_count: int, native_fps: Fraction, used: slice = slice(None)
    ) -> tuple[int, ...]:
        """The frames of a stream of `native_fps` that are its picture at `fps`, official rule.

        Of them those of `used`; a long clip at a low rate has more than anybody wants to list.

        Frames are dropped or repeated. The native rate is rounded to a whole number first; below
        half a frame a second there is none, and the result is empty. A stream of a rate that is no
        whole number, and that `fps` means, stays as it is: by the official rule it would lose a
        frame now and then.
        """
        indices = range(self.resampled_count(frame_count, native_fps))[used]
        if self._stays(native_fps):
            return tuple(indices)
        step = round(native_fps) / self.fps
        return tuple(int(index * step) for index in indices)

    def time_crop(self, frame_count: int, max_frames: int | None) -> slice:
        """Which of `frame_count` resampled frames are used."""
        start, end = (
            int(min(max(self.fps * index / TIME_CROP_FPS, 0), frame_count))
            for index in (self.start_idx, self.end_idx)
        )
        return slice(start, end if max_frames is None else min(end, start + max_frames))

    def _stays(self, native_fps: Fraction) -> bool:
        return abs(native_fps / self.rate_fps - 1) <= _SAME_RATE


def read_config(folder: Path) -> TemplateConfig:
    """The config of a template folder; keys other than `fps` and `time_crop` are not used.

    Raises:
        TemplateError: config.json is missing, is no JSON, or lacks a usable value.
    """
    path = folder / CONFIG_FILE
    try:
        settings = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise TemplateError(
            f"The template '{folder.name}' has no {CONFIG_FILE}; it must hold fps and time_crop."
        ) from None
    except (ValueError, RecursionError) as error:
        raise TemplateError(
            f"{CONFIG_FILE} of '{folder.name}' is no JSON: {error}; take it as it was published."
        ) from None
    config = TemplateConfig(
        _number(settings, folder, "fps"),
        _number(settings, folder, "time_crop", "start_idx"),
        _number(settings, folder, "time_crop", "end_idx"),
    )
    if not 1 <= config.fps <= _MAX_FPS:
        raise TemplateError(
            f"{CONFIG_FILE} of '{folder.name}' asks for {config.fps:g} frames a second; "
            f"fps must be 1 to {_MAX_FPS}."
        )
    return config


def _number(settings: Any, folder: Path, *keys: str) -> float:
    value = settings
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    if not isinstance(value, bool) and isinstance(value, int | float):
        with contextlib.suppress(OverflowError):  # a whole number of hundreds of digits
            if math.isfinite(value):
                return value
    raise TemplateError(
        f"{CONFIG_FILE} of '{folder.name}' has no number for {'.'.join(keys)}; "
        "give for instance 30."
    )
