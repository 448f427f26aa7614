"""Frames of somebody in front of a camera: a file played at its rate, or a pipe as it comes."""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, Protocol

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream

from mimo_runtime.arrays import Pixels
from mimo_runtime.capture.queued import Queued
from mimo_runtime.decomposition.clip import DrivingClip, fitted_size, open_driving, resampled
from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.media.sound import ClipSound
from mimo_runtime.wire.live import QueuePolicy

SHORT_SIDE_PX = 512
_USUAL_FPS = Fraction(25)  # of a pipe that does not say


class FrameStream(Protocol):
    """Frames of `size_px`, uint8 [height, width, 3], `rate_fps` of them a second."""

    size_px: tuple[int, int]
    rate_fps: Fraction

    def first(self) -> Iterator[Pixels]:
        """Frames to look at before it begins."""

    def frames(self) -> Iterator[tuple[int, Pixels]]:
        """Index and frame, each when its time has come; what the policy leaves out is missing."""


def driving_sound(path: Path, rate_fps: Fraction | None, frames: range) -> ClipSound | None:
    """What is heard with some frames of a `FileStream`, by their indices; None for nothing.

    Raises MediaError where it is damaged.
    """
    clip = driving_clip(path, rate_fps, SHORT_SIDE_PX)
    return clip.part(frames[0], min(frames[-1], clip.frame_count - 1)).sound()


class FileStream:
    """The video at `path`, played at `rate_fps`, its own where None is given.

    Raises:
        MediaError: the file is no video, or a damaged one.
        InvalidRequestError: the video has fewer frames a second.
    """

    def __init__(self, path: Path, rate_fps: Fraction | None, policy: QueuePolicy) -> None:
        clip = driving_clip(path, rate_fps, SHORT_SIDE_PX)
        self._clip, self._policy = clip, policy
        self.size_px, self.rate_fps = clip.size_px, clip.rate_fps

    def first(self) -> Iterator[Pixels]:
        """See `FrameStream`; the same frames come again."""
        return self._clip.frames()

    def frames(self) -> Iterator[tuple[int, Pixels]]:
        """See `FrameStream`; a LIVE one leaves out frames whose successor is due already."""
        period_s, last = float(1 / self.rate_fps), self._clip.frame_count - 1
        began_s = time.monotonic()
        for index, pixels in enumerate(self._clip.frames()):
            ahead_s = began_s + index * period_s - time.monotonic()
            if self._policy is QueuePolicy.LIVE and ahead_s < -period_s and index < last:
                continue
            time.sleep(max(ahead_s, 0))
            yield index, pixels


class PipeStream:
    """A video that another program writes into `file`, in any container that can be streamed.

    It is decoded in a thread beside, no faster than its time stamps say; of a LIVE one the newest
    frames are kept.

    Raises:
        MediaError: no video comes.
    """

    def __init__(self, file: BinaryIO, rate_fps: Fraction | None, policy: QueuePolicy) -> None:
        self._container, video = open_pipe(file)
        self.rate_fps = Fraction(rate_fps or pipe_rate(video))
        self.size_px = fitted_size(video.width, video.height, SHORT_SIDE_PX)
        self._queued = Queued[tuple[int, Pixels]](self._decoded(), policy)
        self._queued.start()

    def first(self) -> Iterator[Pixels]:
        """See `FrameStream`; the frames do not come again."""
        return (pixels for _, pixels in self.frames())

    def frames(self) -> Iterator[tuple[int, Pixels]]:
        """See `FrameStream`."""
        return iter(self._queued)

    def _decoded(self) -> Iterator[tuple[int, Pixels]]:
        last, began_s = -1, 0.0
        with suppress(av.error.FFmpegError):  # a program that ends leaves half a packet
            for frame in self._container.decode(video=0):
                time_s = frame.time or 0.0
                began_s = began_s or time.monotonic() - time_s
                index = round(time_s * float(self.rate_fps))
                if index > last:
                    last = index
                    time.sleep(max(began_s + time_s - time.monotonic(), 0))
                    small = frame.reformat(*self.size_px, "rgb24")
                    yield index, np.ascontiguousarray(small.to_ndarray())


def driving_clip(path: Path, rate_fps: Fraction | None, short_side_px: int) -> DrivingClip:
    """The video at `path` brought to `rate_fps`; errors as in `FileStream`."""
    clip = open_driving(path, short_side_px)
    if rate_fps is None:
        return clip
    if rate_fps > clip.rate_fps:
        raise InvalidRequestError(
            f"The rate is {float(rate_fps):g} and the video is played at "
            f"{float(clip.rate_fps):g} frames a second; give no more than that."
        )
    return replace(clip, rate_fps=rate_fps, indices=resampled(clip.info, rate_fps))


def open_pipe(file: BinaryIO) -> tuple[InputContainer, VideoStream]:
    """The container that comes through a pipe, and its video. Raises MediaError: none comes."""
    try:
        container = av.open(file, mode="r")
        return container, container.streams.video[0]
    except (av.error.FFmpegError, IndexError, OSError) as error:
        raise MediaError(
            f"No video comes through the pipe ({error}); write one into it that can be "
            "streamed, such as Matroska: ffmpeg ... -f matroska -."
        ) from None


def pipe_rate(video: VideoStream) -> Fraction:
    """What it says of itself, else what is usual."""
    return video.average_rate or video.guessed_rate or _USUAL_FPS
