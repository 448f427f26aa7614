"""Clips for the tests, encoded on the spot with PyAV."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

BT709, BT601 = 1, 5


def picture(index: int, width_px: int = 64, height_px: int = 48) -> NDArray[np.uint8]:
    """A smooth picture that says which way is up and which one it is.

    Red grows to the right, green grows down, blue grows with the index.
    """
    red = np.linspace(0, 255, width_px)[None, :].repeat(height_px, 0)
    green = np.linspace(0, 255, height_px)[:, None].repeat(width_px, 1)
    blue = np.full((height_px, width_px), 20 * index % 256)
    return np.stack([red, green, blue], axis=2).astype(np.uint8)


def write_clip(
    path: Path,
    pictures: Sequence[NDArray[np.uint8]],
    *,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    matrix: int | None = None,
    converted_with: int | None = None,
    is_full: bool = False,
    rotation_deg: int = 0,
    display_matrix: Sequence[int] = (),
    pixel_aspect: Fraction | None = None,
    field_order: str = "",
    ticks: Sequence[int] | None = None,
    rate_fps: Fraction | int = 25,
    codec_options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
) -> Path:
    """Encodes RGB pictures at `rate_fps`, or at `ticks` milliseconds.

    `matrix` is what the stream is tagged with and, unless `converted_with` says else, converted
    with. `field_order` is "tff" or "bff" for pictures that are two fields.
    """
    options = {"crf": "8"} if codec.startswith("lib") else {"qmin": "1", "qmax": "2"}
    options |= codec_options or {}
    height_px, width_px, _ = pictures[0].shape
    with av.open(str(path), "w", container_options=container_options or {}) as container:
        stream = cast(VideoStream, container.add_stream(codec, rate=rate_fps, options=options))
        stream.width, stream.height, stream.pix_fmt = width_px, height_px, pixel_format
        if rotation_deg:
            stream.set_display_rotation(rotation_deg)
        if display_matrix:
            stream.set_display_matrix(display_matrix)
        context = stream.codec_context
        context.time_base = Fraction(1, 1000) if ticks else 1 / Fraction(rate_fps)
        if pixel_aspect:
            context.sample_aspect_ratio = pixel_aspect
        context.gop_size = 6
        if matrix:
            context.colorspace = context.color_primaries = context.color_trc = matrix
            context.color_range = 2 if is_full else 1
        for index, rgb in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(rgb).reformat(
                format=pixel_format,
                dst_colorspace=converted_with or matrix,
                dst_color_range=2 if is_full else None,
            )
            frame = with_fields(frame, field_order) if field_order else frame
            frame.pts = ticks[index] if ticks else index
            frame.time_base = context.time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def with_fields(frame: av.VideoFrame, order: str) -> av.VideoFrame:
    graph = av.filter.Graph()
    like = {"width": frame.width, "height": frame.height, "format": frame.format}
    source = graph.add_buffer(**like, time_base=Fraction(1, 25))
    graph.link_nodes(source, graph.add("setfield", order), graph.add("buffersink")).configure()
    graph.vpush(frame)
    return graph.vpull()


def join_clips(path: Path, parts: Sequence[Path]) -> Path:
    """One stream with the packets of all parts: its size changes where theirs differ."""
    with av.open(str(path), "w") as out:
        with av.open(str(parts[0])) as first:
            stream = out.add_stream_from_template(first.streams.video[0])
        tick = 0
        for part in parts:
            with av.open(str(part)) as container:
                for packet in container.demux(video=0):
                    if packet.size:
                        packet.stream = stream
                        packet.pts = packet.dts = 40 * tick
                        packet.time_base = Fraction(1, 1000)
                        tick += 1
                        out.mux(packet)
    return path
