"""Opening a container and planning what of it is decoded."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, BinaryIO

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from mimo_runtime.errors import LimitExceededError, MediaError
from mimo_runtime.media.child.h264_fields import FieldPairs
from mimo_runtime.media.child.leading import LeadingPictures
from mimo_runtime.media.child.packets import PacketFacts, PacketPlan, plan_packets
from mimo_runtime.media.child.stream_choice import CODECS, chosen_stream, codec_name
from mimo_runtime.media.decode_job import DecodeJob

# Titles that are not UTF-8 are no reason to refuse a clip; PyAV 19 sees to that by itself.
_TOLERANT: dict[str, Any] = (
    {"metadata_errors": "replace"} if av.__version__.startswith("18.") else {}
)
_WITH_OPACITY = {"vp8": "libvpx", "vp9": "libvpx-vp9"}


@contextmanager
def open_video(file: int, job: DecodeJob, threads: int = 1) -> Iterator[tuple[InputContainer, Any]]:
    """The demuxer of the open `file`, from its start, and its video stream, checked.

    Raises:
        MediaError: there is no video in it, or one of a codec that is not accepted.
        LimitExceededError: its frames are too large.
    """
    with os.fdopen(os.dup(file), "rb") as source, opened(source, job) as container:
        stream = chosen_stream(container, job)
        _prepare(stream, job, threads)
        yield container, stream


def opened(source: BinaryIO, job: DecodeJob) -> InputContainer:
    """The demuxer of an open file, from its start."""
    source.seek(0)
    # The magic bytes fix the format, and nothing that the file names is opened.
    container: InputContainer = av.open(
        source, "r", format=job.container, io_open=_refuse, **_TOLERANT
    )
    return container


def _refuse(url: str, *_: Any) -> BinaryIO:
    raise MediaError(
        f"The video names another file ('{url}'), which is not opened; give one file that "
        "holds everything."
    )


def _prepare(stream: VideoStream, job: DecodeJob, threads: int) -> None:
    codec = codec_name(stream)
    if codec not in CODECS:
        accepted = ", ".join(CODECS)
        raise MediaError(
            f"The video in '{job.name}' is {codec}, which is not accepted; use {accepted}, for "
            "instance H.264 in MP4."
        )
    context = stream.codec_context
    check_size_px(context.width, context.height, job)
    max_pixels = job.limits.max_width_px * job.limits.max_height_px
    # "explode": damage is an error and not papered over; whether the latter shows in the frame
    # depends on the timing of the decoder's threads.
    context.options = {"max_pixels": str(max_pixels), "err_detect": "explode"}
    context.thread_type = "AUTO"
    context.thread_count = threads


def _decoder(stream: VideoStream) -> Any:
    """The decoder of `stream`; of WebM with opacity the one of libvpx, which alone reads that."""
    context: Any = stream.codec_context
    library = _WITH_OPACITY.get(codec_name(stream))
    if library is None or stream.metadata.get("alpha_mode") != "1":
        return context
    other = av.CodecContext.create(library, "r")
    other.options, other.thread_count = context.options, context.thread_count
    return other


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


def read_facts(container: InputContainer, stream: VideoStream, job: DecodeJob) -> list[PacketFacts]:
    """Demux all of `stream`, or as much as shows that it is too long.

    Raises:
        MediaError: it is encrypted.
    """
    facts: list[PacketFacts] = []
    leading = LeadingPictures(codec_name(stream))
    pairs = FieldPairs(stream.codec_context.extradata) if codec_name(stream) == "h264" else None
    for packet in container.demux(stream):
        if not facts and packet.has_sidedata("encryption_info"):
            raise MediaError(f"'{job.name}' is encrypted; give it without its copy protection.")
        if packet.size:
            is_second = pairs is not None and pairs.is_second(bytes(packet), packet.is_keyframe)
            facts.append(_second(facts[-1]) if is_second else _facts(packet, leading))
        if len(facts) > 2 * job.limits.max_frames:
            break
    return facts


def plan_stream(facts: Sequence[PacketFacts], stream: VideoStream, job: DecodeJob) -> PacketPlan:
    """What of `stream` is decoded.

    Raises:
        MediaError: it is truncated, damaged, or empty.
        LimitExceededError: it has too many frames.
    """
    is_transport = job.container == "mpegts"
    plan = plan_packets(facts, 1 / float(stream.time_base or 1), is_transport)
    _check_plan(plan, stream, job)
    return plan


def is_cut_off(file: int, job: DecodeJob, facts: Sequence[PacketFacts]) -> bool:
    """Whether the last packet, after the last key frame and what follows, cannot be decoded.

    A recording of a broadcast ends anywhere, and a transport stream does not say where. Of MP4 the
    demuxer tells that.
    """
    if job.container == "mp4":
        return facts[-1].is_corrupt
    last_key = max((k for k, packet in enumerate(facts) if packet.is_key), default=0)
    leading = plan_packets(facts[last_key:], 1).left_out
    left_out = frozenset(range(last_key)) | {last_key + index for index in leading}
    only = replace(plan_packets(facts, 1), left_out=left_out, restarts=frozenset())
    with open_video(file, job) as (container, stream):
        frames = decoded(container, stream, only)
        try:
            return any(frame.is_corrupt for frame in frames)
        except av.error.InvalidDataError:
            return True


def decoded(
    container: InputContainer, stream: VideoStream, plan: PacketPlan
) -> Iterator[VideoFrame]:
    """The frames of `stream`, from its start, as planned."""
    context = _decoder(stream)
    index = -1
    for packet in container.demux(stream):
        index += packet.size > 0
        if packet.size and (index in plan.left_out or index >= plan.packet_count):
            continue
        if packet.size and index in plan.restarts:
            yield from context.decode(None)
            context.flush_buffers()
        yield from context.decode(packet)


def _facts(packet: "Packet[VideoStream]", leading: LeadingPictures) -> PacketFacts:
    return PacketFacts(
        pts=packet.pts,
        dts=packet.dts,
        duration=packet.duration or 0,
        is_key=packet.is_keyframe,
        is_hidden=packet.is_discard or _is_invisible(packet),
        is_corrupt=packet.is_corrupt,
        needs_before=leading.refers_back(packet),
    )


def _second(first: PacketFacts) -> PacketFacts:
    """The other field of a picture: decoded with the first, and no frame of its own."""
    return replace(first, is_key=False, is_hidden=True)


def _check_plan(plan: PacketPlan, stream: VideoStream, job: DecodeJob) -> None:
    if plan.damaged_at is not None:
        raise MediaError(
            f"'{job.name}' is truncated or damaged after {plan.damaged_at} frames; encode or copy "
            "it again."
        )
    if plan.frame_count > job.limits.max_frames:
        raise LimitExceededError(
            f"'{job.name}' has more than the {job.limits.max_frames} frames accepted; cut it "
            "shorter."
        )
    found = plan.frame_count + plan.hidden_frames + plan.skipped_frames
    promised = _promised_frames(stream, job)
    if found < promised:
        raise MediaError(
            f"'{job.name}' is truncated or damaged: it holds {found} of {promised} frames; encode "
            "or copy it again."
        )
    if not plan.frame_count:
        raise MediaError(f"'{job.name}' holds no video frames; give a file with moving pictures.")


def _promised_frames(stream: VideoStream, job: DecodeJob) -> int:
    """How many frames the container says that there are to be read; 0 where it does not.

    The length in an AVI's header counts the empty chunks too that only let time pass. An MP4 counts
    samples that its edit list leaves out, as in a clip that a phone has trimmed; FFmpeg's index
    does not.
    """
    if job.container == "avi":
        return 0
    indexed = len(stream.index_entries) if job.container == "mp4" else 0
    return min(stream.frames, indexed) if indexed else stream.frames


def _is_invisible(packet: "Packet[VideoStream]") -> bool:
    """VP8 has packets of their own for frames that are only referred to."""
    return packet.size > 0 and codec_name(packet.stream) == "vp8" and not bytes(packet)[0] & 0x10
