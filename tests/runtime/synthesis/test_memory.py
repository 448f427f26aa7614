"""What a job will take is known before it is begun."""

import tracemalloc
from pathlib import Path

import numpy as np
import psutil
import pytest

from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.engine import empty_buffer
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.engines.onnxruntime_backend import OrtBackend
from mimo_runtime.errors import ResourceError
from mimo_runtime.planning.solver import SolverConfig, ddim_table
from mimo_runtime.planning.windows import closed_windows
from mimo_runtime.synthesis.denoise import Denoiser
from mimo_runtime.synthesis.memory import check_memory, job_bytes
from mimo_runtime.wire.settings import Settings


@pytest.mark.parametrize("guidance", [1.0, 3.5])
@pytest.mark.parametrize("places", [5, 40])
def test_the_figure_is_what_the_buffers_take(
    small_bundle: Path, places: int, guidance: float
) -> None:
    bundle, settings = Bundle.open(small_bundle), Settings(2, guidance)
    engines = EngineSet(OrtBackend(bundle, threads=1))
    for name in ("time_embedding", "denoiser", "denoiser_unguided"):
        engines.get(name)
    windows = closed_windows(places, bundle.manifest.frames, bundle.manifest.overlap_frames)
    table = ddim_table(SolverConfig.from_mapping(bundle.manifest.solver), 2)
    tracemalloc.start()
    before_bytes, _ = tracemalloc.get_traced_memory()
    identity = {s.name: empty_buffer(s) for s in bundle.component("identity").outputs}
    noise = np.zeros((places, 4, 16, 16), np.float32)
    denoiser = Denoiser(engines, identity, windows, noise, table, settings)
    del noise
    taken_bytes = tracemalloc.get_traced_memory()[0] - before_bytes
    tracemalloc.stop()
    assert denoiser.windows == len(windows)
    assert job_bytes(bundle, windows, settings) == pytest.approx(taken_bytes, rel=0.01)


def test_a_clip_that_is_too_long(small_bundle: Path) -> None:
    bundle, settings = Bundle.open(small_bundle), Settings()
    engines = EngineSet(OrtBackend(bundle, threads=1))
    one_window = job_bytes(bundle, [(0,)], settings)
    check_memory(engines, [(0,)], settings)
    too_many = (
        2 * psutil.virtual_memory().total // bundle.tensor("denoiser", "condition").size_bytes
    )
    windows = [(0,)] * too_many
    assert job_bytes(bundle, windows, settings) > one_window
    with pytest.raises(ResourceError) as raised:
        check_memory(engines, windows, settings)
    needed_gb = job_bytes(bundle, windows, settings) / 1e9
    assert f"needs {needed_gb:.2f} GB of memory and" in str(raised.value)
    assert "GB is free; shorten its time_crop" in str(raised.value)
