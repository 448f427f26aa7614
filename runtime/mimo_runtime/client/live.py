"""A live stream on a server: postures go out while frames come back."""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc

from mimo.v1 import synthesis_pb2 as pb
from mimo.v1 import synthesis_pb2_grpc
from mimo_runtime.client.channel import open_channel, token_metadata
from mimo_runtime.client.failure import error_from
from mimo_runtime.client.inputs import InputFile
from mimo_runtime.client.live_messages import live_change, live_config, live_driving, live_pose
from mimo_runtime.client.live_pictures import LivePictures
from mimo_runtime.client.outgoing import Outgoing, Requests
from mimo_runtime.client.resumption import Connect, LiveResumption, is_cut
from mimo_runtime.errors import CancelledError, ProtocolError
from mimo_runtime.wire.driving import DrivingFrame
from mimo_runtime.wire.live import LiveSettings, PictureFormat, PoseFrame
from mimo_runtime.wire.live_change import LiveChange

DRIVING_AHEAD = 32  # encoded frames ahead of those that were taken, where every frame counts

Event = pb.LiveFrame | pb.LiveState | pb.LiveApplied | pb.LiveDriven | pb.LiveTail | pb.LiveSummary


class LiveCall:
    """An open stream; `ready` says how the server planned it.

    One that may be resumed goes on by itself where its connection is cut: what was missed on either
    side is sent again.

    `send` and `end` may be called from another thread than `events`. One credit is granted for
    each frame that was taken from `events`, so that no more than `credits` are on their way.
    """

    def __init__(
        self, connect: Connect, requests: Requests, server: str, outgoing: Outgoing, driven: bool
    ) -> None:
        self._connect = connect
        self._call: Any = connect(requests)
        self._responses: Iterator[pb.SynthesizeLiveResponse] = self._call
        self._server = server
        self._outgoing = outgoing
        self._sequence = 0
        self._left = False
        self._resume: LiveResumption | None = None
        self._room = threading.Semaphore(0)
        self._taken = 0
        self._closed = False
        first = self._next()
        if first is None or first.WhichOneof("payload") != "ready":
            raise ProtocolError("The server began without ready; it may be another version.")
        self.ready: pb.LiveReady = first.ready
        if self.ready.resume_token:
            token, within_s = self.ready.resume_token, self.ready.resume_s
            self._resume = LiveResumption(connect, token, within_s, server)
        self._driven = driven
        self._room.release(DRIVING_AHEAD if driven else self.ready.queue_frames)

    def send(self, frame: PoseFrame | DrivingFrame) -> None:
        """Send the next posture, or encoded frame where those were announced, at once.

        A live stream drops what comes too fast.
        """
        if isinstance(frame, DrivingFrame):
            self._outgoing.put(pb.SynthesizeLiveRequest(driving=live_driving(frame)))
        else:
            self._outgoing.put(pb.SynthesizeLiveRequest(pose=live_pose(frame)))

    def send_in_turn(self, frame: PoseFrame | DrivingFrame) -> bool:
        """As `send`, once there is room for it; False where the stream has ended."""
        self._room.acquire()
        if self._closed:
            return False
        self.send(frame)
        return True

    def exchange_scene(self, picture: Path) -> None:
        """Have later frames in another scene; an event tells from which one on.

        Raises MediaError where it cannot be read.
        """
        file = InputFile(picture, pb.INPUT_SCENE_PICTURE)
        file.check()
        for chunk in file.chunks():
            self._outgoing.put(pb.SynthesizeLiveRequest(chunk=chunk))

    def change(self, change: LiveChange) -> None:
        """Have later frames made otherwise; an event (`LiveApplied`) tells from which one on.

        One at a time: the next one after that. Raises MediaError where a picture cannot be read.
        """
        named = {
            pb.INPUT_CHARACTER: change.character,
            pb.INPUT_MATTE: change.matte,
            pb.INPUT_SCENE_PICTURE: change.scene,
        }
        files = [InputFile(path, kind) for kind, path in named.items() if path is not None]
        for file in files:
            file.check()
        inputs = [file.input for file in files]
        self._outgoing.put(pb.SynthesizeLiveRequest(change=live_change(change, inputs)))
        for file in files:
            for chunk in file.chunks():
                self._outgoing.put(pb.SynthesizeLiveRequest(chunk=chunk))

    def end(self) -> None:
        """Say that no posture comes any more."""
        self._outgoing.put(pb.SynthesizeLiveRequest(end=pb.LiveEnd()))

    def cancel(self) -> None:
        """End the call, also while it is being resumed."""
        self._left = True
        self._call.cancel()
        if self._resume is not None:
            self._resume.cancel()

    def events(self) -> Iterator[Event]:
        """Frames, each whole, states and exchanges as they come; the summary last.

        Raises:
            MimoError: why the stream ended early.
            ProtocolError: it ended without a summary.
        """
        parts: list[bytes] = []
        try:
            while (response := self._next()) is not None:
                kind = response.WhichOneof("payload")
                if kind == "frame":
                    parts.append(response.frame.data)
                    if response.frame.continued:
                        continue
                    response.frame.data, parts = b"".join(parts), []
                    if not self._driven:
                        self._make_room(response.frame.taken + response.frame.dropped)
                    yield response.frame
                    self._outgoing.grant(1)
                elif kind == "state":
                    yield response.state
                elif kind == "applied":
                    yield response.applied
                elif kind == "tail":
                    yield response.tail
                elif kind == "driven":
                    if self._driven:
                        self._make_room(response.driven.taken)
                    yield response.driven
                elif kind == "summary":
                    yield response.summary
                    return
        finally:
            self._closed = True
            self._room.release()
        raise ProtocolError("The server ended without a summary; it may be another version.")

    def _make_room(self, gone: int) -> None:
        if gone > self._taken:  # frames of one chunk tell the same
            self._room.release(gone - self._taken)
            self._taken = gone

    def _next(self) -> pb.SynthesizeLiveResponse | None:
        try:
            response = self._received()
        except KeyboardInterrupt:
            raise CancelledError("Cancelled; a file that was begun is removed.") from None
        if response is not None:
            self._sequence = response.sequence
        return response

    def _received(self) -> pb.SynthesizeLiveResponse | None:
        """The next response, of another call where this one is cut."""
        while True:
            try:
                return next(self._responses, None)
            except grpc.RpcError:
                if self._left or self._resume is None or not is_cut(self._call):
                    raise error_from(self._call, self._server) from None
                self._call = self._responses = self._resume.call(self._outgoing, self._sequence)


@contextlib.contextmanager
def open_live(
    server: str,
    pictures: LivePictures,
    settings: LiveSettings,
    *,
    picture: PictureFormat = PictureFormat.JPEG,
    quality: int = 0,
    credits: int = 8,
    resume_s: float = 0.0,
    tls_root: Path | None = None,
) -> Iterator[LiveCall]:
    """A live stream on the server at `HOST:PORT`, planned; leaving the context ends it.

    `credits` is how many frames may be on their way; `quality` that of JPEG, 0 for the server's.
    `resume_s` is for how long the server is to keep the stream where the connection is cut.

    Raises:
        ServerUnreachableError: no server answers.
        MimoError: whatever the server, or the reading of the pictures, found wrong.
    """
    files = pictures.files()
    outgoing = Outgoing(keeps=resume_s > 0)
    config = live_config(settings, picture, quality, resume_s)
    config.assets.extend(pictures.assets)
    with open_channel(server, tls_root) as channel:
        stub = synthesis_pb2_grpc.SynthesisServiceStub(channel)

        def connect(requests: Requests) -> Any:
            return stub.SynthesizeLive(requests, metadata=token_metadata())

        requests = outgoing.requests(config, files, credits)
        driven = settings.driving is not None
        live: LiveCall | None = None
        try:
            live = LiveCall(connect, requests, server, outgoing, driven)
            yield live
        finally:
            outgoing.close()
            if live is not None:
                live.cancel()
