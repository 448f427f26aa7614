"""One live stream: its pictures, its credits, and the thread that encodes what the runner makes."""

import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from mimo_runtime.errors import CancelledError, InvalidRequestError, MimoError, ProtocolError
from mimo_runtime.runner.runner import LiveStreamRequest, Runner, RunningLive
from mimo_runtime.sessions.credits import Credits
from mimo_runtime.sessions.event_queue import EventQueue
from mimo_runtime.sessions.exchange import PictureExchange
from mimo_runtime.sessions.following import Follower
from mimo_runtime.sessions.inputs import InputLimits
from mimo_runtime.sessions.live_delivery import LiveDelivery
from mimo_runtime.sessions.live_events import LiveEvent
from mimo_runtime.sessions.picture_encoder import LivePictureEncoder
from mimo_runtime.sessions.sent_frames import SentFrames
from mimo_runtime.sessions.spool import Spool
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.live_request import LiveFiles, LiveFrame
from mimo_runtime.wire.driving import DrivingFrame
from mimo_runtime.wire.kinds import InputKind
from mimo_runtime.wire.live import LiveSettings, PictureFormat, PoseFrame
from mimo_runtime.wire.live_change import LiveChange

QUEUED_EVENTS = 2


class LiveSession:
    """Spools pictures on the event loop; then a thread of its own encodes what the runner makes.

    The order of calls: slices into `spool`, `begin`, `work` (in a thread; what it says is read
    from `events`), and once the format was said `put` and `end_poses`; `grant` from `begin` on;
    `close`. `cancel` may come at any time. No frame is encoded that has no credit. The pictures lie
    in a folder that is made in `spool`.
    """

    def __init__(
        self,
        runner: Runner,
        settings: LiveSettings,
        picture: PictureFormat,
        quality: int,
        limits: InputLimits,
        deadline_s: float | None,
        spool: Path | None = None,
    ) -> None:
        self.spool = Spool(limits, spool)
        self.events: EventQueue[LiveEvent] = EventQueue(QUEUED_EVENTS)
        self.credits = Credits()
        self._runner = runner
        self._settings = settings
        self._picture = picture
        self._quality = quality
        self._limits = limits
        self._token = CancellationToken(deadline_s)
        self._live: RunningLive | None = None
        self._exchange = PictureExchange(limits, spool)
        self._sent = SentFrames()
        self._last_index = -1
        self._poses = 0
        self._began_at_s = 0.0
        self._follower: Follower | None = None
        self._failure: MimoError | None = None

    def begin(self) -> None:
        """Check that the pictures are whole.

        Raises:
            ProtocolError: one was cut off.
        """
        self.spool.finish()

    def put(self, frame: PoseFrame) -> None:
        """Give the runner the next posture.

        Raises:
            ProtocolError: it came before the format, its index does not rise, or driving frames
                were announced instead.
        """
        if self._settings.driving is not None:
            raise ProtocolError(
                "A posture came where driving frames were announced; send those, or leave "
                "'driving' out of the config."
            )
        self._put(frame)

    def drive(self, frame: DrivingFrame) -> None:
        """Have the next encoded frame looked at.

        Raises:
            ProtocolError: it came before the format, or was not announced.
            LimitExceededError: too many wait.
        """
        if self._settings.driving is None:
            raise ProtocolError(
                "A driving frame came and none was announced; say in the config how it is encoded "
                "('driving')."
            )
        self._running("A driving frame")
        assert self._follower is not None  # it was announced
        self._follower.put(frame)

    def _put(self, frame: PoseFrame) -> None:
        live = self._running("A posture")
        if frame.index <= self._last_index:
            raise ProtocolError(
                f"Frame {frame.index} came after frame {self._last_index}; send postures whose "
                "index rises."
            )
        self._last_index = frame.index
        self._began_at_s = self._began_at_s or time.monotonic()
        self._poses += 1
        live.put(frame)

    def change(self, change: LiveChange, kinds: frozenset[InputKind]) -> None:
        """Have later frames made otherwise, once pictures of all `kinds` are whole.

        Raises:
            ProtocolError: it came before the format, or the last one is not answered yet.
            InvalidRequestError: such pictures cannot be exchanged, or the frame on display was not
                sent.
        """
        live = self._running("A change")
        if change.displayed_frame is not None:
            seen = self._sent.pose_index(change.displayed_frame)
            change = replace(change, from_index=seen + change.from_index)
        self._exchange.announce(live, change, kinds)

    def picture_slice(self, kind: InputKind, data: bytes, last: bool) -> None:
        """Add a slice of a picture that the stream takes up when all of its change are whole.

        Raises:
            ProtocolError: it came before the format, or was not announced.
            LimitExceededError, ResourceError: it is too large, or the disk is full.
        """
        self._exchange.slice(self._running("Another picture"), kind, data, last)

    def _running(self, what: str) -> RunningLive:
        if self._live is None:
            raise ProtocolError(f"{what} came before ready; wait for that, then send it.")
        return self._live

    def end_poses(self) -> None:
        """Say that no posture, or driving frame, comes any more."""
        if self._follower is not None:
            self._follower.end()
        elif self._live is not None:
            self._live.end_poses()

    def work(self) -> None:
        """Have it synthesised; every event goes into the queue, which is ended in any case.

        Raises:
            MimoError: what is wrong with the inputs, or why the work stopped.
        """
        try:
            self._token.check()
            with ExitStack() as stack:
                follower = None
                if self._settings.driving is not None:
                    limits = self._limits.media
                    follower = Follower(self._settings, limits, self._token, stack)
                live = stack.enter_context(self._runner.open_live(self._request(), self._token))
                if follower is not None:
                    follower.wait_until_ready()
                self._live, self._follower = live, follower
                self.events.put(live.output)
                if follower is not None:
                    queue_frames = live.output.queue_frames
                    follower.start(queue_frames, self._put, self.events.put, self._driven_end)
                self._deliver(live)
        except CancelledError as error:
            raise self._failure or error from None
        finally:
            self.events.end()

    def cancel(self, error: MimoError | None = None) -> None:
        """Stop the work before its next piece, or where it waits for the client."""
        self._failure = self._failure or error
        self._token.cancel(error)
        self.credits.close()
        self.events.close()

    def close(self) -> None:
        """Free the pictures."""
        self.spool.close()
        self._exchange.close()

    def _request(self) -> LiveStreamRequest:
        character = self.spool.character()
        picture, clip = self.spool.file(InputKind.SCENE_PICTURE), self.spool.file(InputKind.SCENE)
        scene = picture or clip
        if scene is None:
            raise InvalidRequestError("No picture of the scene was sent; send one.")
        matte = self.spool.file(InputKind.MATTE)
        files = LiveFiles(character, scene, matte, is_clip=picture is None)
        settings = replace(self._settings, driving=None)  # the runner is given postures
        return LiveStreamRequest(files, settings, self._limits.media, self._picture)

    def _driven_end(self, error: MimoError | None) -> None:
        """Hear that there are no more postures of driving frames, and why if something is wrong."""
        if error is not None:
            self.cancel(error)
        elif self._live is not None:
            self._live.end_poses()

    def _deliver(self, live: RunningLive) -> None:
        encoder = LivePictureEncoder(self._picture, self._quality, live.output)
        delivery = LiveDelivery(encoder, live.output.plan.agreed_s)
        first_s = 0.0
        for frame in live.events():
            assert isinstance(frame, LiveFrame)
            if self._follower is not None:
                self._follower.gone(frame.taken)
            self._sent.add(frame.pose_index)
            displayed = None
            if frame.answers:
                displayed = self._exchange.displayed_frame
                self._exchange.answered()
            for event in delivery.events(frame, self.credits.spend(), displayed):
                self.events.put(event)
            first_s = first_s or self._since_began_s()
        unanswered, total_s = self._exchange.unanswered, self._since_began_s()
        for event in delivery.last_events(unanswered, self._poses, first_s, total_s):
            self.events.put(event)

    def _since_began_s(self) -> float:
        return time.monotonic() - self._began_at_s if self._began_at_s else 0.0
