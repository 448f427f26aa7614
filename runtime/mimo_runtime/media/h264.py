"""How this program writes H.264: one place for the settings of files and of streams."""

from fractions import Fraction

import av
import numpy as np
from av.container import OutputContainer
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation
from av.video.stream import VideoStream
from numpy.typing import NDArray

_QUALITY = {"crf": "15", "preset": "veryfast"}  # one step finer for what the preset loses
_SWS_FLAGS = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP


def add_h264_stream(
    container: OutputContainer, width_px: int, height_px: int, rate_fps: Fraction
) -> VideoStream:
    """A libx264 stream, tagged BT.709 limited range; 4:2:0, or 4:4:4 where a side is odd.

    Without B-frames and lookahead, so that each frame leaves at once. Two threads: the bytes
    depend on their number, not on the machine.
    """
    options = _QUALITY | {"tune": "zerolatency"}
    stream = container.add_stream("libx264", rate=rate_fps, options=options)
    stream.width, stream.height = width_px, height_px
    stream.pix_fmt = "yuv444p" if width_px % 2 or height_px % 2 else "yuv420p"
    context = stream.codec_context
    context.time_base = 1 / rate_fps
    context.gop_size = max(round(2 * rate_fps), 1)
    context.thread_count = 2
    context.colorspace = Colorspace.ITU709
    context.color_range = ColorRange.MPEG
    context.color_primaries = ColorPrimaries.BT709
    context.color_trc = ColorTrc.BT709
    return stream


def rgb_frame(rgb: NDArray[np.uint8]) -> av.VideoFrame:
    """A copy of uint8 RGB [height, width, 3]."""
    return av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")


def to_h264_frame(rgb: av.VideoFrame, index: int, stream: VideoStream) -> av.VideoFrame:
    """`rgb_frame` as the picture at `index`, converted to what the stream says."""
    frame = rgb.reformat(
        format=stream.pix_fmt,
        interpolation=_SWS_FLAGS,
        dst_colorspace=Colorspace.ITU709,
        dst_color_range=ColorRange.MPEG,
    )
    frame.pts = index
    frame.time_base = stream.codec_context.time_base
    return frame
