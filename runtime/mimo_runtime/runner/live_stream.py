"""One live stream: postures come in from any thread, a loop executes its works one by one."""

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from mimo_runtime.errors import LimitExceededError, MimoError
from mimo_runtime.planning.crops import CropSegment
from mimo_runtime.planning.live_schedule import (
    Arrival,
    Await,
    BeginChunk,
    LiveWork,
    live_schedule,
)
from mimo_runtime.planning.schedule import Condition, Decode, Identity, Pass
from mimo_runtime.planning.solver import SolverConfig
from mimo_runtime.runner.live_exchange import Exchange, Exchanges
from mimo_runtime.runner.live_preparation import PreparedLive
from mimo_runtime.runner.live_shares import LiveShare
from mimo_runtime.runner.live_windows import Windows
from mimo_runtime.runner.pose_intake import Posed, PoseIntake
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.chunk_denoiser import ChunkDenoiser
from mimo_runtime.synthesis.composition import DecodedCrop, Layers
from mimo_runtime.synthesis.crop import WHITE, cut_square
from mimo_runtime.synthesis.identity_cache import IdentityCache
from mimo_runtime.synthesis.layer_composition import compose_crops
from mimo_runtime.synthesis.live_conditions import LiveConditions
from mimo_runtime.synthesis.live_poses import LiveCrop
from mimo_runtime.synthesis.live_request import LiveFormat, LiveFrame, LiveRequest
from mimo_runtime.synthesis.noise import EndlessNoise
from mimo_runtime.wire.live import PoseFrame


class LiveStream:
    """A planned live stream; frames leave as soon as their chunk has been denoised.

    `put`, `exchanges` and `end_poses` may be called from any thread, all else from that of the
    loop. All state is in this object and is let go by `close`.
    """

    def __init__(
        self,
        windows: Windows,
        identities: IdentityCache,
        prepared: PreparedLive,
        token: CancellationToken,
        share: LiveShare,
    ) -> None:
        self.token, self.share = token, share
        self.output: LiveFormat = prepared.output
        self._windows = windows
        self._engines = next(iter(windows.values()))
        self._identities = identities
        self._prepared = prepared
        self._chunks = prepared.output.plan.chunks
        self._crop = LiveCrop(prepared.planes.cast, (self.output.width_px, self.output.height_px))
        asked, queue_frames = prepared.request.settings, self.output.queue_frames
        self._intake = PoseIntake(self.output.skeleton, asked.camera, queue_frames, asked.policy)
        self._segment: CropSegment | None = None
        self._chunk: list[Posed] = []
        self._decoded = self._carried = 0
        self._is_cropped_anew = False
        self._scene = prepared.request.scene
        self.exchanges = Exchanges()
        self._chunk_first = 0

    def put(self, frame: PoseFrame) -> bool:
        """Take a posture; False where there is no room and none gives way.

        Raises:
            InvalidRequestError: its numbers cannot be drawn.
        """
        return self._intake.put(frame)

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

    @property
    def request(self) -> LiveRequest:
        """What is made now."""
        return replace(self._prepared.request, scene=self._scene)

    def end_poses(self) -> None:
        """Hear that no posture comes any more; what is there is finished."""
        self._intake.end()

    @property
    def due_s(self) -> float | None:
        """When the next frame that has not left should, on the monotonic clock."""
        left = self._chunk[self._decoded :]
        waiting = left[0] if left else self._intake.pending
        return None if waiting is None else waiting.arrived_s + self.output.plan.agreed_s

    def works(self) -> Iterator[LiveWork]:
        """Everything that is to be done, in order, without an end until postures end."""
        while True:
            entered = self._chunk_first + len(self._chunk)
            yield from live_schedule(self._chunks, self._arrival, entered)
            exchange = self._due()
            if exchange is None or exchange.prepared is None:
                return
            self._go_on_with(exchange, exchange.prepared)

    def can_do(self, work: LiveWork) -> bool:
        """Whether what a piece of work waits for is here."""
        return not isinstance(work, Await) or self._intake.is_known()

    def execute(self, work: LiveWork) -> LiveFrame | None:
        """Do one piece of work; the finished frame, if it made one."""
        match work:
            case Identity():
                self._begin()
            case BeginChunk(_, carried):
                self._chunk_first += len(self._chunk)
                self._chunk, self._decoded, self._carried = [], 0, carried
                self._begin_chunk()
            case Condition():
                self._enter()
            case Pass(step, _):
                self._denoiser.run_pass(step)
            case Decode(frame):
                return self._finished(frame)
        return None

    def measured(self, work: LiveWork, seconds: float) -> None:
        """Hear how long a piece of work took."""
        is_short = isinstance(work, BeginChunk) and not self._is_cropped_anew
        is_less = isinstance(work, Pass) and len(self._prepared.settings.denoisers) > 1
        if not is_short and not is_less:  # than was foreseen: nothing to encode, a branch less
            self.share.measured(work, self._carried + len(self._chunk), seconds)

    def close(self) -> None:
        """Let go of buffers, whoever still refers to the stream."""
        for name in ("_denoiser", "_conditions", "_decoder", "_planes"):
            self.__dict__.pop(name, None)
        self.share.release()

    def _begin(self) -> None:
        prepared, bundle = self._prepared, self._engines.bundle
        _, channels, *size = bundle.tensor("vae_decoder", "latents").shape
        solver = SolverConfig.from_mapping(bundle.manifest.solver)
        settings = prepared.settings
        self._denoiser = ChunkDenoiser(
            self._windows,
            prepared.identity(self._engines, self._identities),
            self._chunks,
            settings.table(solver),
            settings,
            EndlessNoise(channels, (size[0], size[1]), settings.seed),
        )
        self._conditions = LiveConditions(self._engines, self._chunks.window_frames)
        self._decoder = self._engines.bind("vae_decoder")
        self._planes = prepared.planes.empty(self._chunks.chunk_frames)

    def _arrival(self, _frame: int) -> Arrival:
        posed = self._intake.next()
        if posed is None:
            return Arrival.ENDED
        exchange = self._due()
        if exchange is not None and exchange.prepared is not None:
            return Arrival.ENDED
        fits = self._crop.fits(posed.pose, posed.camera)
        if self._segment is None or not fits:
            return Arrival.CUT
        return Arrival.HERE if exchange is None else Arrival.BREAK

    def _due(self) -> Exchange | None:
        """The change that is ready for the posture which is next."""
        posed = self._intake.pending
        return None if posed is None else self.exchanges.due(posed.frame.index)

    def _go_on_with(self, exchange: Exchange, prepared: PreparedLive) -> None:
        """Begin anew, as a stream of `prepared` does, with the postures that wait."""
        queue_frames = self.output.queue_frames  # what the client was told
        self._prepared = prepared
        self.output = replace(prepared.output, queue_frames=queue_frames)
        self._chunks = prepared.output.plan.chunks
        self._crop = LiveCrop(prepared.planes.cast, (self.output.width_px, self.output.height_px))
        self._segment = None
        if exchange.scene is not None:
            self._scene = exchange.scene
        self.exchanges.take(exchange)

    def _begin_chunk(self) -> None:
        posed = self._intake.pending
        assert posed is not None  # a chunk begins with the frame that was waited for
        segment = self._crop.segment(posed.pose, posed.camera)
        self._is_cropped_anew = self._take_scene() or segment is not self._segment
        if self._is_cropped_anew:
            self._segment = segment
            self._conditions.show(cut_square(self._scene, segment.crop, WHITE))
        self._denoiser.begin(self._carried)

    def _take_scene(self) -> bool:
        """Whether another scene is ready, which is then the present one."""
        exchange = self._due()
        if exchange is None or exchange.prepared is not None or exchange.scene is None:
            return False
        self._scene = exchange.scene
        self.exchanges.take(exchange)
        return True

    def _enter(self) -> None:
        posed = self._intake.take()
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
        self._decoded += 1
        return LiveFrame(
            index=frame,
            timestamp_s=float(posed.frame.index / self.output.rate_fps),
            rgb=rgb,
            pose_index=posed.frame.index,
            capture_s=posed.frame.capture_s,
            waited_s=posed.taken_s - posed.arrived_s,
            latency_s=time.monotonic() - posed.arrived_s,
            taken=self._intake.taken,
            dropped=self._intake.dropped,
            answers=self.exchanges.answers(),
        )
