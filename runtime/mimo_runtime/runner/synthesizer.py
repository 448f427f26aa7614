"""A loaded bundle that turns requests into streams."""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil

from mimo_runtime.bundle import COMPONENTS, Bundle
from mimo_runtime.engines.choice import AUTO, open_backend
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.planning.segments import Part
from mimo_runtime.runner.device_pool import DevicePool
from mimo_runtime.runner.job import SynthesisJob
from mimo_runtime.runner.live_shares import LiveShare, LiveShares
from mimo_runtime.runner.live_windows import Windows, live_windows
from mimo_runtime.runner.stream import Stream
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.figures import FigureCache, texture_px
from mimo_runtime.synthesis.identity_cache import IdentityCache
from mimo_runtime.synthesis.inputs import request_from
from mimo_runtime.synthesis.live_costs import measure_live
from mimo_runtime.synthesis.memory import dry_run_bytes
from mimo_runtime.synthesis.request import SynthesisRequest
from mimo_runtime.synthesis.work_limit import check_work
from mimo_runtime.wire.progress import OnProgress

if TYPE_CHECKING:
    from mimo_runtime.characters.figure import Figure
    from mimo_runtime.runner.live_exchange import Exchange
    from mimo_runtime.runner.live_stream import LiveStream
    from mimo_runtime.runner.runner import LiveStreamRequest, StreamRequest
    from mimo_runtime.synthesis.live_request import LiveRequest
    from mimo_runtime.wire.live_change import LiveChange

DENOISERS = ("denoiser", "denoiser_unguided")


@dataclass(frozen=True, slots=True)
class DryRun:
    """What one pass of every component took, and the memory this process then holds."""

    seconds: float
    resident_bytes: int


class Synthesizer:
    """A bundle with its engines and the identities and figures it has made.

    Streams may run at once from several threads; they share nothing else, and engines hold no
    state.
    """

    def __init__(
        self,
        engines: EngineSet,
        identities: IdentityCache | None = None,
        figures: FigureCache | None = None,
        live: LiveShares | None = None,
        windows: Windows | None = None,
        pool: DevicePool | None = None,
    ) -> None:
        self._pool = pool
        self._engines, manifest = engines, engines.bundle.manifest
        self._identities = identities or IdentityCache()
        side_px = min(manifest.width_px, manifest.height_px)
        self._figures = figures or FigureCache(texture_px(side_px))
        self._windows = found = windows or {manifest.frames: engines}
        self._live = live or LiveShares(lambda name: measure_live(found, name))

    @classmethod
    def load(cls, folder: Path, threads: int = 0, engine: str = AUTO) -> "Synthesizer":
        """Open and verify a bundle; its engines, by the library named `engine`, load at first use.

        Raises:
            BundleError: the bundle is damaged, incomplete or too new.
            UnsupportedError, PlanError: this machine cannot run that engine; the sentence says why.
        """
        return cls.of(Bundle.open(folder), threads, engine)

    @classmethod
    def of(
        cls,
        bundle: Bundle,
        threads: int = 0,
        engine: str = AUTO,
        once: bool = False,
        devices: int = 1,
    ) -> "Synthesizer":
        """The same for a bundle that is open.

        `once` tells that one request is made: what only reads its character is given back then.
        The passes of clips are shared out to several `devices`, one request at a time.

        Raises:
            UnsupportedError, PlanError: this machine cannot run that engine; the sentence says why.
        """
        backend = open_backend(bundle, engine, threads)
        engines = EngineSet(backend, once)
        windows = None if once else live_windows(backend, engines, threads)
        pool = DevicePool(bundle, devices, threads, backend.name) if devices > 1 else None
        return cls(engines, windows=windows, pool=pool)

    @property
    def bundle(self) -> Bundle:
        """The bundle that is loaded."""
        return self._engines.bundle

    @property
    def engine(self) -> str:
        """The word for what runs it on the command line."""
        return self._engines.name

    def figure(self, request: SynthesisRequest) -> "Figure":
        """The figure of a request's character, which is kept for the streams that need it.

        Raises MediaError or InvalidRequestError where none can be made.
        """
        return self._figures.get(request.character, request.matte, request.prepared)

    def dry_run(self) -> DryRun:
        """Load every engine and run each once on empty tensors; measure what live streams need.

        Raises:
            BundleError: a component does not load.
            ResourceError: all of them do not fit into memory.
        """
        self._engines.require_memory(
            dry_run_bytes(self._engines),
            f"{self.bundle.folder} with all its components",
            "end other programs, use a shape of a smaller size or another engine",
        )
        started = time.perf_counter()
        for name in COMPONENTS:
            self._run_empty(name)
        seconds = time.perf_counter() - started
        if self.bundle.manifest.paints_human:  # measured now, while nothing else runs
            from mimo_runtime.synthesis.motion_planes import draw_once

            draw_once()
            for name in DENOISERS:
                self._live.costs(name)
        return DryRun(seconds, psutil.Process().memory_info().rss)

    def _run_empty(self, name: str) -> None:
        bound = self._engines.bind(name)
        if name.startswith("denoiser"):
            mask = bound.buffers["frame_mask"]
            mask[...] = np.ones(mask.shape, bool)
        bound.run()
        first = self._engines.get(name).component.outputs[0]
        np.asarray(bound.buffers[first.name])  # waits for a device that runs behind

    def open(
        self, request: SynthesisRequest, token: CancellationToken, on_progress: OnProgress
    ) -> Stream:
        """Check and plan a request; errors as in `Stream`."""
        kept = self._identities, self._figures
        return Stream(self._engines, *kept, request, token, on_progress, self._pool)

    def open_files(
        self, asked: "StreamRequest", token: CancellationToken, on_progress: OnProgress
    ) -> Stream:
        """Read the inputs of a request, check and plan it; errors as in `request_from` too."""
        manifest = self.bundle.manifest
        request = request_from(asked.files, asked.settings, asked.limits, manifest, token)
        check_work(request, manifest, asked.max_work_px)
        if asked.first_frame:
            frames = range(asked.first_frame, request.template.frame_count)
            request = replace(request, part=Part(frames))
        return self.open(request, token, on_progress)

    def open_live_files(self, asked: "LiveStreamRequest", token: CancellationToken) -> "LiveStream":
        """Read the pictures of a live stream, then as `open_live`."""
        from mimo_runtime.synthesis.live_request import live_request

        request = live_request(asked.files, asked.settings, asked.limits, token)
        return self.open_live(replace(request, encoding=asked.encoding), token)

    def open_live(self, request: "LiveRequest", token: CancellationToken) -> "LiveStream":
        """Plan a live stream, which takes a share of the engine's time until it is closed.

        Raises:
            MimoError: as in `prepare_live`.
        """
        from mimo_runtime.runner.live_preparation import prepare_live
        from mimo_runtime.runner.live_stream import LiveStream

        share = LiveShare(self._live)
        with share.unless_it_fails():
            prepared = prepare_live(self._windows, self._figures, request, share)
        return LiveStream(self._windows, self._identities, prepared, token, share)

    def exchange(
        self, stream: "LiveStream", change: "LiveChange", limits: MediaLimits
    ) -> "Exchange":
        """Read and plan what a running stream is to go on with; from any thread.

        Its share of the engine's time is another at once.

        Raises:
            MimoError: as in `changed_request` and `prepare_live`.
        """
        from mimo_runtime.runner.live_exchange import Exchange
        from mimo_runtime.runner.live_preparation import prepare_live
        from mimo_runtime.synthesis.live_change import changed_request

        request = changed_request(stream.request, change, limits, stream.token)
        scene = None if change.scene is None else request.scene
        if not change.replans:
            return Exchange(change.number, change.from_index, scene, None)
        with stream.share.unless_it_fails():
            prepared = prepare_live(self._windows, self._figures, request, stream.share)
            prepared.identity(self._engines, self._identities)  # now: the stream would wait for it
        return Exchange(change.number, change.from_index, scene, prepared)

    def start(
        self, request: SynthesisRequest, token: CancellationToken, on_progress: OnProgress
    ) -> SynthesisJob:
        """Check and plan a request that runs alone.

        Raises:
            InvalidRequestError, MediaError, TemplateError, ResourceError: it cannot be done;
                the sentence says why.
        """
        return SynthesisJob(self.open(request, token, on_progress))
