"""Validating a clip before decoding it: its structure, its packets, its first frame."""

import os
from dataclasses import dataclass
from fractions import Fraction

from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from mimo_runtime.errors import MediaError
from mimo_runtime.media.child.completeness import check_whole
from mimo_runtime.media.child.demuxing import (
    Packets,
    check_size_px,
    codec_name,
    count_packets,
    open_video,
    video_streams,
)
from mimo_runtime.media.clip import ClipInfo
from mimo_runtime.media.decode_job import DecodeJob

_MATRICES = {
    0: "rgb",
    1: "bt709",
    2: "unspecified",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    9: "bt2020nc",
}
_RANGES = {0: "unspecified", 1: "limited", 2: "full"}


@dataclass(frozen=True, slots=True)
class ValidatedClip:
    """A clip within the limits.

    `simple` is false where packets and frames do not pair up one to one, or where there are
    several video streams: PyAV copes with both, DALI may not.
    """

    info: ClipInfo
    simple: bool


def validate_clip(file: int, job: DecodeJob) -> ValidatedClip:
    """Demux all of the open `file` and decode one frame.

    Raises:
        MediaError: no video, no frames, truncated, or of a codec that is not accepted.
        LimitExceededError: too many frames, or too large ones.
    """
    with os.fdopen(os.dup(file), "rb") as source:
        check_whole(source, job.container, job.name)
    with open_video(file, job) as (container, stream):
        packets = count_packets(container, stream, job)
        simple = not packets.hidden_count and len(video_streams(container)) == 1
    with open_video(file, job) as (container, stream):
        frame = next(container.decode(stream), None)
        if frame is None:
            raise MediaError(f"'{job.name}' holds no frame that can be decoded; encode it again.")
        return ValidatedClip(_describe(frame, stream, packets, job), simple)


def _describe(frame: VideoFrame, stream: VideoStream, packets: Packets, job: DecodeJob) -> ClipInfo:
    check_size_px(frame.width, frame.height, job)
    rotation_deg = frame.rotation % 360
    if rotation_deg % 90:
        raise MediaError(
            f"'{job.name}' is to be shown rotated by {rotation_deg} degrees; "
            "only quarter turns are supported: encode it again upright."
        )
    width_px, height_px = frame.width, frame.height
    if rotation_deg % 180:
        width_px, height_px = height_px, width_px
    rate = stream.average_rate or stream.guessed_rate or Fraction(25)
    rate_fps = Fraction(rate.numerator, rate.denominator)
    return ClipInfo(
        container=job.container,
        codec=codec_name(stream),
        pixel_format=frame.format.name,
        width_px=width_px,
        height_px=height_px,
        rotation_deg=rotation_deg,
        rate_fps=rate_fps,
        timestamps_s=_timestamps_s(packets, stream, rate_fps),
        matrix=_MATRICES.get(frame.colorspace, str(frame.colorspace)),
        color_range=_RANGES[frame.color_range],
    )


def _timestamps_s(packets: Packets, stream: VideoStream, rate_fps: Fraction) -> tuple[float, ...]:
    """Raw H.264 and HEVC have no time stamps: there the rate decides."""
    if packets.ticks is None or stream.time_base is None:
        return tuple(float(index / rate_fps) for index in range(packets.frame_count))
    base = stream.time_base
    return tuple(tick * base.numerator / base.denominator for tick in packets.ticks)
