"""Engines in a thread of this process."""

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue

from mimo_runtime.bundle import Bundle
from mimo_runtime.errors import CancelledError
from mimo_runtime.runner.live_exchange import Exchange, exchange_beside
from mimo_runtime.runner.live_stream import LiveStream
from mimo_runtime.runner.loop import EngineLoop, OnMeasure, Runnable, Sink
from mimo_runtime.runner.runner import (
    Event,
    LiveEvent,
    LiveStreamRequest,
    RunningLive,
    RunningStream,
    StreamRequest,
)
from mimo_runtime.runner.stream_events import StreamEvents
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.live_request import LiveFormat
from mimo_runtime.synthesis.request import OutputFormat
from mimo_runtime.wire.live import PoseFrame
from mimo_runtime.wire.live_change import LiveChange
from mimo_runtime.wire.progress import OnProgress, Progress


class LoopThread:
    """An `EngineLoop` in a thread of its own, which sleeps while no stream can go on."""

    def __init__(self, on_measure: OnMeasure | None = None) -> None:
        self._loop = EngineLoop(on_measure)
        self._commands: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="mimo-engine", daemon=True)
        self._thread.start()

    def __len__(self) -> int:
        return len(self._loop)

    @property
    def busy_s(self) -> float:
        """How long the present piece of work has taken, 0 where there is none."""
        return self._loop.busy_s

    def add(self, stream: Runnable, sink: Sink) -> None:
        """Take in a stream, from any thread; after `close` it ends at once."""
        with self._lock:
            if not self._closing:
                self._commands.put(lambda: self._loop.add(stream, sink))
                return
        stream.close()
        sink.end(_closed())

    def wake(self) -> None:
        """Look again at what can go on, from any thread."""
        self._commands.put(lambda: None)

    def close(self) -> None:
        """End all streams and the thread."""
        with self._lock:
            self._closing = True
            self._commands.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            busy = self._loop.step()
            try:
                command = self._commands.get(not busy, self._loop.patience_s())
            except Empty:
                continue
            if command is None:
                break
            command()
        self._loop.close(_closed())


def _closed() -> CancelledError:
    return CancelledError("The engines were closed; nothing of the synthesis is kept.")


class ThreadRunner:
    """`Runner` by a loop in a thread of this process: for tests and one's own program."""

    def __init__(self, synthesizer: Synthesizer, on_measure: OnMeasure | None = None) -> None:
        self._synthesizer = synthesizer
        self._loop = LoopThread(on_measure)

    @property
    def bundle(self) -> Bundle:
        """The bundle."""
        return self._synthesizer.bundle

    @property
    def engine(self) -> str:
        """The word for what runs the bundle."""
        return self._synthesizer.engine

    @property
    def streams(self) -> int:
        """Streams that are at work."""
        return len(self._loop)

    @contextmanager
    def open(
        self, request: StreamRequest, token: CancellationToken, on_progress: OnProgress
    ) -> Generator[RunningStream]:
        """Plan a request in the caller's thread, then hand it to the loop."""
        token.check()
        events = StreamEvents[Event](self._loop.wake)
        early = True

        def tell(progress: Progress) -> None:
            (on_progress if early else events.put)(progress)

        stream = self._synthesizer.open_files(request, token, tell)
        early = False
        self._loop.add(stream, events)
        token.on_cancel(self._loop.wake)
        try:
            yield _Running(stream.output, events)
        finally:
            if not events.ended:
                token.cancel()
                events.wait_for_end()

    @contextmanager
    def open_live(
        self, request: LiveStreamRequest, token: CancellationToken
    ) -> Generator[RunningLive]:
        """Plan a live stream in the caller's thread, then hand it to the loop."""
        token.check()
        events = StreamEvents[LiveEvent](self._loop.wake)
        stream = self._synthesizer.open_live_files(request, token)
        self._loop.add(stream, events)
        token.on_cancel(self._loop.wake)

        def make(change: LiveChange) -> Exchange:
            return self._synthesizer.exchange(stream, change, request.limits)

        try:
            yield _RunningLive(stream, events, make, self._loop.wake)
        finally:
            if not events.ended:
                token.cancel()
                events.wait_for_end()

    def close(self) -> None:
        """End the loop."""
        self._loop.close()


class _Running:
    """A stream of a `ThreadRunner`."""

    def __init__(self, output: OutputFormat, events: StreamEvents[Event]) -> None:
        self.output = output
        self._events = events

    def events(self) -> Iterator[Event]:
        """What happens."""
        return iter(self._events)


class _RunningLive:
    """A live stream of a `ThreadRunner`."""

    def __init__(
        self,
        stream: LiveStream,
        events: StreamEvents[LiveEvent],
        make: Callable[[LiveChange], Exchange],
        wake: Callable[[], None],
    ) -> None:
        self.output: LiveFormat = stream.output
        self._stream = stream
        self._events = events
        self._make = make
        self._wake = wake

    def exchange(self, change: LiveChange) -> None:
        """Have later frames made otherwise."""
        exchanges, cancel = self._stream.exchanges, self._stream.token.cancel
        exchange_beside(lambda: self._make(change), change.number, exchanges, cancel, self._wake)

    def put(self, frame: PoseFrame) -> None:
        """Give it the next posture."""
        self._stream.take(frame)
        self._wake()

    def end_poses(self) -> None:
        """Say that no posture comes any more."""
        self._stream.end_poses()
        self._wake()

    def events(self) -> Iterator[LiveEvent]:
        """What happens."""
        return iter(self._events)
