"""The plan of a shot as plain data: what each segment reads, does and takes, before any of it."""

from collections.abc import Sequence
from typing import Any

from mimo_runtime.planning.crops import CropSegment
from mimo_runtime.planning.extent import extent_of
from mimo_runtime.planning.segments import Segment, cut_segment
from mimo_runtime.runner.stream import Stream

FORMAT = 1


def shot_plan(
    stream: Stream, segments: Sequence[range], first_frame: int, most_hops: int | None = None
) -> dict[str, Any]:
    """What rendering the clip of `stream` in `segments` does, for JSON.

    `stream` may be that of one segment. Frames are numbered from `first_frame`; a pair is the first
    and the last one. `passes` are denoiser calls, `memory_bytes` the most that is held at a time.
    """
    plan, output = stream.plan, stream.output
    whole = plan.whole
    cut = [cut_segment(whole, frames, most_hops) for frames in segments]
    frame_of = whole.frame_of()
    extent = extent_of(whole, plan.schedule(whole))
    return {
        "format": FORMAT,
        "frames": [first_frame, first_frame + output.frame_count - 1],
        "rate_fps": str(output.rate_fps),
        "size_px": [output.width_px, output.height_px],
        "steps": whole.steps,
        "passes": whole.passes,
        "memory_bytes": stream.needed_bytes(extent),
        "contexts": [_context(each, first_frame, stream.network_px) for each in plan.contexts],
        "windows": [[frame_of[i] + first_frame for i in ids] for ids in whole.windows],
        "segments": [_segment(stream, each, first_frame) for each in cut],
    }


def _context(segment: CropSegment, first_frame: int, network_px: int) -> dict[str, Any]:
    crop = segment.crop
    return {
        "frames": [segment.frames[0] + first_frame, segment.frames[-1] + first_frame],
        "crop_px": [crop.left, crop.top, crop.right, crop.bottom],
        "enlarged": round(network_px / max(crop.width, crop.height), 3),
    }


def _segment(stream: Stream, segment: Segment, first_frame: int) -> dict[str, Any]:
    extent = extent_of(segment.clip, stream.plan.schedule(segment.clip))
    frames, reads = segment.frames, segment.reads
    return {
        "frames": [frames[0] + first_frame, frames[-1] + first_frame],
        "reads": [reads[0] + first_frame, reads[-1] + first_frame],
        "reads_count": len(reads),
        "windows": len(segment.clip.windows),
        "passes": segment.clip.passes,
        "exact": segment.exact,
        "exact_steps": segment.exact_steps,
        "memory_bytes": stream.needed_bytes(extent),
    }
