"""Engines in a supervised process of their own."""

import logging
import math
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from itertools import count
from typing import TypeVar

from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.choice import AUTO
from mimo_runtime.errors import EngineLostError, ServerUnreachableError
from mimo_runtime.runner.engine_child import ENGINE_PROGRAM, EngineChild
from mimo_runtime.runner.engine_health import Patience
from mimo_runtime.runner.live_messages import live_to_wire
from mimo_runtime.runner.messages import (
    EngineReady,
    Message,
    OfStream,
    OpenLive,
    OpenStream,
    Shutdown,
    StartEngine,
    StreamEnded,
    ToEngine,
    request_to_wire,
)
from mimo_runtime.runner.remote_live import RemoteLive
from mimo_runtime.runner.remote_stream import RemoteStream
from mimo_runtime.runner.runner import (
    LiveStreamRequest,
    RunningLive,
    RunningStream,
    StreamRequest,
)
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.wire.progress import OnProgress

OneStream = TypeVar("OneStream", RemoteStream, RemoteLive)

_log = logging.getLogger(__name__)

FAREWELL_S = 5.0
RESTART_WAIT_S = 1.0


class ProcessRunner:
    """`Runner` by an engine process, which is started again when it ends or falls silent.

    A crash of the engines costs the streams that were running one clear error each; streams that
    are opened meanwhile wait for the next process.

    The process does not verify the files of `bundle` again: whoever opened it has. `program` is the
    module whose `run` it is.

    Raises:
        BundleError, UnsupportedError, PlanError, ResourceError: the first process does not start.
    """

    def __init__(
        self,
        bundle: Bundle,
        engine: str = AUTO,
        threads: int = 0,
        patience: Patience | None = None,
        report: Callable[[str], None] = _log.warning,
        program: str = ENGINE_PROGRAM,
    ) -> None:
        self.bundle = bundle
        self._program = program
        self._start = StartEngine(
            str(bundle.folder.resolve()), engine, threads, str(bundle.manifest.shape)
        )
        self._patience = patience or Patience()
        self._report = report
        self._numbers = count()
        self._changed = threading.Condition()
        self._streams: dict[int, RemoteStream | RemoteLive] = {}
        self._closed = False
        self._child: EngineChild | None = EngineChild(self._start, self._patience, program)
        self.ready: EngineReady = self._child.ready
        self._thread = threading.Thread(target=self._supervise, name="mimo-supervisor", daemon=True)
        self._thread.start()

    @property
    def engine(self) -> str:
        """The word for what runs the bundle."""
        return self.ready.engine

    @property
    def pid(self) -> int | None:
        """Number of the engine process, None while there is none."""
        with self._changed:
            return self._child.pid if self._child else None

    @property
    def streams(self) -> int:
        """Streams that are open."""
        with self._changed:
            return len(self._streams)

    @contextmanager
    def open(
        self, request: StreamRequest, token: CancellationToken, on_progress: OnProgress
    ) -> Generator[RunningStream]:
        """Have a request checked, planned and run."""
        wire = request_to_wire(request)
        with self._running(
            RemoteStream, lambda number: OpenStream(number, wire, token.remaining_s), token
        ) as stream:
            stream.wait_until_open(on_progress)
            yield stream

    @contextmanager
    def open_live(
        self, request: LiveStreamRequest, token: CancellationToken
    ) -> Generator[RunningLive]:
        """Have a live stream checked, planned and run."""
        wire = live_to_wire(request)
        with self._running(
            RemoteLive, lambda number: OpenLive(number, wire, token.remaining_s), token
        ) as stream:
            stream.wait_until_open()
            yield stream

    def close(self) -> None:
        """End the engine process; streams that are still open end with it."""
        with self._changed:
            self._closed = True
            child = self._child
            self._changed.notify_all()
        if child:
            child.send(Shutdown())
            self._thread.join(FAREWELL_S)
            child.kill()
        self._thread.join()

    def kill(self) -> None:
        """End the engine process at once; no other one is started."""
        with self._changed:
            self._closed = True
            child = self._child
            self._changed.notify_all()
        if child:
            child.kill()

    @contextmanager
    def _running(
        self,
        kind: Callable[[int, EngineChild], OneStream],
        asked: Callable[[int], ToEngine],
        token: CancellationToken,
    ) -> Generator[OneStream]:
        """A stream that has ended when the block has."""
        token.check()
        stream = self._begin(kind, asked, token)
        token.on_cancel(stream.cancel)
        try:
            yield stream
        finally:
            if not stream.ended:
                token.cancel()
                stream.wait_for_end()
            stream.let_go()

    def _begin(
        self,
        kind: Callable[[int, EngineChild], OneStream],
        asked: Callable[[int], ToEngine],
        token: CancellationToken,
    ) -> OneStream:
        """Send a request to the engine process, waiting for one that is being started."""
        number = next(self._numbers)
        with self._changed:
            left_s = math.inf if token.remaining_s is None else token.remaining_s
            within_s = min(left_s, self._patience.start_s)
            self._changed.wait_for(lambda: self._child or self._closed, within_s)
            token.check()
            if self._child is None or self._closed:
                raise ServerUnreachableError(
                    "The engine process is not running; try again later, and see the server's log."
                )
            stream = kind(number, self._child)
            self._streams[number] = stream
            self._child.send(asked(number))
        return stream

    def _supervise(self) -> None:
        """Watch one process after the other."""
        while child := self._child:
            child.watch(self._handle, self._report)
            how = child.end()
            with self._changed:
                self._child = None
                lost = list(self._streams.values())
                self._streams.clear()
                closed = self._closed
            for stream in lost:
                stream.end(_lost(how))
            if closed:
                return
            self._report(f"The engine process ended ({how}); it is started again.")
            self._restart()

    def _restart(self) -> None:
        """Start processes until one is ready, or the runner is closed."""
        while True:
            try:
                child = EngineChild(self._start, self._patience, self._program)
            except Exception as error:  # whatever it is, it may pass
                self._report(f"The engine process does not start: {error}")
                with self._changed:
                    if self._changed.wait_for(lambda: self._closed, RESTART_WAIT_S):
                        return
                continue
            with self._changed:
                if not self._closed:
                    self._child = child
                    self._changed.notify_all()
                    return
            child.end()
            return

    def _handle(self, message: Message) -> None:
        assert isinstance(message, OfStream)  # the others are the child's own
        with self._changed:
            stream = self._streams.get(message.stream)
            if isinstance(message, StreamEnded):
                self._streams.pop(message.stream, None)
        if stream:
            stream.handle(message)


def _lost(how: str) -> EngineLostError:
    return EngineLostError(
        f"The engine process ended in the middle of the work ({how}); it is started again. Send "
        "the request once more."
    )
