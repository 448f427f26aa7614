"""Validating a clip before decoding it: its structure, its packets, its first frame."""

import os
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import takewhile
from typing import Any

import av
from av.container import InputContainer
from av.sidedata.sidedata import Type as SideData
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from mimo_runtime.errors import MediaError
from mimo_runtime.media.child.cadence import cadence_of, without_repeats
from mimo_runtime.media.child.colour import (
    StatedColour,
    check_matrix,
    colour_of,
    measured_peak_nits,
)
from mimo_runtime.media.child.completeness import check_whole
from mimo_runtime.media.child.demuxing import (
    check_size_px,
    decoded,
    is_cut_off,
    open_video,
    plan_stream,
    read_facts,
)
from mimo_runtime.media.child.field_pattern import FieldPattern, field_pattern, with_pattern
from mimo_runtime.media.child.frame_changes import FrameChanges
from mimo_runtime.media.child.packets import PacketFacts, PacketPlan
from mimo_runtime.media.child.stream_choice import codec_name, video_streams
from mimo_runtime.media.clip import ClipInfo
from mimo_runtime.media.decode_job import DecodeJob
from mimo_runtime.media.frame_rate import rate_of
from mimo_runtime.media.orientation import UPRIGHT, Orientation

_UNKNOWN_FPS = Fraction(25)
_THREADS = min(os.cpu_count() or 1, 4)
_MOST_ASPECT = 4  # a pixel that is wider or higher than that is a wrong tag
_DOLBY_VISION_TAGS = ("dvh1", "dvhe", "dva1", "dvav", "dav1")


@dataclass(frozen=True, slots=True)
class ValidatedClip:
    """A clip within the limits, and what of it is decoded.

    `simple` is false where packets and frames do not pair up one to one, or where there are
    several video streams: PyAV copes with both, DALI may not.
    """

    info: ClipInfo
    simple: bool
    plan: PacketPlan


def validate_clip(file: int, job: DecodeJob) -> ValidatedClip:
    """Demux all of the open `file` and decode one frame; of an HDR clip measure the light.

    Raises:
        MediaError: no video, no frames, truncated, or of a codec that is not accepted.
        LimitExceededError: too many frames, or too large ones.
    """
    facts, breaks_off = _whole_packets(file, job)
    with open_video(file, job) as (container, stream):
        plan = plan_stream(facts, stream, job)
        stated = StatedColour.of(stream.codec_context)
        frame = next(decoded(container, stream, plan), None)
        if frame is None:
            raise MediaError(f"'{job.name}' holds no frame that can be decoded; encode it again.")
        check_matrix(frame, job.name)
        info = _describe(frame, container, stream, plan, job)
        several = len(video_streams(container)) > 1
    info = replace(info, is_cut_off=breaks_off, colour=colour_of(frame, stated))
    if info.colour.is_hdr:
        nits = job.peak_nits or measured_peak_nits(file, job, info.colour)
        info = replace(info, colour=replace(info.colour, peak_nits=nits))
    pattern, cadence = _told_by_pictures(file, job, plan)
    info = with_pattern(info, pattern)
    info = info if info.is_interlaced else without_repeats(info, cadence)
    simple = not (plan.hidden_frames or plan.left_out or plan.restarts or several)
    return ValidatedClip(info, simple, plan)


def _whole_packets(file: int, job: DecodeJob) -> tuple[list[PacketFacts], bool]:
    """What the packets are that are all there, and whether the clip breaks off."""
    with os.fdopen(os.dup(file), "rb") as source:
        breaks_off = check_whole(source, job.container, job.name)
    with open_video(file, job) as (container, stream):
        facts = read_facts(container, stream, job)
    if breaks_off and len(facts) < 2:
        raise MediaError(f"'{job.name}' is truncated within its first pictures; copy it again.")
    ends_anywhere = breaks_off or job.container == "mpegts"
    if ends_anywhere and len(facts) > 1 and is_cut_off(file, job, facts):
        return facts[:-1], True
    return facts, breaks_off


def _told_by_pictures(file: int, job: DecodeJob, plan: PacketPlan) -> tuple[FieldPattern, str]:
    """Fields and cadence: what has been found before, or is looked for now."""
    if not job.finds_fields:
        return FieldPattern(job.field_order, job.is_film), job.cadence
    changes = FrameChanges()
    with open_video(file, job, _THREADS) as (container, stream):
        frames = changes.watch(decoded(container, stream, plan))
        try:
            pattern = field_pattern(frames)
            for _ in takewhile(lambda _: changes.may_repeat, frames):
                pass
        except av.error.InvalidDataError:
            return FieldPattern(""), ""  # damage is told where all frames are decoded
    return pattern, cadence_of(changes.levels)


def _describe(
    frame: VideoFrame,
    container: InputContainer,
    stream: VideoStream,
    plan: PacketPlan,
    job: DecodeJob,
) -> ClipInfo:
    check_size_px(frame.width, frame.height, job)
    _refuse_dolby_vision(frame, stream, job)
    orientation, aspect = _orientation(frame, job), _pixel_aspect(stream, frame.width)
    width_px, height_px = orientation.size_px(max(1, round(frame.width * aspect)), frame.height)
    check_size_px(width_px, height_px, job)
    stated_fps = _stated_fps(stream, plan)
    timestamps_s = _timestamps_s(plan, stream, stated_fps[0])
    return ClipInfo(
        container=job.container,
        codec=codec_name(stream),
        pixel_format=frame.format.name,
        width_px=width_px,
        height_px=height_px,
        rate_fps=rate_of(timestamps_s, stated_fps),
        timestamps_s=timestamps_s,
        orientation=orientation,
        pixel_aspect=aspect,
        last_frame_s=float(plan.last_ticks * (stream.time_base or 0)),
        is_interlaced=frame.interlaced_frame,
        skipped_frames=plan.skipped_frames,
        parts=len(plan.restarts) + 1,
        video_streams=len(video_streams(container)),
    )


def _refuse_dolby_vision(frame: VideoFrame, stream: VideoStream, job: DecodeJob) -> None:
    """Profile 5 has colours of its own, without tags, that only licensed decoders know."""
    side_data: Any = frame.side_data
    is_dolby_vision = (
        stream.codec_context.codec_tag in _DOLBY_VISION_TAGS
        or SideData.DOVI_RPU_BUFFER in side_data
    )
    if is_dolby_vision and frame.color_trc == 2:
        raise MediaError(
            f"'{job.name}' is Dolby Vision without a base layer that others can show; export it "
            "as HDR10, HLG or SDR video."
        )


def _orientation(frame: VideoFrame, job: DecodeJob) -> Orientation:
    side_data: Any = frame.side_data
    if SideData.DISPLAYMATRIX not in side_data:
        return UPRIGHT
    orientation = Orientation.from_matrix(bytes(side_data[SideData.DISPLAYMATRIX]))
    if orientation is None:
        raise MediaError(
            f"'{job.name}' is to be shown turned by less than a quarter, or skewed; only quarter "
            "turns and mirror images are supported: encode it again upright."
        )
    return orientation


def _stated_fps(stream: VideoStream, plan: PacketPlan) -> list[Fraction]:
    """What the file says, the likeliest first; where there are no time stamps, the stream itself.

    Where fields are packets, a container may mean their rate.
    """
    rates = [stream.average_rate, stream.guessed_rate]
    if plan.ticks is None:
        rates.reverse()
    stated = [Fraction(rate.numerator, rate.denominator) for rate in rates if rate]
    halves = [rate / 2 for rate in stated] if plan.hidden_frames else []
    return [*stated, *halves, _UNKNOWN_FPS]


def _pixel_aspect(stream: VideoStream, width_px: int) -> Fraction:
    """Width to height of a pixel; 1 where that is not said, cannot be meant, or changes nothing."""
    ratio = stream.sample_aspect_ratio
    if not ratio or not 1 / _MOST_ASPECT <= ratio <= _MOST_ASPECT:
        return Fraction(1)
    if round(width_px * ratio) == width_px:
        return Fraction(1)
    return Fraction(ratio.numerator, ratio.denominator)


def _timestamps_s(plan: PacketPlan, stream: VideoStream, stated_fps: Fraction) -> tuple[float, ...]:
    """Raw H.264 and HEVC have no time stamps: there the rate that is stated decides."""
    if plan.ticks is None or stream.time_base is None:
        return tuple(float(index / stated_fps) for index in range(plan.frame_count))
    base = stream.time_base
    return tuple(tick * base.numerator / base.denominator for tick in plan.ticks)
