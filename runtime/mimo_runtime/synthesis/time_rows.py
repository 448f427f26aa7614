"""The time projections of the coming steps, a table at a time."""

import numpy as np

from mimo_runtime.engines.engine import Tensor
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.planning.solver import SolverTable


class TimeRows:
    """Runs the component `time_embedding` when a step is asked for whose row is not there.

    `projections` is its output, which the denoiser reads; a pass is told its row by `step`.
    """

    def __init__(self, engines: EngineSet, table: SolverTable) -> None:
        self._bound = engines.bind("time_embedding")
        self._timesteps = table.timesteps
        self._held: int | None = None
        self._row: int | None = None
        self.projections: Tensor = self._bound.buffers["time_projections"]

    def begin(self, step: int, row_buffer: Tensor) -> None:
        """Have the row of a solver step in `projections`, and its number in `row_buffer` [1].

        `row_buffer` is the same one every time.
        """
        rows = self._bound.buffers["timesteps"]
        held, row = divmod(step, rows.shape[0])
        if held != self._held:
            first = step - row
            coming = self._timesteps[first : first + rows.shape[0]]
            rows[: len(coming)] = coming
            self._bound.run()
            self._held = held
        if row != self._row:
            row_buffer[...] = np.array([row])
            self._row = row
