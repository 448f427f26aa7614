"""The denoise loop: every window, every step, in buffers that are bound before the first pass."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.engines.engine import BoundPass, Tensor
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.planning.solver import SolverTable
from mimo_runtime.synthesis.identity import Identity
from mimo_runtime.wire.settings import Settings

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class WindowPass:
    """A window's places in the sequence and the pass whose buffers hold its conditions."""

    places: NDArray[np.int64]
    bound: BoundPass


class Denoiser:
    """Latents of a whole sequence, taken from noise to picture by `steps` passes per window.

    `noise` float32 [places, 4, h, w] is where they begin; `state` holds the latents where the
    engines are. Condition maps are stored by `store` before the first pass. One thread at a time.
    """

    def __init__(
        self,
        engines: EngineSet,
        identity: Identity,
        windows: Sequence[Sequence[int]],
        noise: Floats,
        table: SolverTable,
        settings: Settings,
    ) -> None:
        self._table = table
        self._time = engines.bind("time_embedding")
        name = "denoiser" if settings.guided else "denoiser_unguided"
        engine = engines.get(name)
        first = engine.bind(
            {**identity, "time_projections": self._time.buffers["time_projections"]}
        )
        shared = {n: b for n, b in first.buffers.items() if n not in ("condition", "frame_mask")}
        self._windows = []
        for places in windows:
            bound = engine.bind(shared)
            mask = bound.buffers["frame_mask"]
            mask[...] = np.arange(mask.shape[0]) < len(places)
            self._windows.append(WindowPass(np.array(places), bound))
        branches = shared["prediction"].shape[0]
        self.state = engines.new_latents(noise.shape, branches, _coefficients(table, settings))
        self.state.write(0, noise, _window_weights(windows, len(noise), settings))
        self._count = len(noise)

    @property
    def latents(self) -> Floats:
        """The latents on the host, float32 [places, 4, h, w]."""
        return np.asarray(self.state)

    @property
    def windows(self) -> int:
        """Passes per step."""
        return len(self._windows)

    def store(self, place: int, condition: Tensor) -> None:
        """Put the condition map [1, channels, h, w] of a place into every window that holds it."""
        for window in self._windows:
            for slot in np.flatnonzero(window.places == place):
                window.bound.buffers["condition"][slot : slot + 1] = condition

    def run_pass(self, step: int, window: int) -> None:
        """Predict one window at one step; the last window of a step then moves the latents."""
        if window == 0:
            self._begin_step(step)
        chosen = self._windows[window]
        buffers = chosen.bound.buffers
        self.state.gather(chosen.places, buffers["latents"])
        chosen.bound.run()
        self.state.accumulate(buffers["prediction"], chosen.places)
        if window == len(self._windows) - 1:
            self.state.step(step, 0, self._count)

    def _begin_step(self, step: int) -> None:
        rows = self._time.buffers["timesteps"]
        row = step % rows.shape[0]
        if row == 0:
            coming = self._table.timesteps[step : step + rows.shape[0]]
            rows[: len(coming)] = coming
            self._time.run()
        self._windows[0].bound.buffers["step"][...] = np.array([row])


def _coefficients(table: SolverTable, settings: Settings) -> Floats:
    """Scales of sample and prediction, and guidance, of each step: float32 [steps, 3]."""
    guidance = np.full(len(table.timesteps), settings.guidance)
    columns = table.sample_scale, table.prediction_scale, guidance
    return np.stack(columns, axis=1).astype(np.float32)


def _window_weights(windows: Sequence[Sequence[int]], places: int, settings: Settings) -> Floats:
    """What a place's summed predictions are multiplied with, float32 [places].

    One over the number of windows that hold it; in official mode without guidance 1, as the
    official code then forgets to divide.
    """
    counts = np.bincount([place for window in windows for place in window], minlength=places)
    if settings.official and not settings.guided:
        counts[...] = 1
    return (1.0 / counts).astype(np.float32)
