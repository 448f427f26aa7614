"""One live stream: its pictures, its credits, and the thread that encodes what the runner makes."""

import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

from mimo_runtime.errors import InvalidRequestError, MimoError, ProtocolError
from mimo_runtime.media.picture import encode_jpeg, encode_png
from mimo_runtime.runner.runner import LiveStreamRequest, Runner, RunningLive
from mimo_runtime.sessions.credits import Credits
from mimo_runtime.sessions.event_queue import EventQueue
from mimo_runtime.sessions.inputs import InputLimits
from mimo_runtime.sessions.spool import Spool
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.live_request import LiveFiles, LiveFormat, LiveFrame
from mimo_runtime.wire.kinds import InputKind
from mimo_runtime.wire.live import LiveSettings, PictureFormat, PoseFrame

QUEUED_EVENTS = 2
FROZEN_AFTER = 5


@dataclass(frozen=True, slots=True)
class LivePicture:
    """A frame as it leaves: `data` is its picture, `frame` what is told of it, without pixels."""

    frame: LiveFrame
    data: bytes
    present_s: float
    encode_s: float
    credits: int


@dataclass(frozen=True, slots=True)
class LiveState:
    """Whether frames are `frozen`, from now on, as several in a row were late."""

    frozen: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class SceneApplied:
    """The scene that was given last holds from the frame `from_index` on."""

    from_index: int


@dataclass(frozen=True, slots=True)
class LiveSummary:
    """How a live stream went; times count from the first posture, in seconds."""

    frame_count: int
    pose_count: int
    dropped: int
    late: int
    first_frame_s: float
    total_s: float


LiveEvent = LiveFormat | LivePicture | LiveState | SceneApplied | LiveSummary


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
        self._lock = threading.Lock()
        self._live: RunningLive | None = None
        self._spools = spool
        self._scene: Spool | None = None
        self._last_index = -1
        self._poses = 0
        self._began_at_s = 0.0

    def begin(self) -> None:
        """Check that the pictures are whole.

        Raises:
            ProtocolError: one was cut off.
        """
        self.spool.finish()

    def put(self, frame: PoseFrame) -> None:
        """Give the runner the next posture.

        Raises:
            ProtocolError: it came before the format, or its index does not rise.
        """
        live = self._live
        if live is None:
            raise ProtocolError("A posture came before ready; wait for that, then send postures.")
        if frame.index <= self._last_index:
            raise ProtocolError(
                f"Frame {frame.index} came after frame {self._last_index}; send postures whose "
                "index rises."
            )
        self._last_index = frame.index
        self._began_at_s = self._began_at_s or time.monotonic()
        self._poses += 1
        live.put(frame)

    def scene_slice(self, data: bytes, last: bool) -> None:
        """Add a slice of another scene, which the stream takes up when it is whole.

        Raises:
            ProtocolError: it came before the format, or the last one is not applied yet.
            LimitExceededError, ResourceError: it is too large, or the disk is full.
        """
        if self._live is None:
            raise ProtocolError("Another scene came before ready; wait for that, then send it.")
        with self._lock:
            if self._scene is None:
                self._scene = Spool(self._limits, self._spools)
            spool = self._scene
        if spool.file(InputKind.SCENE_PICTURE):
            raise ProtocolError(
                "Another scene came before the one before it was applied; wait for that."
            )
        spool.append(InputKind.SCENE_PICTURE, "", data, last)
        if last and (picture := spool.file(InputKind.SCENE_PICTURE)):
            self._live.exchange_scene(picture)

    def end_poses(self) -> None:
        """Say that no posture comes any more."""
        if self._live is not None:
            self._live.end_poses()

    def work(self) -> None:
        """Have it synthesised; every event goes into the queue, which is ended in any case.

        Raises:
            MimoError: what is wrong with the inputs, or why the work stopped.
        """
        try:
            self._token.check()
            with self._runner.open_live(self._request(), self._token) as live:
                self._live = live
                self.events.put(live.output)
                self._deliver(live)
        finally:
            self.events.end()

    def cancel(self, error: MimoError | None = None) -> None:
        """Stop the work before its next piece, or where it waits for the client."""
        self._token.cancel(error)
        self.credits.close()
        self.events.close()

    def close(self) -> None:
        """Free the pictures."""
        self.spool.close()
        self._close_scene()

    def _close_scene(self) -> None:
        """Free the picture of a scene that was read, or never will be."""
        with self._lock:
            spool, self._scene = self._scene, None
        if spool is not None:
            spool.close()

    def _request(self) -> LiveStreamRequest:
        character = self.spool.file(InputKind.CHARACTER)
        scene = self.spool.file(InputKind.SCENE_PICTURE)
        if character is None or scene is None:
            missing = "character" if character is None else "scene"
            raise InvalidRequestError(f"No picture of the {missing} was sent; send one.")
        files = LiveFiles(character, scene, self.spool.file(InputKind.MATTE))
        return LiveStreamRequest(files, self._settings, self._limits.media)

    def _deliver(self, live: RunningLive) -> None:
        sent = late = in_a_row = dropped = scene = 0
        first_s = 0.0
        frozen = False
        for frame in live.events():
            assert isinstance(frame, LiveFrame)
            credits = self.credits.spend()
            if frame.scene != scene:
                scene = frame.scene
                self._close_scene()
                self.events.put(SceneApplied(frame.index))
            self.events.put(self._encoded(frame, credits, live.output.plan.latency_s))
            sent, late, dropped = sent + 1, late + frame.late, frame.dropped
            first_s = first_s or self._since_began_s()
            in_a_row = in_a_row + 1 if frame.late else 0
            if frozen is not (in_a_row >= FROZEN_AFTER):
                frozen = not frozen
                self.events.put(_state(frozen))
        total_s = self._since_began_s()
        self.events.put(LiveSummary(sent, self._poses, dropped, late, first_s, total_s))

    def _encoded(self, frame: LiveFrame, credits: int, latency_s: float) -> LivePicture:
        began_s = time.perf_counter()
        if self._picture is PictureFormat.PNG:
            data = encode_png(frame.rgb)
        else:
            data = encode_jpeg(frame.rgb, self._quality)
        encode_s = time.perf_counter() - began_s
        told = replace(frame, rgb=frame.rgb[:0])
        return LivePicture(told, data, frame.capture_s + latency_s, encode_s, credits)

    def _since_began_s(self) -> float:
        return time.monotonic() - self._began_at_s if self._began_at_s else 0.0


def _state(frozen: bool) -> LiveState:
    if frozen:
        return LiveState(True, f"{FROZEN_AFTER} frames in a row were late; show the last one.")
    return LiveState(False, "Frames come in time again.")
