"""Which task of a shot is next, and what becomes of one that ended: plain data, whoever works."""

from collections import Counter, deque
from collections.abc import Iterable
from typing import Final

from mimo_runtime.errors import (
    BundleError,
    InvalidRequestError,
    MediaError,
    PreemptedError,
    ResourceError,
    UnsupportedError,
)
from mimo_runtime.farm.steps import ShotTask

RETRIES: Final = 6
"""How often a task may fail, or its worker be lost, before the shot is given up."""
HOPELESS: Final = {
    kind.exit_code: kind
    for kind in (InvalidRequestError, MediaError, BundleError, UnsupportedError)
}
"""Exit codes after which no other machine does better."""


class TaskQueue:
    """Tasks of a shot that are waiting, at work or done.

    One is next when all of the steps are done that it comes after. What is lost goes to the front.
    """

    def __init__(self, tasks: Iterable[ShotTask]) -> None:
        self._waiting = deque(tasks)
        self._at_work: list[ShotTask] = []
        self._failures = Counter[ShotTask]()
        self.done = 0

    def take(self) -> ShotTask | None:
        """The next task; None where none can be done now."""
        open_steps = {task.step for task in (*self._waiting, *self._at_work)}
        for task in self._waiting:
            if open_steps.isdisjoint(task.after):
                self._waiting.remove(task)
                self._at_work.append(task)
                return task
        return None

    @property
    def is_complete(self) -> bool:
        """Whether all are done."""
        return not self._waiting and not self._at_work

    def ended(self, task: ShotTask, exit_code: int, said: str) -> None:
        """A worker ended with `task`; `said` is what it wrote of errors.

        Raises:
            MimoError: it cannot be done, or has failed too often; the sentence is its own.
        """
        self._at_work.remove(task)
        if exit_code == 0:
            self.done += 1
            return
        sentence = said.strip().rpartition("Error: ")[2] or f"It ended with {exit_code}."
        if (kind := HOPELESS.get(exit_code)) is not None:
            raise kind(f"{task.name} cannot be made: {sentence}")
        if exit_code != PreemptedError.exit_code:
            self._failed(task, sentence)
        self._waiting.appendleft(task)

    def lost(self, task: ShotTask, why: str) -> None:
        """Whoever was at `task` is gone. Raises MimoError where that was too often."""
        self._at_work.remove(task)
        self._failed(task, why)
        self._waiting.appendleft(task)

    def _failed(self, task: ShotTask, why: str) -> None:
        self._failures[task] += 1
        if self._failures[task] > RETRIES:
            raise ResourceError(
                f"{task.name} failed {RETRIES + 1} times, the last time so: {why} Mend that and "
                "submit the shot again; what is finished is kept."
            )
