"""Segments: frames of a clip that are made by themselves, equal to those of the whole clip.

A frame depends on the last step of the windows that hold it, those on the step before of every
window that shares frames with them, and so on: of a window `d` such steps away (its *hops*), all
but the last `d` solver steps are needed. What computes that much, and no more, gives the bits of
the whole clip. It costs `S * S` passes where windows follow each other in a row and the segment is
in one of them, so long segments are cheaper a frame; crop segments of the corrected mode do not
share windows, so that a cut between them is free. Fewer hops cost less and are not exact: then the
first `exact_steps` of the frames' own windows are those of the whole clip, and later ones are not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.planning.extent import windows_of_frames
from mimo_runtime.planning.schedule import ClipPlan
from mimo_runtime.planning.windows import Windows


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a clip that is asked for: `frames`, and `most_hops` as in `cut_segment`."""

    frames: range
    most_hops: int | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """What makes `frames` of a clip.

    `clip` has the windows that are needed and counts them and their frame ids anew; `frame_ids`
    are those of the whole clip, rising. `reads` are the frames of the clip that it looks at.
    `exact_steps` is how many solver steps of the frames are to the bit those of the whole clip;
    the segment is exact where it is all.
    """

    frames: range
    clip: ClipPlan
    frame_ids: tuple[int, ...]
    reads: tuple[int, ...]
    exact_steps: int

    @property
    def exact(self) -> bool:
        """Whether the frames equal those of the whole clip."""
        return self.exact_steps == self.clip.steps


def cut_segment(plan: ClipPlan, frames: range, most_hops: int | None = None) -> Segment:
    """The segment of `plan`, a whole clip's, that makes `frames`.

    Args:
        plan: what is to be done for the clip.
        frames: consecutive frames of it, one or more.
        most_hops: of windows beside those that hold the frames; None for as many as are needed to
            be exact.

    Raises:
        InvalidRequestError: the clip has not these frames.
    """
    count = len(plan.frame_ids)
    if not 0 <= frames.start < frames.stop <= count:
        raise InvalidRequestError(
            f"The frames {frames.start + 1} to {frames.stop} are asked for, and the clip has the "
            f"frames 1 to {count}; ask for some of those."
        )
    hops = _hops(plan, frames)
    reach = plan.steps - 1 if most_hops is None else min(most_hops, plan.steps - 1)
    kept = [window for window, hop in enumerate(hops) if hop is not None and hop <= reach]
    is_cut = any(hop is not None and reach < hop < plan.steps for hop in hops)
    ids = tuple(sorted({frame_id for window in kept for frame_id in plan.windows[window]}))
    number = {frame_id: index for index, frame_id in enumerate(ids)}
    shown = tuple(tuple(number[i] for i in each if i in number) for each in plan.frame_ids)
    windows: Windows = tuple(tuple(number[i] for i in plan.windows[window]) for window in kept)
    steps = tuple(plan.steps - (hops[window] or 0) for window in kept)
    return Segment(
        frames,
        ClipPlan(windows, shown, plan.steps, steps, frames),
        ids,
        tuple(frame for frame, each in enumerate(shown) if each or frame in frames),
        reach + 1 if is_cut else plan.steps,
    )


def segment_ranges(frames: range, size: int) -> tuple[range, ...]:
    """`frames` in consecutive pieces of `size`, the last one of what is left."""
    starts = range(frames.start, frames.stop, size)
    return tuple(range(start, min(start + size, frames.stop)) for start in starts)


def _hops(plan: ClipPlan, frames: range) -> list[int | None]:
    """Per window over how many others it shares frames with one that holds some of `frames`."""
    holders = windows_of_frames(plan)
    hops: list[int | None] = [None] * len(plan.windows)
    ids = {frame_id for frame in frames for frame_id in plan.frame_ids[frame]}
    nearest: Sequence[int] = _holding(holders, ids)
    hop = 0
    while nearest:
        for window in nearest:
            hops[window] = hop
        ids = {frame_id for window in nearest for frame_id in plan.windows[window]}
        nearest = [window for window in _holding(holders, ids) if hops[window] is None]
        hop += 1
    return hops


def _holding(holders: Sequence[Sequence[tuple[int, int]]], ids: set[int]) -> list[int]:
    return sorted({window for frame_id in ids for window, _ in holders[frame_id]})
