"""Opening a container and counting what is in it, without decoding."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.stream import VideoStream

from mimo_runtime.errors import LimitExceededError, MediaError
from mimo_runtime.media.decode_job import DecodeJob

# Titles that are not UTF-8 are no reason to refuse a clip; PyAV 19 sees to that by itself.
_TOLERANT: dict[str, Any] = (
    {"metadata_errors": "replace"} if av.__version__.startswith("18.") else {}
)
CODECS = (
    "h264", "hevc", "av1", "vp8", "vp9", "mjpeg", "mpeg4", "msmpeg4v3", "prores", "ffv1",
)  # fmt: skip


@contextmanager
def open_video(file: int, job: DecodeJob, threads: int = 1) -> Iterator[tuple[InputContainer, Any]]:
    """The demuxer of the open `file`, from its start, and its first video stream, checked.

    Raises:
        MediaError: there is no video in it, or one of a codec that is not accepted.
        LimitExceededError: its frames are too large.
    """
    with os.fdopen(os.dup(file), "rb") as source:
        source.seek(0)
        # The magic bytes fix the format, and nothing that the file names is opened.
        container = av.open(source, "r", format=job.container, io_open=_refuse, **_TOLERANT)
        with container:
            stream = _first_stream(container, job)
            _prepare(stream, job, threads)
            yield container, stream


def _refuse(url: str, *_: Any) -> BinaryIO:
    raise MediaError(
        f"The video names another file ('{url}'), which is not opened; give one file that "
        "holds everything."
    )


def _first_stream(container: InputContainer, job: DecodeJob) -> VideoStream:
    streams = video_streams(container)
    if not streams:
        raise MediaError(f"'{job.name}' holds no video stream; give a file with moving pictures.")
    return streams[0]


def video_streams(container: InputContainer) -> list[VideoStream]:
    """The streams that are moving pictures: cover art is not."""
    return [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]


def _prepare(stream: VideoStream, job: DecodeJob, threads: int) -> None:
    codec = codec_name(stream)
    if codec not in CODECS:
        accepted = ", ".join(CODECS)
        raise MediaError(
            f"The video in '{job.name}' is {codec}, which is not accepted; use {accepted}."
        )
    context = stream.codec_context
    check_size_px(context.width, context.height, job)
    max_pixels = job.limits.max_width_px * job.limits.max_height_px
    # "explode": damage is an error and not papered over; whether the latter shows in the frame
    # depends on the timing of the decoder's threads.
    context.options = {"max_pixels": str(max_pixels), "err_detect": "explode"}
    context.thread_type = "AUTO"
    context.thread_count = threads


def codec_name(stream: VideoStream) -> str:
    """The codec's own name ("av1"), not that of the decoder ("libdav1d")."""
    return stream.codec_context.codec.canonical_name if stream.codec_context else "of no known kind"


def check_size_px(width_px: int, height_px: int, job: DecodeJob) -> None:
    """Check the size of frames; upright or lying does not matter.

    Raises:
        LimitExceededError: they are too large.
    """
    limits = job.limits
    short_px, long_px = sorted((width_px, height_px))
    max_short_px, max_long_px = sorted((limits.max_width_px, limits.max_height_px))
    if short_px > max_short_px or long_px > max_long_px:
        raise LimitExceededError(
            f"'{job.name}' has frames of {width_px}x{height_px} pixels, more than the "
            f"{limits.max_width_px}x{limits.max_height_px} accepted; make it smaller first."
        )


@dataclass(frozen=True, slots=True)
class Packets:
    """What demuxing finds.

    `ticks` holds the time stamp of each frame to be shown, in presentation order, or is None where
    the container has none. `hidden_count` counts the packets that are not shown.
    """

    ticks: tuple[int, ...] | None
    frame_count: int
    hidden_count: int


def count_packets(container: InputContainer, stream: VideoStream, job: DecodeJob) -> Packets:
    """Demux all of `stream`.

    Raises:
        MediaError: it is truncated, or empty.
        LimitExceededError: it has too many frames.
    """
    ticks: list[int | None] = []
    hidden_count = 0
    for packet in container.demux(stream):
        if packet.is_corrupt:
            raise MediaError(
                f"'{job.name}' is truncated or damaged after {len(ticks)} frames; encode or copy "
                "it again."
            )
        if packet.is_discard or _is_hidden(packet):
            hidden_count += 1
        elif packet.size:
            ticks.append(packet.pts)
        if len(ticks) > job.limits.max_frames:
            raise LimitExceededError(
                f"'{job.name}' has more than the {job.limits.max_frames} frames accepted; cut it "
                "shorter."
            )
    # The length in an AVI's header counts the empty chunks too that only let time pass.
    if job.container != "avi" and len(ticks) + hidden_count < stream.frames:
        raise MediaError(
            f"'{job.name}' is truncated or damaged: it holds {len(ticks)} of {stream.frames} frames"
            "; encode or copy it again."
        )
    if not ticks:
        raise MediaError(f"'{job.name}' holds no video frames; give a file with moving pictures.")
    known = [tick for tick in ticks if tick is not None]
    return Packets(
        tuple(sorted(known)) if len(known) == len(ticks) else None, len(ticks), hidden_count
    )


def _is_hidden(packet: "Packet[VideoStream]") -> bool:
    """VP8 has packets of their own for frames that are only referred to."""
    return packet.size > 0 and codec_name(packet.stream) == "vp8" and not bytes(packet)[0] & 0x10
