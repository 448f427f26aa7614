"""The denoiser of one stream: windows at any step, in buffers bound before the first pass."""

import numpy as np

from mimo_runtime.arrays import Floats
from mimo_runtime.engines.engine import Tensor
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.engines.latents import HostLatents
from mimo_runtime.planning.extent import Extent, finished_by, windows_of_frames
from mimo_runtime.planning.readiness import Readiness
from mimo_runtime.planning.schedule import ClipPlan, Pass
from mimo_runtime.planning.solver import SolverTable
from mimo_runtime.synthesis.identity import Identity
from mimo_runtime.synthesis.noise import NoiseSource
from mimo_runtime.synthesis.resolved import ResolvedSettings
from mimo_runtime.synthesis.window_passes import (
    BoundPasses,
    PassesPlan,
    SpreadEngines,
    WindowPasses,
)


class Denoiser:
    """Takes the frames of a plan from noise to picture in the order that a schedule asks for.

    A frame of the sequence enters with its condition map, goes through the passes of the windows
    that hold it and is read when it is done. `extent` says how many windows and frames are held
    at a time; each has a slot, which the next one takes over. One thread at a time.

    Passes are made by `engines`, or by those of several devices, which `spread` holds: then what
    later passes need is begun as soon as it is there. Predictions are added in the order of the
    schedule all the same, so that the frames are equal to the bit.
    """

    def __init__(
        self,
        engines: EngineSet,
        identity: Identity,
        plan: ClipPlan,
        extent: Extent,
        table: SolverTable,
        settings: ResolvedSettings,
        noise: NoiseSource,
        spread: SpreadEngines | None = None,
    ) -> None:
        self._plan = plan
        self._extent = extent
        self._holders = windows_of_frames(plan)
        self._finished = finished_by(plan)
        self._held: list[int | None] = [None] * extent.windows
        self._slots = [np.zeros(0, np.int64)] * extent.windows
        counts = np.array([len(holders) for holders in self._holders])
        self._weights = settings.rules.window_weights(counts, settings.guided)
        self._noise = noise
        coefficients = solver_coefficients(table, settings)
        asked = PassesPlan(settings, table, coefficients, extent.windows)
        self._passes: WindowPasses
        if spread is None:
            self._passes, new_latents = BoundPasses(engines, identity, asked), engines.new_latents
        else:
            self._passes, new_latents = spread.open(identity, asked), HostLatents
        devices = self._passes.devices
        self._readiness = Readiness(plan, devices, lambda each: each % extent.windows % devices)
        shape = (extent.frames, *self._passes.latents(0).shape[1:])
        self._state = new_latents(shape, settings.branches, coefficients, solver_history(table))

    @property
    def latents(self) -> Floats:
        """The latents of all slots on the host, float32 [slots, 4, h, w]."""
        return np.asarray(self._state)

    def enter(self, frame_id: int, condition: Tensor) -> None:
        """Begin a frame: noise in its slot, its map [1, channels, h, w] in all its windows."""
        weight = self._weights[frame_id : frame_id + 1]
        self._state.write(self._slot(frame_id), self._noise.take(frame_id), weight)
        for window, position in self._holders[frame_id]:
            self._passes.enter(self._window(window), position, condition)
            self._readiness.entered(window)

    def run_pass(self, step: int, window: int) -> None:
        """Predict one window at one step; frames that no later window takes are then moved."""
        turn = Pass(step, window)
        for each in self._readiness.to_begin(turn):
            self._begin(each)
        slot = self._window(window)
        self._state.accumulate(self._passes.finish(slot), self._slots[slot])
        self._readiness.finished(turn)
        for frame_ids in self._finished[step][window]:
            for first, last in self._runs(frame_ids):
                self._state.step(step, first, last)

    def read(self, frame_id: int, out: Tensor) -> None:
        """Copy the latents of a frame to `out` [1, 4, h, w]."""
        self._state.read(self._slot(frame_id), out)

    def _begin(self, work: Pass) -> None:
        slot = self._window(work.window)
        self._state.gather(self._slots[slot], self._passes.latents(slot))
        self._passes.begin(slot, work.step)

    def _window(self, window: int) -> int:
        """The slot of a window; a new one takes it over."""
        slot = window % self._extent.windows
        if self._held[slot] != window:
            frame_ids = self._plan.windows[window]
            self._held[slot] = window
            self._slots[slot] = np.array([self._slot(frame_id) for frame_id in frame_ids])
            self._passes.hold(slot, len(frame_ids))
        return slot

    def _slot(self, frame_id: int) -> int:
        return frame_id % self._extent.frames

    def _runs(self, frame_ids: range) -> list[tuple[int, int]]:
        """The slots of consecutive frames, as ranges: one, or two where the slots begin anew."""
        first, count = self._slot(frame_ids.start), len(frame_ids)
        beyond = first + count - self._extent.frames
        if beyond <= 0:
            return [(first, first + count)]
        return [(first, self._extent.frames), (0, beyond)]


def solver_coefficients(table: SolverTable, settings: ResolvedSettings) -> Floats:
    """Scales of sample and prediction, and guidance, of each step: float32 [steps, 3].

    Outside its interval guidance is 1: the conditional branch alone.
    """
    guidance = np.full(len(table.timesteps), settings.guidance)
    if settings.guided and table.guided is not None:
        guidance[~table.guided] = 1.0
    columns = table.sample_scale, table.prediction_scale, guidance
    return np.stack(columns, axis=1).astype(np.float32)


def solver_history(table: SolverTable) -> Floats | None:
    """What a solver of second order goes on with, float32 [steps, 3]; None where there is none."""
    history = table.history
    if history is None or not history.scale.any():
        return None
    columns = history.scale, history.clean_sample_scale, history.clean_prediction_scale
    return np.stack(columns, axis=1).astype(np.float32)
