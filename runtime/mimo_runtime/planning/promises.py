"""Whether one engine keeps what its live streams were promised: plain numbers, no clock.

The engine does the work that is due first and ends every piece that it has begun: earliest deadline
first, with limited preemption. No frame is late where in no span of time more work is due than fits
into it (Baruah et al. 1990), behind one piece of whoever is due later (George et al. 1996).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, takewhile

MAX_BUSY = 0.95
_FINEST_S = 1e-3
_EQUAL_S = 1e-9


@dataclass(frozen=True, slots=True)
class Promise:
    """What one stream takes of an engine, in seconds.

    Every `period_s` a chunk of `frames` is complete. `urgent_s` of work, its passes and its first
    frame, is to be done within `deadline_s` of that; each later frame takes `frame_s` and may be
    done later by the time between frames. No piece of work is longer than `piece_s`.
    """

    period_s: float
    frames: int
    urgent_s: float
    frame_s: float
    piece_s: float
    deadline_s: float

    @property
    def busy(self) -> float:
        """Share of the engine's time."""
        return (self.urgent_s + (self.frames - 1) * self.frame_s) / self.period_s

    @property
    def spacing_s(self) -> float:
        """From one frame to the next."""
        return self.period_s / self.frames

    def due_s(self, span_s: float) -> float:
        """The most work that has to be done in a span of that length."""
        after_s = span_s - self.deadline_s + _EQUAL_S
        if after_s < 0:
            return 0.0
        chunks, frames = (int(after_s / each) + 1 for each in (self.period_s, self.spacing_s))
        return chunks * self.urgent_s + (frames - chunks) * self.frame_s

    def deadlines(self, last_s: float) -> Iterator[float]:
        """When a frame is due, after the first chunk is complete, up to `last_s`; in order."""
        dues = (self.deadline_s + number * self.spacing_s for number in count())
        return takewhile(lambda due_s: due_s <= last_s, dues)


def busy_of(promises: Sequence[Promise]) -> float:
    """Share of the engine's time that all of them take."""
    return sum(promise.busy for promise in promises)


def are_kept(promises: Sequence[Promise]) -> bool:
    """Whether no frame is late, however the streams lie beside each other."""
    busy = busy_of(promises)
    if busy > MAX_BUSY:
        return False
    longest_s = max((each.piece_s for each in promises), default=0.0)
    early_s = sum(each.busy * max(each.period_s - each.deadline_s, 0) for each in promises)
    last_s = max([(early_s + longest_s) / (1 - busy), *(each.deadline_s for each in promises)])
    spans = (span_s for each in promises for span_s in each.deadlines(last_s))
    return all(_fits(promises, span_s) for span_s in spans)


def least_deadline_s(promise: Promise, others: Sequence[Promise], most_s: float) -> float | None:
    """The shortest deadline with which one more is kept beside others, None where none is.

    `most_s` is the longest that is looked at.
    """

    def kept(deadline_s: float) -> bool:
        return are_kept([*others, replace(promise, deadline_s=deadline_s)])

    least_s = promise.urgent_s
    if kept(least_s):
        return least_s
    if least_s >= most_s or not kept(most_s):
        return None
    while most_s - least_s > _FINEST_S:
        middle_s = (least_s + most_s) / 2
        least_s, most_s = (least_s, middle_s) if kept(middle_s) else (middle_s, most_s)
    return most_s


def _fits(promises: Sequence[Promise], span_s: float) -> bool:
    """Whether what is due in a span is done in it, behind a piece that was begun before."""
    later = (each.piece_s for each in promises if each.deadline_s > span_s + _EQUAL_S)
    due_s = sum(each.due_s(span_s) for each in promises)
    return due_s + max(later, default=0.0) <= span_s + _EQUAL_S
