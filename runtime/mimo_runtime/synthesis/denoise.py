"""The denoiser of one stream: windows at any step, in buffers bound before the first pass."""

import numpy as np

from mimo_runtime.arrays import Floats
from mimo_runtime.engines.engine import Tensor
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.planning.extent import Extent, finished_by, windows_of_frames
from mimo_runtime.planning.schedule import ClipPlan
from mimo_runtime.planning.solver import SolverTable
from mimo_runtime.synthesis.guided_pass import GuidedPass
from mimo_runtime.synthesis.identity import Identity
from mimo_runtime.synthesis.noise import NoiseSource
from mimo_runtime.synthesis.resolved import ResolvedSettings
from mimo_runtime.synthesis.time_rows import TimeRows

_OF_A_WINDOW = ("condition", "frame_mask")


class Denoiser:
    """Takes the frames of a plan from noise to picture in the order that a schedule asks for.

    A frame of the sequence enters with its condition map, goes through the passes of the windows
    that hold it and is read when it is done. `extent` says how many windows and frames are held
    at a time; each has a slot, which the next one takes over. One thread at a time.
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
    ) -> None:
        self._plan = plan
        self._extent = extent
        self._holders = windows_of_frames(plan)
        self._finished = finished_by(plan)
        engine = engines.get(settings.denoiser)
        self._time = TimeRows(engines, table)
        first = engine.bind({**identity, "time_projections": self._time.projections})
        shared = {n: b for n, b in first.buffers.items() if n not in _OF_A_WINDOW}
        others = [engine.bind(shared) for _ in range(extent.windows - 1)]
        coefficients = solver_coefficients(table, settings)
        self._passes = [
            GuidedPass(engines, bound, settings, coefficients) for bound in (first, *others)
        ]
        self._held: list[int | None] = [None] * extent.windows
        self._slots = [np.zeros(0, np.int64)] * extent.windows
        counts = np.array([len(holders) for holders in self._holders])
        self._weights = settings.rules.window_weights(counts, settings.guided)
        self._noise = noise
        shape = (extent.frames, *shared["latents"].shape[1:])
        self._state = engines.new_latents(
            shape, settings.branches, coefficients, solver_history(table)
        )

    @property
    def latents(self) -> Floats:
        """The latents of all slots on the host, float32 [slots, 4, h, w]."""
        return np.asarray(self._state)

    def enter(self, frame_id: int, condition: Tensor) -> None:
        """Begin a frame: noise in its slot, its map [1, channels, h, w] in all its windows."""
        weight = self._weights[frame_id : frame_id + 1]
        self._state.write(self._slot(frame_id), self._noise.take(frame_id), weight)
        for window, position in self._holders[frame_id]:
            buffers = self._window(window).buffers
            buffers["condition"][position : position + 1] = condition

    def run_pass(self, step: int, window: int) -> None:
        """Predict one window at one step; frames that no later window takes are then moved."""
        bound = self._window(window)
        slots = self._slots[window % self._extent.windows]
        self._time.begin(step, bound.buffers["step"])
        self._state.gather(slots, bound.buffers["latents"])
        bound.run(step)
        self._state.accumulate(bound.buffers["prediction"], slots)
        for frame_ids in self._finished[step][window]:
            for first, last in self._runs(frame_ids):
                self._state.step(step, first, last)

    def read(self, frame_id: int, out: Tensor) -> None:
        """Copy the latents of a frame to `out` [1, 4, h, w]."""
        self._state.read(self._slot(frame_id), out)

    def _window(self, window: int) -> GuidedPass:
        """The pass whose buffers hold a window's conditions; a new window takes over a slot."""
        slot = window % self._extent.windows
        bound = self._passes[slot]
        if self._held[slot] != window:
            frame_ids = self._plan.windows[window]
            self._held[slot] = window
            self._slots[slot] = np.array([self._slot(frame_id) for frame_id in frame_ids])
            mask = bound.buffers["frame_mask"]
            mask[...] = np.arange(mask.shape[0]) < len(frame_ids)
        return bound

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
