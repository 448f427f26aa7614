"""What the passes of a live stream take on this machine, measured before it is planned."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from mimo_runtime.engines.engine import BoundPass
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.planning.costs import LiveCosts

_RUNS = 7
_PAUSE_S = 0.05  # before each: caches, threads and clocks are then as between two chunks
_ENOUGH_S = 2.0  # of runs; slow ones need no more to be known

Work = Callable[[], object]


def measure_live(windows: Mapping[int, EngineSet], denoiser: str) -> LiveCosts:
    """What components take on empty tensors, one after the other as for a frame.

    `windows` are engines by the frames of their window.
    """
    engines = next(iter(windows.values()))
    frame_in = _pass(engines, "condition")
    passes = {frames: _pass(each, denoiser) for frames, each in windows.items()}
    frame_out, scene = _pass(engines, "vae_decoder"), _pass(engines, "vae_encoder")
    works = [frame_in, *passes.values(), frame_out, scene]
    in_s, *passes_s, out_s, scene_s = usual_times_s(works)
    return LiveCosts(dict(zip(passes, passes_s, strict=True)), in_s, out_s, scene_s)


def usual_times_s(works: Sequence[Work], runs: int = _RUNS) -> list[float]:
    """Seconds that each of `works` takes where they follow each other: the median of `runs` times.

    The first time, which also loads what is needed, does not count.
    """
    for work in works:
        work()
    times: list[list[float]] = [[] for _ in works]
    began_s = time.perf_counter()
    while len(times[0]) < runs and (not times[0] or time.perf_counter() - began_s < _ENOUGH_S):
        time.sleep(_PAUSE_S)
        for taken, work in zip(times, works, strict=True):
            before_s = time.perf_counter()
            work()
            taken.append(time.perf_counter() - before_s)
    return list(map(statistics.median, times))


def _pass(engines: EngineSet, name: str) -> Work:
    """One pass of a component on empty tensors, all frames of its window in use."""
    bound: BoundPass = engines.bind(name)
    if (mask := bound.buffers.get("frame_mask")) is not None:
        mask[...] = np.ones(mask.shape, bool)
    output = bound.buffers[engines.get(name).component.outputs[0].name]

    def run() -> None:
        bound.run()
        np.asarray(output)  # waits for a device that runs behind

    return run
