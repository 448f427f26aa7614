"""The sequence that is denoised: the frames of all crop segments in a row."""

from collections.abc import Sequence
from dataclasses import dataclass

from mimo_runtime.planning.crops import CropSegment


@dataclass(frozen=True, slots=True)
class SequenceFrame:
    """One crop of one frame of the clip: `frame_id` counts the sequence, `position` the frames of
    `segment`.
    """

    frame_id: int
    segment: CropSegment
    position: int


def sequence_frames(
    segments: Sequence[CropSegment], frame_count: int
) -> tuple[tuple[SequenceFrame, ...], ...]:
    """Per frame of the clip every crop of it, in the order of the segments."""
    crops: list[list[SequenceFrame]] = [[] for _ in range(frame_count)]
    frame_id = 0
    for segment in segments:
        for position, frame in enumerate(segment.frames):
            crops[frame].append(SequenceFrame(frame_id, segment, position))
            frame_id += 1
    return tuple(map(tuple, crops))
