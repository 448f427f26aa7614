"""The front of the synthesis room: a loaded bundle that turns requests into jobs."""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.choice import AUTO, open_backend
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.synthesis.job import SynthesisJob
from mimo_runtime.synthesis.request import SynthesisRequest
from mimo_runtime.synthesis.stop import StopSignal
from mimo_runtime.wire.progress import OnProgress

_DRY_COMPONENTS = (
    "image_encoder",
    "vae_encoder",
    "reference",
    "identity",
    "condition",
    "time_embedding",
    "denoiser",
    "vae_decoder",
)


@dataclass(frozen=True, slots=True)
class DryRun:
    """What one pass of every component took, and the memory this process then holds."""

    seconds: float
    resident_bytes: int


class Synthesizer:
    """A bundle with its engines. Jobs may run at once from several threads; they share nothing
    but the engines, which hold no state.
    """

    def __init__(self, engines: EngineSet) -> None:
        self._engines = engines

    @classmethod
    def load(cls, folder: Path, threads: int = 0, engine: str = AUTO) -> "Synthesizer":
        """Open and verify a bundle; its engines, by the library named `engine`, load at first use.

        Raises:
            BundleError: the bundle is damaged, incomplete or too new.
            UnsupportedError, PlanError: this machine cannot run that engine; the sentence says why.
        """
        return cls(EngineSet(open_backend(Bundle.open(folder), engine, threads)))

    @property
    def bundle(self) -> Bundle:
        """The bundle that is loaded."""
        return self._engines.bundle

    def dry_run(self) -> DryRun:
        """Load every engine and run each once on empty tensors.

        Raises:
            BundleError: a component does not load.
        """
        started = time.perf_counter()
        for name in _DRY_COMPONENTS:
            bound = self._engines.bind(name)
            if name == "denoiser":
                mask = bound.buffers["frame_mask"]
                mask[...] = np.ones(mask.shape, bool)
            bound.run()
            first = self._engines.get(name).component.outputs[0]
            np.asarray(bound.buffers[first.name])  # waits for a device that runs behind
        return DryRun(time.perf_counter() - started, psutil.Process().memory_info().rss)

    def start(
        self, request: SynthesisRequest, stop: StopSignal, on_progress: OnProgress
    ) -> SynthesisJob:
        """Check and plan a request.

        Raises:
            InvalidRequestError, MediaError, TemplateError, ResourceError: it cannot be done;
                the sentence says why.
        """
        return SynthesisJob(self._engines, request, stop, on_progress)
