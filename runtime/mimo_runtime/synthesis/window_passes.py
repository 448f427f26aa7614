"""The denoiser bound to the windows that one stream holds at a time, here or on other devices."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mimo_runtime.arrays import Floats
from mimo_runtime.engines.engine import Tensor
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.planning.solver import SolverTable
from mimo_runtime.synthesis.guided_pass import GuidedPass
from mimo_runtime.synthesis.identity import Identity
from mimo_runtime.synthesis.resolved import ResolvedSettings
from mimo_runtime.synthesis.time_rows import TimeRows

_OF_A_WINDOW = ("condition", "frame_mask")


@dataclass(frozen=True, slots=True)
class PassesPlan:
    """Which passes are to be made: at the steps of `table`, whose `coefficients` are those of
    `solver_coefficients`, for as many `windows` at a time.
    """

    settings: ResolvedSettings
    table: SolverTable
    coefficients: Floats
    windows: int


class WindowPasses(Protocol):
    """Passes of windows, each of which has a slot that a later one takes over; slots are dealt out
    to the devices in turn.

    Latents [frames, 4, h, w] of a pass are written before it is begun, its prediction [branches,
    frames, 4, h, w] is valid until the next one is begun in that slot.
    """

    @property
    def devices(self) -> int:
        """How many make passes at a time."""

    def hold(self, slot: int, frame_count: int) -> None:
        """Give a slot to a new window of so many frames."""

    def enter(self, slot: int, position: int, condition: Tensor) -> None:
        """Write the condition map [1, channels, h, w] of one frame of a window."""

    def latents(self, slot: int) -> Tensor:
        """Where the latents of the next pass go."""

    def begin(self, slot: int, step: int) -> None:
        """Begin the pass of a window at a solver step."""

    def finish(self, slot: int) -> Tensor:
        """Wait for that pass; its prediction."""


class SpreadEngines(Protocol):
    """Engines of one bundle on several devices."""

    @property
    def devices(self) -> int:
        """How many they are."""

    def needed_bytes(self, engines: EngineSet, windows: int, settings: ResolvedSettings) -> int:
        """What they will still take of the memory that `engines` are in, for so many windows."""

    def open(self, identity: Identity, plan: PassesPlan) -> WindowPasses:
        """Bind the passes of one stream on all of them."""


class BoundPasses:
    """Passes of this process, one after the other: their windows share all other buffers."""

    devices = 1

    def __init__(self, engines: EngineSet, identity: Identity, plan: PassesPlan) -> None:
        engine = engines.get(plan.settings.denoiser)
        self._time = TimeRows(engines, plan.table)
        first = engine.bind({**identity, "time_projections": self._time.projections})
        shared = {n: b for n, b in first.buffers.items() if n not in _OF_A_WINDOW}
        others = [engine.bind(shared) for _ in range(plan.windows - 1)]
        self._bound = [
            GuidedPass(engines, bound, plan.settings, plan.coefficients)
            for bound in (first, *others)
        ]

    def hold(self, slot: int, frame_count: int) -> None:
        """See `WindowPasses.hold`."""
        mask = self._bound[slot].buffers["frame_mask"]
        mask[...] = np.arange(mask.shape[0]) < frame_count

    def enter(self, slot: int, position: int, condition: Tensor) -> None:
        """See `WindowPasses.enter`."""
        self._bound[slot].buffers["condition"][position : position + 1] = condition

    def latents(self, slot: int) -> Tensor:
        """See `WindowPasses.latents`."""
        latents: Tensor = self._bound[slot].buffers["latents"]
        return latents

    def begin(self, slot: int, step: int) -> None:
        """Run the pass."""
        self._time.begin(step, self._bound[slot].buffers["step"])
        self._bound[slot].run(step)

    def finish(self, slot: int) -> Tensor:
        """See `WindowPasses.finish`; a device may still be at it."""
        prediction: Tensor = self._bound[slot].buffers["prediction"]
        return prediction
