"""One live stream: postures come in from any thread, a loop executes its works one by one."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.camera import Camera
from mimo_runtime.body.pose import Pose
from mimo_runtime.errors import LimitExceededError, MimoError
from mimo_runtime.planning.crops import CropSegment
from mimo_runtime.planning.frame_queue import FrameQueue
from mimo_runtime.planning.live_schedule import (
    Arrival,
    Await,
    BeginChunk,
    LiveWork,
    live_schedule,
)
from mimo_runtime.planning.schedule import Condition, Decode, Identity, Pass
from mimo_runtime.planning.solver import SolverConfig, ddim_table
from mimo_runtime.runner.live_preparation import PreparedLive
from mimo_runtime.runner.live_windows import Windows
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.chunk_denoiser import ChunkDenoiser
from mimo_runtime.synthesis.composition import DecodedCrop, Layers
from mimo_runtime.synthesis.crop import WHITE, cut_square
from mimo_runtime.synthesis.identity_cache import IdentityCache
from mimo_runtime.synthesis.layer_composition import compose_crops
from mimo_runtime.synthesis.live_conditions import LiveConditions
from mimo_runtime.synthesis.live_poses import LiveCrop, frame_camera, pose_of
from mimo_runtime.synthesis.live_request import LiveFormat, LiveFrame
from mimo_runtime.synthesis.noise import EndlessNoise
from mimo_runtime.wire.live import PoseFrame

Pixels = NDArray[np.uint8]


@dataclass(slots=True, eq=False)
class _Posed:
    """A frame on its way; times are on the monotonic clock."""

    frame: PoseFrame
    pose: Pose
    camera: Camera
    arrived_s: float
    taken_s: float = 0.0


class LiveStream:
    """A planned live stream; frames leave as soon as their chunk has been denoised.

    `put`, `exchange_scene` and `end_poses` may be called from any thread, all else from that of the
    loop. All state is in this object and is let go by `close`.
    """

    def __init__(
        self,
        windows: Windows,
        identities: IdentityCache,
        prepared: PreparedLive,
        token: CancellationToken,
        on_close: Callable[[], None],
    ) -> None:
        self.token = token
        self.output: LiveFormat = prepared.output
        self._windows = windows
        self._engines = next(iter(windows.values()))
        self._identities = identities
        self._prepared = prepared
        self._on_close = on_close
        self._chunks = prepared.output.plan.chunks
        self._crop = LiveCrop(prepared.planes.cast, (self.output.width_px, self.output.height_px))
        policy = prepared.request.settings.policy
        self._queue = FrameQueue[_Posed](self.output.queue_frames, policy)
        self._lock = threading.Lock()
        self._ended = False
        self._pending: _Posed | None = None
        self._segment: CropSegment | None = None
        self._chunk: list[_Posed] = []
        self._scene = prepared.request.scene
        self._next_scene: Pixels | None = None
        self._scenes = 0
        self._chunk_first = self._taken = 0

    def put(self, frame: PoseFrame) -> bool:
        """Take a posture; False where there is no room and none gives way.

        Raises:
            InvalidRequestError: its numbers cannot be drawn.
        """
        pose = pose_of(frame, self.output.skeleton)
        camera = frame_camera(frame, self._prepared.request.settings.camera)
        with self._lock:
            return self._queue.put(_Posed(frame, pose, camera, time.monotonic()))

    def take(self, frame: PoseFrame) -> None:
        """As `put`; a posture that cannot be drawn, or has no room, ends the stream."""
        try:
            if self.put(frame):
                return
        except MimoError as error:
            self.token.cancel(error)
            return
        self.token.cancel(
            LimitExceededError(
                f"Frame {frame.index} came while {self.output.queue_frames} postures waited, the "
                "most that a lossless stream holds; send no more than that ahead of the frames "
                "that come back."
            )
        )

    def exchange_scene(self, scene: Pixels) -> None:
        """Have the next chunk, and all after it, in `scene`, uint8 of the size of the frames."""
        with self._lock:
            self._next_scene = scene

    def end_poses(self) -> None:
        """Hear that no posture comes any more; what is there is finished."""
        with self._lock:
            self._ended = True

    @property
    def due_s(self) -> float | None:
        """When the frame that has waited longest should leave, on the monotonic clock."""
        with self._lock:
            waiting = self._chunk[0] if self._chunk else self._pending
        return None if waiting is None else waiting.arrived_s + self.output.plan.latency_s

    def works(self) -> Iterator[LiveWork]:
        """Everything that is to be done, in order, without an end until postures end."""
        return live_schedule(self._chunks, self._arrival)

    def can_do(self, work: LiveWork) -> bool:
        """Whether what a piece of work waits for is here."""
        if not isinstance(work, Await):
            return True
        with self._lock:
            return self._ended or self._pending is not None or len(self._queue) > 0

    def execute(self, work: LiveWork) -> LiveFrame | None:
        """Do one piece of work; the finished frame, if it made one."""
        match work:
            case Identity():
                self._begin()
            case BeginChunk(_, carried):
                self._chunk_first += len(self._chunk)
                self._chunk = []
                self._begin_chunk(carried)
            case Condition():
                self._enter()
            case Pass(step, _):
                self._denoiser.run_pass(step)
            case Decode(frame):
                return self._finished(frame)
        return None

    def close(self) -> None:
        """Let go of buffers, whoever still refers to the stream."""
        for name in ("_denoiser", "_conditions", "_decoder", "_planes"):
            self.__dict__.pop(name, None)
        self._on_close()

    def _begin(self) -> None:
        prepared, bundle = self._prepared, self._engines.bundle
        _, channels, *size = bundle.tensor("vae_decoder", "latents").shape
        solver = SolverConfig.from_mapping(bundle.manifest.solver)
        settings = prepared.settings
        self._denoiser = ChunkDenoiser(
            self._windows,
            prepared.identity(self._engines, self._identities),
            self._chunks,
            ddim_table(solver, settings.steps),
            settings,
            EndlessNoise(channels, (size[0], size[1]), settings.seed),
        )
        self._conditions = LiveConditions(self._engines, self._chunks.window_frames)
        self._decoder = self._engines.bind("vae_decoder")
        self._planes = prepared.planes.empty(self._chunks.chunk_frames)

    def _arrival(self, _frame: int) -> Arrival:
        with self._lock:
            if self._pending is None:
                self._pending = self._queue.take()
        if self._pending is None:
            return Arrival.ENDED
        if not self._pending.taken_s:
            self._pending.taken_s = time.monotonic()
            self._taken += 1
        if self._segment is None:
            return Arrival.CUT
        fits = self._crop.fits(self._pending.pose, self._pending.camera)
        return Arrival.HERE if fits else Arrival.CUT

    def _begin_chunk(self, carried: int) -> None:
        assert self._pending is not None  # a chunk begins with the frame that was waited for
        segment = self._crop.segment(self._pending.pose, self._pending.camera)
        if self._take_scene() or segment is not self._segment:
            self._segment = segment
            self._conditions.show(cut_square(self._scene, segment.crop, WHITE))
        self._denoiser.begin(carried)

    def _take_scene(self) -> bool:
        """Whether another scene was given since the last chunk, which is then the present one."""
        with self._lock:
            scene, self._next_scene = self._next_scene, None
        if scene is None:
            return False
        self._scene = scene
        self._scenes += 1
        return True

    def _enter(self) -> None:
        posed, self._pending = self._pending, None
        assert posed is not None
        assert self._segment is not None
        planes = self._planes[len(self._chunk)]
        self._prepared.planes.draw(posed.pose, posed.camera, self._segment.crop, planes)
        self._denoiser.enter(self._conditions.make(planes))
        self._chunk.append(posed)

    def _finished(self, frame: int) -> LiveFrame:
        assert self._segment is not None
        position = frame - self._chunk_first
        posed = self._chunk[position]
        self._denoiser.read(position, self._decoder.buffers["latents"])
        self._decoder.buffers["planes"][...] = self._planes[position : position + 1]
        self._decoder.run()
        layer = np.asarray(self._decoder.buffers["layer"])[0]
        crop = DecodedCrop(layer, self._segment, 0)
        rgb = compose_crops([crop], Layers(self._scene))
        latency_s = time.monotonic() - posed.arrived_s
        return LiveFrame(
            index=frame,
            timestamp_s=float(posed.frame.index / self.output.rate_fps),
            rgb=rgb,
            pose_index=posed.frame.index,
            capture_s=posed.frame.capture_s,
            waited_s=posed.taken_s - posed.arrived_s,
            latency_s=latency_s,
            late=latency_s > self.output.plan.latency_s,
            taken=self._taken,
            dropped=self._queue.dropped,
            scene=self._scenes,
        )
