"""The denoiser of a live stream: one chunk at a time, continued from the trajectories before it."""

from collections import deque
from collections.abc import Mapping

import numpy as np

from mimo_runtime.engines.engine import Tensor
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.planning.live_schedule import ChunkPlan
from mimo_runtime.planning.solver import SolverTable
from mimo_runtime.synthesis.denoise import solver_coefficients, solver_history
from mimo_runtime.synthesis.guided_pass import GuidedPass
from mimo_runtime.synthesis.identity import Identity
from mimo_runtime.synthesis.noise import NoiseSource
from mimo_runtime.synthesis.resolved import ResolvedSettings
from mimo_runtime.synthesis.time_rows import TimeRows


class ChunkDenoiser:
    """Takes the frames of one chunk after the other from noise to picture.

    Of each frame that a later chunk carries its trajectory is kept on the host: the latents with
    which it entered each step. There they go in again. `windows` are engines by the frames of
    their window; each chunk takes the shortest that holds it. One thread at a time.
    """

    def __init__(
        self,
        windows: Mapping[int, EngineSet],
        identity: Identity,
        plan: ChunkPlan,
        table: SolverTable,
        settings: ResolvedSettings,
        noise: NoiseSource,
    ) -> None:
        engines = next(iter(windows.values()))
        self._time = TimeRows(engines, table)
        shared: dict[str, Tensor] = {**identity, "time_projections": self._time.projections}
        coefficients = solver_coefficients(table, settings)
        self._passes: dict[int, GuidedPass] = {}
        for frames, each in windows.items():
            bound = each.get(settings.denoiser).bind(shared)
            shared["step"] = bound.buffers["step"]
            self._passes[frames] = GuidedPass(each, bound, settings, coefficients)
        _, *size = bound.buffers["latents"].shape
        shape = (plan.window_frames, *size)
        self._state = engines.new_latents(
            shape, settings.branches, coefficients, solver_history(table)
        )
        self._trajectories = np.zeros((plan.steps, plan.carried_frames, *size), np.float32)
        self._weights = np.ones(plan.window_frames, np.float32)
        self._conditions: deque[Tensor] = deque(maxlen=plan.window_frames)
        self._noise = noise
        self._carried = self._new = self._entered = 0

    def begin(self, carried: int) -> None:
        """Begin a chunk with the last `carried` frames of those before it in its window."""
        self._carried, self._new = carried, 0

    def enter(self, condition: Tensor) -> None:
        """Add a new frame: noise, and its map [1, channels, h, w], which stays as it is."""
        row = self._carried + self._new
        self._state.write(row, self._noise.take(self._entered), self._weights[:1])
        self._conditions.append(condition)
        self._entered += 1
        self._new += 1

    def run_pass(self, step: int) -> None:
        """Predict the window at one step and move its frames; those carried begin anew."""
        count = self._carried + self._new
        bound = self._passes[min(frames for frames in self._passes if frames >= count)]
        if step == 0:
            self._show(bound, count)
        self._continue(step, count)
        slots = np.arange(count)
        self._time.begin(step, bound.buffers["step"])
        self._state.gather(slots, bound.buffers["latents"])
        bound.run(step)
        self._state.accumulate(bound.buffers["prediction"], slots)
        self._state.step(step, 0, count)

    def read(self, position: int, out: Tensor) -> None:
        """Copy the latents of the new frame at `position` to `out` [1, 4, h, w]."""
        self._state.read(self._carried + position, out)

    def _show(self, bound: GuidedPass, count: int) -> None:
        """Put the condition maps of the window's frames into the shortest pass that holds them."""
        buffers = bound.buffers
        for row, condition in enumerate(list(self._conditions)[-count:]):
            buffers["condition"][row : row + 1] = condition
        mask = buffers["frame_mask"]
        mask[...] = np.arange(mask.shape[0]) < count

    def _continue(self, step: int, count: int) -> None:
        """Put the carried frames where they were at this step, and keep what the next one needs."""
        kept = self._trajectories[step]
        if self._carried:
            carried = kept[len(kept) - self._carried :]
            self._state.write(0, carried, self._weights[: self._carried])
        if coming := min(count, len(kept)):
            kept[len(kept) - coming :] = np.asarray(self._state)[count - coming : count]
