"""Time: how long a run takes on the device, and how long a section may take."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import torch

_MOST_RUNS = 200
_CACHE_TIMES = 5
_CACHE_BYTES = 60 << 20  # the largest L2 of a chip that this is for


@dataclass(frozen=True, slots=True)
class Pace:
    """How long one thing is timed: at least `least` runs, more while `seconds` are not over."""

    seconds: float
    least: int
    warm_ups: int = 2


class Deadline:
    """Seconds from now; `left_s` says how many remain."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left_s(self) -> float:
        """Seconds left, 0 when over."""
        return max(0.0, self._end - time.monotonic())

    @property
    def over(self) -> bool:
        """Whether nothing is left."""
        return self.left_s == 0.0

    def within(self, seconds: float) -> "Deadline":
        """A deadline of its own, no later than this one."""
        return Deadline(min(seconds, self.left_s))


def synchronize(device: torch.device) -> None:
    """Wait for all work."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def time_ms(runs: Sequence[Callable[[], object]], device: torch.device, pace: Pace) -> float:
    """Median milliseconds of a run; `runs` do the same on buffers that take turns.

    Timed by CUDA events, or by the host's clock on a CPU; warm-ups are not counted.
    """
    for number in range(pace.warm_ups):
        runs[number % len(runs)]()
    synchronize(device)
    end, times = time.monotonic() + pace.seconds, list[float]()
    while len(times) < pace.least or (time.monotonic() < end and len(times) < _MOST_RUNS):
        times.append(_once_ms(runs[len(times) % len(runs)], device))
    return median(times)


def _once_ms(run: Callable[[], object], device: torch.device) -> float:
    if device.type != "cuda":
        start = time.perf_counter()
        run()
        return 1e3 * (time.perf_counter() - start)
    first, last = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    first.record()
    run()
    last.record()
    last.synchronize()
    return float(first.elapsed_time(last))


def sets_for_cold_cache(bytes_per_run: float, device: torch.device) -> int:
    """How many sets of buffers must take turns so that none is still in the cache."""
    if device.type != "cuda":
        return 1
    return max(1, -(-_CACHE_TIMES * _CACHE_BYTES // max(1, int(bytes_per_run))))
