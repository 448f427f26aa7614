"""In which order the work of one stream is done: plain data, no tensor, no device.

Two orders of the same work. `whole_clip` finishes a step of all windows before the next one, as
the official code does. `rolling` runs a window's step as soon as the windows that it shares frames
with allow it, so that the first frames leave while later ones are still noise. In both, windows
that share a frame add their predictions to it in the order of their numbers, so that on one engine
the results are equal to the bit. Live streaming is a further order. A plan may be that of a
segment (`planning.segments`), whose outer windows are done with after fewer steps.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mimo_runtime.planning.windows import Windows


@dataclass(frozen=True, slots=True)
class Identity:
    """Make the identity of the character."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Make the condition maps of one frame of the clip, for every crop of it."""

    frame: int


@dataclass(frozen=True, slots=True)
class Pass:
    """One denoiser call: one window at one solver step."""

    step: int
    window: int


@dataclass(frozen=True, slots=True)
class Decode:
    """Decode and compose one finished frame of the clip."""

    frame: int


Work = Identity | Condition | Pass | Decode


@dataclass(frozen=True, slots=True)
class ClipPlan:
    """What is to be done for a clip, in no order yet.

    `windows` holds the frame ids of each window, `frame_ids` those of every crop of each frame of
    the clip (none where nobody is seen, or where a segment does not read it); `steps` is the
    number of solver steps. Of a segment, `window_steps` says how many of them each window makes,
    and `finished` which frames of the clip are decoded; None means all.
    """

    windows: Windows
    frame_ids: Sequence[Sequence[int]]
    steps: int
    window_steps: Sequence[int] | None = None
    finished: range | None = None

    @property
    def passes(self) -> int:
        """Denoiser calls in all."""
        return sum(self.steps_of(window) for window in range(len(self.windows)))

    @property
    def decoded(self) -> range:
        """The frames of the clip that are decoded."""
        return range(len(self.frame_ids)) if self.finished is None else self.finished

    @property
    def sequence_length(self) -> int:
        """Frames of the sequence that is denoised."""
        return sum(map(len, self.frame_ids))

    def steps_of(self, window: int) -> int:
        """Steps that a window makes."""
        return self.steps if self.window_steps is None else self.window_steps[window]

    def frame_of(self) -> list[int]:
        """The frame of the clip of each frame id."""
        frames = [0] * self.sequence_length
        for frame, ids in enumerate(self.frame_ids):
            for frame_id in ids:
                frames[frame_id] = frame
        return frames


def whole_clip(plan: ClipPlan) -> Iterator[Work]:
    """Identity, all conditions, all windows step by step, then all frames."""
    if plan.windows:
        yield Identity()
        yield from _conditions(plan, range(len(plan.frame_ids)))
        for step in range(plan.steps):
            for window in range(len(plan.windows)):
                if step < plan.steps_of(window):
                    yield Pass(step, window)
    yield from map(Decode, plan.decoded)


def rolling(plan: ClipPlan, at_once: int = 1) -> Iterator[Work]:
    """Each frame as early as the windows allow, the oldest window first.

    With several devices, `at_once` windows come in together and make each step side by side, so
    that as many passes in a row need nothing of one another.

    A window may run step `s` once every window that shares frames with it has finished step
    `s - 1`, and those before it step `s`. Where each window shares frames with the next one alone,
    at most `steps + 1` windows are at work at a time, however long the clip is.
    """
    done = [0] * len(plan.windows)
    before, after = neighbours(plan.windows)
    frame_of = plan.frame_of()
    last_window = _last_windows(plan)
    oldest = conditioned = 0
    waiting = deque(plan.decoded)
    if plan.windows:
        yield Identity()

    def ready(window: int) -> bool:
        step = done[window]
        return (
            step < plan.steps_of(window)
            and all(done[other] >= min(step + 1, plan.steps_of(other)) for other in before[window])
            and all(done[other] >= min(step, plan.steps_of(other)) for other in after[window])
        )

    def next_window(newest: int) -> int | None:
        chosen = filter(ready, range(oldest, newest + 1))
        if at_once == 1:
            return next(chosen, None)
        return min(chosen, key=lambda window: (done[window], window), default=None)

    for newest, window in enumerate(plan.windows):
        needed = 1 + max(frame_of[frame_id] for frame_id in window)
        yield from _conditions(plan, range(conditioned, needed))
        conditioned = max(conditioned, needed)
        if (newest + 1) % at_once and newest + 1 < len(plan.windows):
            continue
        while (chosen := next_window(newest)) is not None:
            yield Pass(done[chosen], chosen)
            done[chosen] += 1
            while oldest <= newest and done[oldest] == plan.steps_of(oldest):
                oldest += 1
            while waiting and last_window[waiting[0]] < oldest:
                yield Decode(waiting.popleft())
    yield from map(Decode, waiting)


def _conditions(plan: ClipPlan, frames: range) -> Iterator[Work]:
    return (Condition(frame) for frame in frames if plan.frame_ids[frame])


def neighbours(windows: Windows) -> tuple[list[list[int]], list[list[int]]]:
    """Per window the windows before it, and those after it, that share a frame with it."""
    holders: dict[int, list[int]] = {}
    for window, frame_ids in enumerate(windows):
        for frame_id in frame_ids:
            holders.setdefault(frame_id, []).append(window)
    before: list[list[int]] = []
    after: list[list[int]] = []
    for window, frame_ids in enumerate(windows):
        others = sorted({other for frame_id in frame_ids for other in holders[frame_id]})
        before.append([other for other in others if other < window])
        after.append([other for other in others if other > window])
    return before, after


def _last_windows(plan: ClipPlan) -> list[int]:
    """Per frame of the clip the last window that holds a crop of it; -1 for none."""
    last = dict[int, int]()
    for window, frame_ids in enumerate(plan.windows):
        last.update(dict.fromkeys(frame_ids, window))
    return [max((last[i] for i in ids), default=-1) for ids in plan.frame_ids]
