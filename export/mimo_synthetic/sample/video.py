"""Writes the sample's streams: H.264 in mp4, BT.709 by tag and by conversion."""

from collections.abc import Iterable
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray

BT709, LIMITED = 1, 1


def write_stream(
    path: Path, frames: Iterable[NDArray[np.uint8]], size_px: tuple[int, int], rate_fps: int
) -> None:
    """Encode RGB `frames`, uint8 [height, width, 3], to `path` at `rate_fps`; size is (W, H)."""
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=rate_fps)
        stream.width, stream.height = size_px
        stream.pix_fmt = "yuv420p"
        stream.thread_count = 1
        stream.options = {"crf": "12", "preset": "veryslow", "tune": "animation"}
        _tag(stream.codec_context)
        for frame in frames:
            picture = av.VideoFrame.from_ndarray(frame, format="rgb24").reformat(
                format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
            )
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


def _tag(context: av.VideoCodecContext) -> None:
    context.colorspace = context.color_primaries = context.color_trc = BT709
    context.color_range = LIMITED
