"""Decoding with PyAV: every codec, on the CPU."""

import os
from collections.abc import Iterator

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from mimo_runtime.errors import MediaError
from mimo_runtime.media.child.demuxing import open_video
from mimo_runtime.media.clip import ClipInfo
from mimo_runtime.media.decode_job import DecodeJob


class PyAvDecoder:
    """The first video stream of an open file.

    Colours follow the matrix and range tags, BT.601 limited without tags; this and the bicubic
    scaler give the same bytes as `ffmpeg -pix_fmt rgb24` for 8-bit video. No tone mapping.
    """

    def __init__(self, file: int, job: DecodeJob, info: ClipInfo) -> None:
        self._file = file
        self._job = job
        self._info = info

    def frames(self) -> Iterator[NDArray[np.uint8]]:
        """Upright RGB frames, uint8 [height, width, 3]; MediaError when one cannot be decoded."""
        reformatter = VideoReformatter()
        threads = min(os.cpu_count() or 1, 4)
        count = 0
        try:
            with open_video(self._file, self._job, threads) as (container, stream):
                for count, frame in enumerate(container.decode(stream), start=1):
                    rgb = reformatter.reformat(
                        frame, format="rgb24", interpolation=Interpolation.BICUBIC, threads=1
                    )
                    yield self._upright(rgb, count - 1)
        except av.error.InvalidDataError:
            raise MediaError(
                f"'{self._job.name}' is damaged: decoding fails after {count} of "
                f"{self._info.frame_count} frames; encode or copy it again."
            ) from None

    def _upright(self, rgb: VideoFrame, index: int) -> NDArray[np.uint8]:
        if rgb.is_corrupt:
            raise MediaError(
                f"Frame {index} of '{self._job.name}' is damaged; encode or copy it again."
            )
        plane = rgb.planes[0]
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(rgb.height, plane.line_size)
        pixels = rows[:, : 3 * rgb.width].reshape(rgb.height, rgb.width, 3)
        upright: NDArray[np.uint8] = np.rot90(pixels, self._info.rotation_deg // 90)
        if upright.shape != (self._info.height_px, self._info.width_px, 3):
            raise MediaError(
                f"'{self._job.name}' changes its size to {rgb.width}x{rgb.height} pixels at "
                f"frame {index}; all frames must have one size: encode it again at one."
            )
        return upright
