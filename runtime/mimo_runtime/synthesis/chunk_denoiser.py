"""The denoiser of a live stream: one chunk at a time, continued from the trajectories before it."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.engines.engine import Tensor
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.planning.live_schedule import ChunkPlan
from mimo_runtime.planning.solver import SolverTable
from mimo_runtime.synthesis.denoise import solver_coefficients
from mimo_runtime.synthesis.identity import Identity
from mimo_runtime.synthesis.noise import NoiseSource
from mimo_runtime.synthesis.resolved import ResolvedSettings
from mimo_runtime.synthesis.time_rows import TimeRows

Floats = NDArray[np.float32]


class ChunkDenoiser:
    """Takes the frames of one chunk after the other from noise to picture.

    Of each frame that a later chunk carries its trajectory is kept on the host: the latents with
    which it entered each step. There they go in again. One thread at a time.
    """

    def __init__(
        self,
        engines: EngineSet,
        identity: Identity,
        plan: ChunkPlan,
        table: SolverTable,
        settings: ResolvedSettings,
        noise: NoiseSource,
    ) -> None:
        self._time = TimeRows(engines, table)
        engine = engines.get(settings.denoiser)
        self._bound = engine.bind({**identity, "time_projections": self._time.projections})
        shape: tuple[int, ...] = self._bound.buffers["latents"].shape
        coefficients = solver_coefficients(table, settings)
        self._state = engines.new_latents(shape, settings.branches, coefficients)
        self._trajectories = np.zeros((plan.steps, plan.carried_frames, *shape[1:]), np.float32)
        self._weights = np.ones(shape[0], np.float32)
        self._conditions: deque[Tensor] = deque(maxlen=plan.window_frames)
        self._noise = noise
        self._carried = self._new = self._entered = 0

    def begin(self, carried: int) -> None:
        """Begin a chunk with the last `carried` frames of those before it in its window."""
        kept = list(self._conditions)[len(self._conditions) - carried :]
        for row, condition in enumerate(kept):
            self._bound.buffers["condition"][row : row + 1] = condition
        self._carried, self._new = carried, 0

    def enter(self, condition: Tensor) -> None:
        """Add a new frame: noise, and its map [1, channels, h, w], which stays as it is."""
        row = self._carried + self._new
        self._state.write(row, self._noise.take(self._entered), self._weights[:1])
        self._bound.buffers["condition"][row : row + 1] = condition
        self._conditions.append(condition)
        self._entered += 1
        self._new += 1

    def run_pass(self, step: int) -> None:
        """Predict the window at one step and move its frames; those carried begin anew."""
        count = self._carried + self._new
        buffers = self._bound.buffers
        if step == 0:
            buffers["frame_mask"][...] = np.arange(len(self._weights)) < count
        self._continue(step, count)
        slots = np.arange(count)
        self._time.begin(step, buffers["step"])
        self._state.gather(slots, buffers["latents"])
        self._bound.run()
        self._state.accumulate(buffers["prediction"], slots)
        self._state.step(step, 0, count)

    def read(self, position: int, out: Tensor) -> None:
        """Copy the latents of the new frame at `position` to `out` [1, 4, h, w]."""
        self._state.read(self._carried + position, out)

    def _continue(self, step: int, count: int) -> None:
        """Put the carried frames where they were at this step, and keep what the next one needs."""
        kept = self._trajectories[step]
        if self._carried:
            carried = kept[len(kept) - self._carried :]
            self._state.write(0, carried, self._weights[: self._carried])
        if coming := min(count, len(kept)):
            kept[len(kept) - coming :] = np.asarray(self._state)[count - coming : count]
