"""A denoiser call that computes no more branches than a step needs."""

import numpy as np

from mimo_runtime.arrays import Floats
from mimo_runtime.engines.engine import BoundPass
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.synthesis.resolved import ResolvedSettings


class GuidedPass:
    """`bound` of the settings' denoiser, and over the same buffers one that computes one branch.

    `coefficients` float32 [steps, 3] are those of `solver_coefficients`. A step without guidance
    runs the latter, where there is one, and both branches of the prediction are alike.
    """

    def __init__(
        self,
        engines: EngineSet,
        bound: BoundPass,
        settings: ResolvedSettings,
        coefficients: Floats,
    ) -> None:
        self._bound = bound
        self.buffers = bound.buffers
        self._unguided: BoundPass | None = None
        self._unguided_steps: frozenset[int] = frozenset()
        if len(settings.denoisers) == 2:
            self._unguided_steps = frozenset(np.flatnonzero(coefficients[:, 2] == 1.0).tolist())
            engine = engines.get(settings.denoisers[1])
            names = {spec.name for spec in engine.component.inputs}
            shared = {name: buffer for name, buffer in bound.buffers.items() if name in names}
            self._unguided = engine.bind(shared)

    def run(self, step: int) -> None:
        """Predict what the buffers hold, at a solver step."""
        if self._unguided is None or step not in self._unguided_steps:
            self._bound.run()
            return
        self._unguided.run()
        conditional = self._unguided.buffers["prediction"]
        for branch in range(2):
            self.buffers["prediction"][branch : branch + 1] = conditional
