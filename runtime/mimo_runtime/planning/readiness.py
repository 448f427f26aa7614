"""Which passes can be begun before it is their turn: plain data about the windows of one plan."""

from collections.abc import Callable

from mimo_runtime.planning.schedule import ClipPlan, Pass, neighbours


class Readiness:
    """How far each window of a plan is, and whose next pass needs nothing that is not there.

    A pass reads the latents of its frames, which have to have made every step before, and the
    condition maps of all of them. What else is done at its own step does not touch them.

    `device_of` says which of so many `devices` makes the passes of a window.
    """

    def __init__(
        self, plan: ClipPlan, devices: int = 1, device_of: Callable[[int], int] = lambda _window: 0
    ) -> None:
        self._plan, self._devices, self._device_of = plan, devices, device_of
        before, after = neighbours(plan.windows)
        self._others = [[*earlier, *later] for earlier, later in zip(before, after, strict=True)]
        self._missing = [len(frame_ids) for frame_ids in plan.windows]
        self._steps = [0] * len(plan.windows)
        self._open: set[int] = set()  # all maps are there, and not all passes are done
        self._begun: set[int] = set()

    def entered(self, window: int) -> None:
        """A frame of a window has its condition map."""
        self._missing[window] -= 1
        if not self._missing[window] and self._plan.steps_of(window):
            self._open.add(window)

    def to_begin(self, turn: Pass) -> list[Pass]:
        """The passes to begin now: that whose `turn` it is, unless it was, and one for each device
        that has nothing to do.
        """
        chosen = [] if turn.window in self._begun else [turn]
        self._begun.add(turn.window)
        busy = {self._device_of(window) for window in self._begun}
        if len(busy) == self._devices:
            return chosen
        for step, window in sorted((self._steps[each], each) for each in self._open - self._begun):
            if self._device_of(window) not in busy and self._is_ready(step, window):
                busy.add(self._device_of(window))
                chosen.append(Pass(step, window))
        self._begun.update(each.window for each in chosen)
        return chosen

    def finished(self, done: Pass) -> None:
        """A pass that was begun is done, and its prediction added."""
        step, window = done.step, done.window
        self._begun.discard(window)
        self._steps[window] = step + 1
        if self._steps[window] == self._plan.steps_of(window):
            self._open.discard(window)

    def _is_ready(self, step: int, window: int) -> bool:
        others = self._others[window]
        return all(self._steps[each] >= min(step, self._plan.steps_of(each)) for each in others)
