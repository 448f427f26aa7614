"""How videos of more than 8 bits are written: HEVC, ProRes 4444 and DNxHR HQX."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol, cast

import av
import numpy as np
from av.container import OutputContainer
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation
from av.video.stream import VideoStream
from numpy.typing import NDArray

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.media.h264 import add_h264_stream, rgb_frame, to_h264_frame

_SWS_FLAGS = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP
_THREADS = 2  # bytes are to depend on their number, not on the machine
_X265 = "log-level=error:frame-threads=1:pools=2"
_DNXHR_LEAST_PX = (256, 120)


class MovieCodec(Protocol):
    """How frames become the packets of a video file."""

    def add_stream(
        self, container: OutputContainer, width_px: int, height_px: int, rate_fps: Fraction
    ) -> VideoStream:
        """A stream of `container` for frames of that size."""

    def picture(self, pixels: NDArray[np.generic]) -> av.VideoFrame:
        """A copy of a frame [height, width, channels], in the depth that the codec takes."""

    def converted(self, picture: av.VideoFrame, index: int, stream: VideoStream) -> av.VideoFrame:
        """It as the frame `index` of `stream`."""


class H264:
    """8 bits, uint8 RGB."""

    add_stream = staticmethod(add_h264_stream)
    converted = staticmethod(to_h264_frame)

    def picture(self, pixels: NDArray[np.generic]) -> av.VideoFrame:
        """See `MovieCodec.picture`."""
        return rgb_frame(np.asarray(pixels, np.uint8))


@dataclass(frozen=True, slots=True)
class DeepCodec:
    """10 bits or more, of uint16 RGB or RGBA; BT.709, limited range.

    Attributes:
        encoder: FFmpeg's name.
        pixel_format: of what is encoded.
        options: of the encoder.
        tag: four letters that say in the file which codec it is; "" for the usual ones.
        least_px: width and height that it takes at least.
    """

    encoder: str
    pixel_format: str
    options: tuple[tuple[str, str], ...]
    tag: str = ""
    least_px: tuple[int, int] = (1, 1)

    def add_stream(
        self, container: OutputContainer, width_px: int, height_px: int, rate_fps: Fraction
    ) -> VideoStream:
        """See `MovieCodec.add_stream`."""
        least_width_px, least_height_px = self.least_px
        if width_px < least_width_px or height_px < least_height_px:
            raise InvalidRequestError(
                f"{self.encoder} takes frames from {least_width_px}x{least_height_px} pixels on, "
                f"and these have {width_px}x{height_px}; choose another format."
            )
        added = container.add_stream(self.encoder, rate=rate_fps, options=dict(self.options))
        stream = cast(VideoStream, added)
        stream.width, stream.height, stream.pix_fmt = width_px, height_px, self.pixel_format
        context = stream.codec_context
        context.time_base = 1 / rate_fps
        context.thread_count = _THREADS
        context.colorspace, context.color_range = Colorspace.ITU709, ColorRange.MPEG
        context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
        if self.tag:
            context.codec_tag = self.tag
        return stream

    def picture(self, pixels: NDArray[np.generic]) -> av.VideoFrame:
        """See `MovieCodec.picture`."""
        kind = "rgba64le" if pixels.shape[2] == 4 else "rgb48le"
        return av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format=kind)

    def converted(self, picture: av.VideoFrame, index: int, stream: VideoStream) -> av.VideoFrame:
        """See `MovieCodec.converted`."""
        frame = picture.reformat(
            format=stream.pix_fmt,
            interpolation=_SWS_FLAGS,
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
        )
        frame.pts, frame.time_base = index, stream.codec_context.time_base
        frame.color_primaries, frame.color_trc = ColorPrimaries.BT709, ColorTrc.BT709  # of ProRes
        return frame


def hevc(width_px: int, height_px: int) -> DeepCodec:
    """HEVC in 10 bits; 4:2:0, or 4:4:4 where a side is odd."""
    chroma = "yuv444p10le" if width_px % 2 or height_px % 2 else "yuv420p10le"
    options = (("crf", "14"), ("preset", "fast"), ("x265-params", _X265))
    return DeepCodec("libx265", chroma, options, "hvc1", (16, 16))


PRORES = DeepCodec("prores_ks", "yuv444p10le", (("profile", "4444"), ("vendor", "apl0")))
PRORES_ALPHA = DeepCodec(
    "prores_ks", "yuva444p10le", (("profile", "4444"), ("vendor", "apl0"), ("alpha_bits", "16"))
)
DNXHR = DeepCodec("dnxhd", "yuv422p10le", (("profile", "dnxhr_hqx"),), "", _DNXHR_LEAST_PX)
