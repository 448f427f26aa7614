"""Denoisers for tests: given windows, given noise, the order of a whole clip."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.planning.extent import Extent
from mimo_runtime.planning.schedule import ClipPlan
from mimo_runtime.planning.solver import SolverTable
from mimo_runtime.synthesis.denoise import Denoiser
from mimo_runtime.synthesis.identity import Identity
from mimo_runtime.synthesis.resolved import resolved_settings
from mimo_runtime.wire.settings import Settings

Floats = NDArray[np.float32]


class GivenNoise:
    """Noise [frames, 4, h, w] that was drawn before."""

    def __init__(self, noise: Floats) -> None:
        self._noise = noise

    def take(self, frame: int) -> Floats:
        return self._noise[frame : frame + 1]


def whole_clip_denoiser(
    engines: EngineSet,
    identity: Identity,
    windows: Sequence[Sequence[int]],
    noise: Floats,
    table: SolverTable,
    settings: Settings,
) -> Denoiser:
    """A denoiser that holds all windows and frames at a time."""
    frame_ids = tuple((frame_id,) for frame_id in range(len(noise)))
    plan = ClipPlan(tuple(map(tuple, windows)), frame_ids, len(table.timesteps))
    extent = Extent(len(windows), len(noise))
    resolved = resolved_settings(settings, engines.bundle.manifest)
    return Denoiser(engines, identity, plan, extent, table, resolved, GivenNoise(noise))
