"""The denoise loop: every window, every step, in buffers that are bound before the first pass."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.engines.engine import BoundPass
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.planning.solver import SolverTable
from mimo_runtime.synthesis.identity import Identity
from mimo_runtime.synthesis.settings import Settings

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class WindowPass:
    """A window's places in the sequence and the pass whose buffers hold its conditions."""

    places: NDArray[np.int64]
    bound: BoundPass


class Denoiser:
    """Latents of a whole sequence, taken from noise to picture by `steps` passes per window.

    `latents` float32 [places, 4, h, w] is the noise on entry and changed in place. Condition maps
    are stored by `store` before the first pass. One thread at a time.
    """

    def __init__(
        self,
        engines: EngineSet,
        identity: Identity,
        windows: Sequence[Sequence[int]],
        latents: Floats,
        table: SolverTable,
        settings: Settings,
    ) -> None:
        self.latents = latents
        self._table = table
        self._settings = settings
        self._time = engines.bind("time")
        name = "denoiser" if settings.guided else "denoiser_unguided"
        engine = engines.get(name)
        first = engine.bind({**identity, "time_table": self._time.buffers["time_table"]})
        shared = {n: b for n, b in first.buffers.items() if n not in ("condition", "frame_mask")}
        self._windows = []
        for places in windows:
            bound = engine.bind(shared)
            bound.buffers["frame_mask"][: len(places)] = True
            self._windows.append(WindowPass(np.array(places), bound))
        halves = shared["prediction"].shape[0]
        self._sum = np.zeros((halves, *latents.shape), np.float32)
        self._share = _shares(windows, len(latents), settings)
        self._scratch = np.empty_like(latents)

    @property
    def windows(self) -> int:
        """Passes per step."""
        return len(self._windows)

    def store(self, place: int, condition: Floats) -> None:
        """Put the condition map [1, channels, h, w] of a place into every window that holds it."""
        for window in self._windows:
            for slot in np.flatnonzero(window.places == place):
                window.bound.buffers["condition"][slot] = condition[0]

    def run_pass(self, step: int, window: int) -> None:
        """Predict one window at one step; the last window of a step then moves the latents."""
        if window == 0:
            self._begin_step(step)
        chosen = self._windows[window]
        count = len(chosen.places)
        buffers = chosen.bound.buffers
        np.take(self.latents, chosen.places, axis=0, out=buffers["latents"][:count])
        chosen.bound.run()
        for half, prediction in zip(self._sum, buffers["prediction"], strict=True):
            half[chosen.places] += prediction[:count]
        if window == len(self._windows) - 1:
            self._end_step(step)

    def _begin_step(self, step: int) -> None:
        rows = self._time.buffers["timesteps"]
        row = step % len(rows)
        if row == 0:
            coming = self._table.timesteps[step : step + len(rows)]
            rows[: len(coming)] = coming
            self._time.run()
        self._windows[0].bound.buffers["step"][0] = row
        self._sum[...] = 0

    def _end_step(self, step: int) -> None:
        """Guidance, then the solver step: x = a x + b v, in place."""
        self._sum *= self._share
        velocity = self._sum[-1]
        if self._settings.guided:
            velocity -= self._sum[0]
            velocity *= np.float32(self._settings.guidance)
            velocity += self._sum[0]
        self.latents *= np.float32(self._table.sample_scale[step])
        np.multiply(velocity, np.float32(self._table.prediction_scale[step]), out=self._scratch)
        self.latents += self._scratch


def _shares(windows: Sequence[Sequence[int]], places: int, settings: Settings) -> Floats:
    """What a place's summed predictions are multiplied with, float32 [places, 1, 1, 1].

    One over the number of windows that hold it; in official mode without guidance 1, as the
    official code then forgets to divide.
    """
    counts = np.bincount([place for window in windows for place in window], minlength=places)
    if settings.official and not settings.guided:
        counts[...] = 1
    return (1.0 / counts).astype(np.float32).reshape(-1, 1, 1, 1)
