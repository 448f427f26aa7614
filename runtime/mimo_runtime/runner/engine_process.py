"""The engine process: a bundle, its engines and their loop, told what to do by a server."""

import gc
import os
import socket
import threading
from pathlib import Path

from mimo_runtime.bundle import Bundle, shape_from
from mimo_runtime.media.channel import Channel, ChannelClosedError
from mimo_runtime.runner.messages import (
    CancelStream,
    ChangeGiven,
    DeliverFrames,
    EngineFailed,
    EngineReady,
    FrameTaken,
    FromEngine,
    Message,
    OpenLive,
    OpenStream,
    Ping,
    Pong,
    PoseArrived,
    PosesEnded,
    Shutdown,
    StartEngine,
    from_wire,
    to_wire,
)
from mimo_runtime.runner.served_live import ServedLive
from mimo_runtime.runner.served_stream import ServedStream
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.runner.threads import LoopThread


def run(descriptor: int) -> None:
    """Serve the process at the other end of `descriptor` until it is gone."""
    link = EngineLink(Channel(socket.socket(fileno=descriptor)))
    try:
        start, _ = link.receive()
        assert isinstance(start, StartEngine)
        bundle = Bundle.open(Path(start.bundle), shape_from(start.shape), verified=True)
        synthesizer = Synthesizer.of(bundle, start.threads, start.engine)
        dry = synthesizer.dry_run()
    except ChannelClosedError:
        return
    except Exception as error:  # becomes the server's own
        link.send(EngineFailed(type(error).__name__, str(error)))
        return
    gc.collect()
    gc.freeze()  # what was loaded stays: no frame shall wait until it was gone through again
    link.send(EngineReady(dry.seconds, dry.resident_bytes, synthesizer.engine))
    EngineProcess(link, synthesizer).serve()


class EngineLink:
    """The engine's end of the connection; messages are sent whole, from any thread."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._lock = threading.Lock()

    def send(self, message: FromEngine) -> None:
        """Send a message; that nobody is there shows in `receive`."""
        with self._lock:
            try:
                self._channel.send(to_wire(message))
            except ChannelClosedError:
                return

    def receive(self) -> tuple[Message, list[int]]:
        """The next message and the descriptors that came with it.

        Raises:
            ChannelClosedError: the server is gone.
        """
        values, descriptors = self._channel.receive_descriptors()
        return from_wire(values), descriptors


class EngineProcess:
    """Opens streams in threads of their own and runs them in one loop."""

    def __init__(self, link: EngineLink, synthesizer: Synthesizer) -> None:
        self._link = link
        self._synthesizer = synthesizer
        self._loop = LoopThread()
        self._streams: dict[int, ServedStream | ServedLive] = {}

    def serve(self) -> None:
        """Do what is asked for until the server is gone, then end all that is open."""
        try:
            while True:
                self._handle(*self._link.receive())
        except ChannelClosedError:
            for stream in list(self._streams.values()):
                stream.token.cancel()
            self._loop.close()

    def _handle(self, message: Message, descriptors: list[int]) -> None:
        match message:
            case OpenStream():
                self._open(
                    ServedStream(message, self._link.send, self._loop, self._forget), message
                )
            case OpenLive():
                self._open(ServedLive(message, self._link.send, self._loop, self._forget), message)
            case PoseArrived(number, pose):
                if isinstance(live := self._streams.get(number), ServedLive):
                    live.pose(pose)
            case ChangeGiven(number, change):
                if isinstance(live := self._streams.get(number), ServedLive):
                    live.exchange(change)
            case PosesEnded(number):
                if isinstance(live := self._streams.get(number), ServedLive):
                    live.end_poses()
            case DeliverFrames(number):
                if stream := self._streams.get(number):
                    stream.deliver(descriptors[0])
            case FrameTaken(number):
                if stream := self._streams.get(number):
                    stream.frame_taken()
            case CancelStream(number):
                if stream := self._streams.get(number):
                    stream.token.cancel()
            case Ping():
                self._link.send(Pong(self._loop.busy_s))
            case Shutdown():
                raise ChannelClosedError
        for descriptor in descriptors:
            os.close(descriptor)

    def _open(self, stream: ServedStream | ServedLive, message: OpenStream | OpenLive) -> None:
        self._streams[message.stream] = stream
        # It looks at every frame of the motion, while others are run.
        name = f"mimo-open-{message.stream}"
        threading.Thread(
            target=stream.prepare, args=(self._synthesizer,), name=name, daemon=True
        ).start()

    def _forget(self, number: int) -> None:
        self._streams.pop(number, None)
