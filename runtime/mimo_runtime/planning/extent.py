"""How much of a clip is in memory at a time, found by going through its schedule."""

from collections.abc import Iterable
from dataclasses import dataclass

from mimo_runtime.planning.schedule import ClipPlan, Condition, Decode, Pass, Work
from mimo_runtime.planning.windows import Windows


@dataclass(frozen=True, slots=True)
class Extent:
    """The most that is held at a time: `windows` with their condition maps, `frames` of the
    sequence with their latents, each counted from the first that is held to the last one.
    """

    windows: int
    frames: int


def extent_of(plan: ClipPlan, schedule: Iterable[Work]) -> Extent:
    """The extent of a schedule of `plan`.

    A window is held from the first condition map that goes into it to its last pass, a frame of
    the sequence from its condition map until its frame of the clip has been decoded, or, where
    that is not done, until the last pass of the windows that hold it.
    """
    holders = windows_of_frames(plan)
    decoded = {frame_id for frame in plan.decoded for frame_id in plan.frame_ids[frame]}
    windows, frames = set[int](), set[int]()
    most_windows = most_frames = 0
    for work in schedule:
        if isinstance(work, Condition):
            ids = plan.frame_ids[work.frame]
            frames.update(ids)
            windows.update(window for frame_id in ids for window, _ in holders[frame_id])
            most_windows = max(most_windows, _span(windows))
            most_frames = max(most_frames, _span(frames))
        elif isinstance(work, Pass) and work.step == plan.steps_of(work.window) - 1:
            windows.discard(work.window)
            for frame_id in plan.windows[work.window]:
                left = any(window in windows for window, _ in holders[frame_id])
                if frame_id not in decoded and not left:
                    frames.discard(frame_id)
        elif isinstance(work, Decode):
            frames.difference_update(plan.frame_ids[work.frame])
    return Extent(most_windows, most_frames)


def windows_of_frames(plan: ClipPlan) -> list[list[tuple[int, int]]]:
    """Per frame id every window that holds it and where."""
    holders: list[list[tuple[int, int]]] = [[] for _ in range(plan.sequence_length)]
    for window, frame_ids in enumerate(plan.windows):
        for position, frame_id in enumerate(frame_ids):
            holders[frame_id].append((window, position))
    return holders


def finished_by(plan: ClipPlan) -> list[list[list[range]]]:
    """Per step and window the frame ids, in runs, whose step that window's pass ends.

    It is the last one that holds them and makes that step.
    """
    same_for_all = _finished(plan.windows) if plan.window_steps is None else None
    return [same_for_all or _finished(_running(plan, step)) for step in range(plan.steps)]


def _running(plan: ClipPlan, step: int) -> Windows:
    """The windows that make a step; of the others no frame."""
    return tuple(
        frame_ids if step < plan.steps_of(window) else ()
        for window, frame_ids in enumerate(plan.windows)
    )


def _finished(windows: Windows) -> list[list[range]]:
    last = dict[int, int]()
    for window, frame_ids in enumerate(windows):
        last.update(dict.fromkeys(frame_ids, window))
    finished: list[list[range]] = [[] for _ in windows]
    for frame_id, window in sorted(last.items()):
        runs = finished[window]
        if runs and runs[-1].stop == frame_id:
            runs[-1] = range(runs[-1].start, frame_id + 1)
        else:
            runs.append(range(frame_id, frame_id + 1))
    return finished


def _span(held: set[int]) -> int:
    return 1 + max(held) - min(held) if held else 0
