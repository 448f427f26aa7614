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
from mimo_runtime.planning.extent import Extent
from mimo_runtime.planning.solver import SolverConfig, ddim_table
from mimo_runtime.planning.windows import closed_windows
from mimo_runtime.synthesis.memory import check_memory, needed_bytes, stream_bytes
from mimo_runtime.synthesis.resolved import resolved_settings
from mimo_runtime.wire.settings import Settings
from tests.runtime.synthesis.denoisers import whole_clip_denoiser


@pytest.mark.parametrize("guidance", [1.0, 3.5])
@pytest.mark.parametrize("frames", [5, 40])
def test_the_figure_is_what_the_buffers_take(
    small_bundle: Path, frames: int, guidance: float
) -> None:
    bundle = Bundle.open(small_bundle)
    settings = Settings(2, guidance)
    resolved = resolved_settings(settings, bundle.manifest)
    engines = EngineSet(OrtBackend(bundle, threads=1))
    for name in ("time_embedding", "denoiser", "denoiser_unguided"):
        engines.get(name)
    windows = closed_windows(frames, bundle.manifest.frames, bundle.manifest.overlap_frames)
    table = ddim_table(SolverConfig.from_mapping(bundle.manifest.solver), 2)
    tracemalloc.start()
    before_bytes, _ = tracemalloc.get_traced_memory()
    identity = {s.name: empty_buffer(s) for s in bundle.component("identity").outputs}
    noise = np.broadcast_to(np.float32(0), (frames, 4, 16, 16))
    denoiser = whole_clip_denoiser(engines, identity, windows, noise, table, settings)

    taken_bytes = tracemalloc.get_traced_memory()[0] - before_bytes
    tracemalloc.stop()
    assert denoiser.latents.shape[0] == frames
    extent = Extent(len(windows), frames)
    assert stream_bytes(bundle, extent, resolved) == pytest.approx(taken_bytes, rel=0.02)


def test_a_clip_that_is_too_long(small_bundle: Path) -> None:
    bundle = Bundle.open(small_bundle)
    resolved = resolved_settings(Settings(), bundle.manifest)
    engines = EngineSet(OrtBackend(bundle, threads=1))
    one_window = stream_bytes(bundle, Extent(1, 1), resolved)
    check_memory(engines, Extent(1, 1), resolved)
    too_many = (
        2 * psutil.virtual_memory().total // bundle.tensor("denoiser", "condition").size_bytes
    )
    extent = Extent(too_many, 1)
    assert stream_bytes(bundle, extent, resolved) > one_window
    with pytest.raises(ResourceError) as raised:
        check_memory(engines, extent, resolved)
    needed_gb = needed_bytes(engines, extent, resolved) / 1e9
    assert f"needs {needed_gb:.2f} GB of memory and" in str(raised.value)
    assert "GB is free; shorten its time_crop" in str(raised.value)
