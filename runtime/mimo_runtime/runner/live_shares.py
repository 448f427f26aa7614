"""How much of an engine's time its live streams take, and whether one more can be let in."""

import threading
from collections.abc import Callable

from mimo_runtime.errors import BusyError
from mimo_runtime.planning.latency import MAX_BUSY, LiveCosts

Release = Callable[[], None]


class LiveShares:
    """What was measured, once for each denoiser, and what is promised. From any thread."""

    def __init__(self, measure: Callable[[str], LiveCosts]) -> None:
        self._measure = measure
        self._lock = threading.Lock()
        self._costs: dict[str, LiveCosts] = {}
        self._busy = 0.0

    def costs(self, denoiser: str) -> LiveCosts:
        """What the passes of a denoiser take, measured when it is first asked for."""
        with self._lock:
            if denoiser not in self._costs:
                self._costs[denoiser] = self._measure(denoiser)
            return self._costs[denoiser]

    def reserve(self, busy: float) -> Release:
        """Keep a share of the time, until what is returned is called.

        Raises:
            BusyError: the streams that run leave less.
        """
        with self._lock:
            if self._busy + busy > MAX_BUSY:
                raise BusyError(
                    f"Live streams take {self._busy:.0%} of the engine's time and this one would "
                    f"take {busy:.0%}, more than {MAX_BUSY:.0%} in all, so that frames would be "
                    "late. Try again when one has ended, or ask for a lower rate or a longer "
                    "latency."
                )
            self._busy += busy
        return self._release(busy)

    def _release(self, busy: float) -> Release:
        held = [busy]

        def release() -> None:
            with self._lock:
                self._busy -= held.pop() if held else 0.0

        return release
