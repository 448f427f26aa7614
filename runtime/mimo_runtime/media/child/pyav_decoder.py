"""Decoding with PyAV: every codec, on the CPU."""

import os
from collections.abc import Iterator

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter
from numpy.typing import NDArray

from mimo_runtime.errors import MediaError
from mimo_runtime.media.child.cadence import fresh_frames
from mimo_runtime.media.child.colour import matrix_number
from mimo_runtime.media.child.deinterlacing import deinterlaced
from mimo_runtime.media.child.demuxing import decoded, open_video
from mimo_runtime.media.child.hdr import ToBt709
from mimo_runtime.media.child.packets import PacketPlan
from mimo_runtime.media.clip import ClipInfo
from mimo_runtime.media.decode_job import DecodeJob
from mimo_runtime.media.picture import on_white

_PIXEL_BYTES = {"rgb24": 3, "rgba": 4, "rgb48le": 6}


class PyAvDecoder:
    """The video stream of an open file.

    For 8-bit video of square pixels in its own size, the matrix and range of the tags and the
    bicubic scaler give the same bytes as `ffmpeg -pix_fmt rgb24`. HDR and wide gamuts are brought
    to BT.709 (`hdr`), fields to whole pictures, transparent samples onto white; frames that repeat
    others are left out where the clip's cadence says so.
    """

    def __init__(self, file: int, job: DecodeJob, info: ClipInfo, plan: PacketPlan) -> None:
        self._file = file
        self._job = job
        self._info = info
        self._plan = plan
        self._reformatter = VideoReformatter()
        self._to_bt709 = None if info.colour.is_bt709 else ToBt709(info.colour)

    def frames(self) -> Iterator[NDArray[np.uint8]]:
        """RGB frames as they are shown, uint8 [height, width, 3], in the size of the job.

        Raises:
            MediaError: a frame cannot be decoded, or has another size than the others.
        """
        width_px, height_px = self._info.orientation.size_px(*self._job.size_px(self._info))
        order, is_film = self._info.field_order, self._info.is_film
        whole = deinterlaced(self._decoded(), order, is_film)
        for frame in fresh_frames(whole, self._info.cadence):
            yield self._info.orientation.upright(self._pixels(frame, width_px, height_px))

    def _decoded(self) -> Iterator[VideoFrame]:
        threads = min(os.cpu_count() or 1, 4)
        size_px, count = None, 0
        try:
            with open_video(self._file, self._job, threads) as (container, stream):
                for frame in decoded(container, stream, self._plan):
                    size_px = size_px or (frame.width, frame.height)
                    self._check(frame, size_px, count)
                    count += 1
                    yield frame
        except av.error.InvalidDataError:
            raise MediaError(
                f"'{self._job.name}' is damaged: decoding fails after {count} of "
                f"{self._info.frame_count} frames; encode or copy it again."
            ) from None

    def _check(self, frame: VideoFrame, size_px: tuple[int, int], index: int) -> None:
        if frame.is_corrupt:
            raise MediaError(
                f"Frame {index} of '{self._job.name}' is damaged; encode or copy it again."
            )
        if (frame.width, frame.height) != size_px:
            raise MediaError(
                f"'{self._job.name}' changes its size to {frame.width}x{frame.height} pixels at "
                f"frame {index}; all frames must have one size: encode it again at one."
            )

    def _pixels(self, frame: VideoFrame, width_px: int, height_px: int) -> NDArray[np.uint8]:
        """The stored picture as RGB, uint8 [height_px, width_px, 3]."""
        colour = self._info.colour
        is_smaller = width_px * height_px < frame.width * frame.height
        packed = "rgba" if colour.has_alpha else "rgb24"
        if frame.color_range == ColorRange.UNSPECIFIED and colour.color_range == "full":
            frame.color_range = ColorRange.JPEG  # the container says so, not the stream
        rgb = self._reformatter.reformat(
            frame,
            width=width_px,
            height=height_px,
            format=packed if self._to_bt709 is None else "rgb48le",
            src_colorspace=matrix_number(colour),
            interpolation=Interpolation.AREA if is_smaller else Interpolation.BICUBIC,
            threads=1,
        )
        if self._to_bt709 is None:
            return on_white(_plane(rgb))
        return self._to_bt709.convert(_plane(rgb).view(np.uint16))


def _plane(frame: VideoFrame) -> NDArray[np.uint8]:
    """The only plane of a packed frame, uint8 [height, width, bytes of a pixel]."""
    plane = frame.planes[0]
    pixel_bytes = _PIXEL_BYTES[frame.format.name]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(frame.height, plane.line_size)
    return rows[:, : pixel_bytes * frame.width].reshape(frame.height, frame.width, pixel_bytes)
