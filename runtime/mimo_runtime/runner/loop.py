"""The loop of one set of engines: pick, execute, hand over. The only place that measures times."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Protocol

from mimo_runtime.planning.live_schedule import LiveWork
from mimo_runtime.planning.schedule import Decode
from mimo_runtime.runner.scheduler import Scheduler
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.request import OutputFrame


class Sink(Protocol):
    """Where the frames of one stream go; called by the loop's thread and never made to wait."""

    def has_room(self) -> bool:
        """Whether one more frame can be put; a stream whose sink is full waits."""

    def put(self, frame: OutputFrame) -> None:
        """Take the next frame."""

    def end(self, error: Exception | None) -> None:
        """Hear that the stream has ended, and why if not by itself; nothing comes after it."""


class Runnable(Protocol):
    """A stream as the loop sees it: a clip's `Stream` or a `LiveStream`."""

    @property
    def token(self) -> CancellationToken:
        """Looked at before every piece of work."""

    @property
    def due_s(self) -> float | None:
        """When its next frame should leave, on the monotonic clock; None where it is not known."""

    def works(self) -> Iterator[LiveWork]:
        """Everything that is to be done, in order."""

    def can_do(self, work: LiveWork) -> bool:
        """Whether what a piece of work waits for is here; who brings it wakes the loop."""

    def execute(self, work: LiveWork) -> OutputFrame | None:
        """Do one piece of work; the finished frame, if it made one."""

    def measured(self, work: LiveWork, seconds: float) -> None:
        """Hear how long a piece of work took."""

    def close(self) -> None:
        """Let go of all that it holds."""


@dataclass(frozen=True, slots=True)
class WorkMeasured:
    """One piece of work that was done: what, for which stream, how long it took and had waited."""

    stream: int
    work: LiveWork
    seconds: float
    waited_s: float


OnMeasure = Callable[[WorkMeasured], None]


@dataclass(slots=True)
class _Running:
    stream: Runnable
    sink: Sink
    works: Iterator[LiveWork]
    next_work: LiveWork | None
    since_s: float


class EngineLoop:
    """Streams that share one set of engines; all calls come from one thread.

    A stream that fails, is cancelled or is late ends alone; its sink is told.
    """

    def __init__(self, on_measure: OnMeasure | None = None) -> None:
        self._on_measure = on_measure
        self._scheduler = Scheduler[int]()
        self._running: dict[int, _Running] = {}
        self._numbers = count()
        self._busy_since_s: float | None = None

    def __len__(self) -> int:
        return len(self._running)

    @property
    def busy_s(self) -> float:
        """How long the present piece of work has taken, 0 where there is none; from any thread."""
        since_s = self._busy_since_s
        return 0.0 if since_s is None else time.monotonic() - since_s

    def add(self, stream: Runnable, sink: Sink) -> int:
        """Take in a stream; returns its number."""
        number, works, now_s = next(self._numbers), stream.works(), time.monotonic()
        self._running[number] = _Running(stream, sink, works, next(works, None), now_s)
        remaining_s = stream.token.remaining_s
        self._scheduler.add(number, None if remaining_s is None else now_s + remaining_s)
        return number

    def step(self) -> bool:
        """Do one piece of work of the stream whose turn it is; False if none can go on."""
        self._end_stopped()
        number = self._scheduler.next(self._can_go_on)
        if number is None:
            return False
        self._busy_since_s = time.monotonic()
        try:
            self._work(number)
        except Exception as error:  # of one stream: the others go on
            self._end(number, error)
        finally:
            self._busy_since_s = None
        return True

    def patience_s(self) -> float | None:
        """Time until the nearest deadline of a stream that may be waiting; None for no limit."""
        left = (running.stream.token.remaining_s for running in self._running.values())
        return min((seconds for seconds in left if seconds is not None), default=None)

    def close(self, error: Exception | None = None) -> None:
        """End all streams."""
        for number in list(self._running):
            self._end(number, error)

    def _work(self, number: int) -> None:
        running = self._running[number]
        work = running.next_work
        if work is None:
            self._end(number, None)
            return
        began_s = time.monotonic()
        frame = running.stream.execute(work)
        running.stream.measured(work, time.monotonic() - began_s)
        if frame is not None:
            running.sink.put(frame)
        ended_s = time.monotonic()
        if self._on_measure:
            waited_s = began_s - running.since_s
            self._on_measure(WorkMeasured(number, work, ended_s - began_s, waited_s))
        running.since_s = ended_s
        running.next_work = next(running.works, None)
        if (due_s := running.stream.due_s) is not None:
            self._scheduler.move(number, due_s)

    def _can_go_on(self, number: int) -> bool:
        running = self._running[number]
        work = running.next_work
        if isinstance(work, Decode):
            return running.sink.has_room()
        return work is None or running.stream.can_do(work)

    def _end_stopped(self) -> None:
        for number, running in list(self._running.items()):
            try:
                running.stream.token.check()
            except Exception as error:
                self._end(number, error)

    def _end(self, number: int, error: Exception | None) -> None:
        running = self._running.pop(number)
        self._scheduler.remove(number)
        running.stream.close()
        running.sink.end(error)
