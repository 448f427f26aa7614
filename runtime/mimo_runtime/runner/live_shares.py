"""How much of an engine's time its live streams take, and whether one more can be let in."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mimo_runtime.errors import CancelledError
from mimo_runtime.planning.costs import EngineSpeed, LiveCosts
from mimo_runtime.planning.latency import plan_latency, promise_of
from mimo_runtime.planning.latency_plans import LatencyPlan, LatencyTarget
from mimo_runtime.planning.live_schedule import LiveWork
from mimo_runtime.planning.promises import Promise, busy_of


class LiveShares:
    """What was measured, once for each denoiser, how the engine does since, and what is promised.

    From any thread.
    """

    def __init__(self, measure: Callable[[str], LiveCosts]) -> None:
        self._measure = measure
        self._planning = threading.Lock()  # one plan after the other: each leaves less
        self._lock = threading.Lock()  # never for long: the engine's loop waits for it
        self._costs: dict[str, LiveCosts] = {}
        self._speed = EngineSpeed()
        self._promises: dict[LiveShare, Promise] = {}

    @property
    def busy(self) -> float:
        """The share of the engine's time that is promised."""
        with self._lock:
            return busy_of(list(self._promises.values()))

    def costs(self, denoiser: str) -> LiveCosts:
        """What the passes of a denoiser took when it was first asked for."""
        with self._planning:
            if denoiser not in self._costs:
                self._costs[denoiser] = self._measure(denoiser)
            return self._costs[denoiser]

    def measured(self, foreseen_s: float, took_s: float) -> None:
        """Hear of a piece of work that was done."""
        with self._lock:
            self._speed = self._speed.after(foreseen_s, took_s)

    def plan(self, share: "LiveShare", target: LatencyTarget, costs: LiveCosts) -> LatencyPlan:
        """Plan what a share is to take, beside all others, and promise that.

        Raises:
            MimoError: as in `plan_latency`; the share is as it was.
            CancelledError: its stream has ended.
        """
        with self._planning:
            with self._lock:
                present = costs.scaled(self._speed.slowness)
                others = [promise for each, promise in self._promises.items() if each is not share]
            plan = plan_latency(target, present, others)
            with self._lock:
                if share.is_released:
                    raise CancelledError("The stream has ended meanwhile; open another one.")
                self._promises[share] = promise_of(plan, target, present)
        return plan

    def promise(self, share: "LiveShare") -> Promise | None:
        """What a share takes; None for nothing."""
        with self._lock:
            return self._promises.get(share)

    def restore(self, share: "LiveShare", promise: Promise | None) -> None:
        """Have a share take what it took before."""
        with self._lock:
            if promise is None or share.is_released:
                self._promises.pop(share, None)
            else:
                self._promises[share] = promise

    def release(self, share: "LiveShare") -> None:
        """Have a share take nothing any more, whatever is still planned for it."""
        with self._lock:
            share.is_released = True
            self._promises.pop(share, None)


class LiveShare:
    """What one stream takes of an engine: nothing before `plan`, and nothing after `release`."""

    def __init__(self, shares: LiveShares) -> None:
        self.is_released = False
        self._shares = shares
        self._costs: LiveCosts | None = None

    def costs(self, denoiser: str) -> LiveCosts:
        """See `LiveShares`."""
        return self._shares.costs(denoiser)

    def plan(self, target: LatencyTarget, costs: LiveCosts) -> LatencyPlan:
        """Take what the best plan takes, instead of what was taken; `costs` as they were measured.

        Raises:
            MimoError: as in `plan_latency`; nothing is changed.
        """
        plan = self._shares.plan(self, target, costs)
        self._costs = costs
        return plan

    def measured(self, work: LiveWork, window_frames: int, took_s: float) -> None:
        """Hear how long a piece of work took; others are planned by that."""
        foreseen_s = 0.0 if self._costs is None else self._costs.work_s(work, window_frames)
        if foreseen_s:
            self._shares.measured(foreseen_s, took_s)

    @contextmanager
    def unless_it_fails(self) -> Iterator[None]:
        """Whatever the block plans; where it fails, what was taken before."""
        before, costs = self._shares.promise(self), self._costs
        try:
            yield
        except BaseException:
            self._shares.restore(self, before)
            self._costs = costs
            raise

    def release(self) -> None:
        """Take nothing any more."""
        self._shares.release(self)
