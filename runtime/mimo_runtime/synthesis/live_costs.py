"""What the passes of a live stream take on this machine, measured before it is planned."""

import time
from collections.abc import Callable, Mapping

import numpy as np

from mimo_runtime.engines.engine import BoundPass
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.planning.latency import LiveCosts

_RUNS = 3


def measure_live(windows: Mapping[int, EngineSet], denoiser: str) -> LiveCosts:
    """The best of a few runs of each component, on empty tensors; engines by their window."""
    engines = next(iter(windows.values()))
    return LiveCosts(
        step_s={frames: _step_s(each, denoiser) for frames, each in windows.items()},
        frame_in_s=_run_s(engines, "condition", engines.bind("condition")),
        frame_out_s=_run_s(engines, "vae_decoder", engines.bind("vae_decoder")),
    )


def best_s(work: Callable[[], object]) -> float:
    """Seconds that `work` takes, the best of a few times."""
    times = []
    for _ in range(_RUNS):
        began_s = time.perf_counter()
        work()
        times.append(time.perf_counter() - began_s)
    return min(times)


def _step_s(engines: EngineSet, denoiser: str) -> float:
    bound = engines.bind(denoiser)
    mask = bound.buffers["frame_mask"]
    mask[...] = np.ones(mask.shape, bool)
    return _run_s(engines, denoiser, bound)


def _run_s(engines: EngineSet, name: str, bound: BoundPass) -> float:
    output = bound.buffers[engines.get(name).component.outputs[0].name]

    def run() -> None:
        bound.run()
        np.asarray(output)  # waits for a device that runs behind

    run()
    return best_s(run)
