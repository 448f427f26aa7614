"""Whose job is next: callers take turns, and of one caller the higher priority goes first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job that waits; `number` rises with the time at which it was asked for."""

    number: int
    caller: str
    priority: int


def order_of_turns(waiting: Iterable[Waiting], last_turns: Mapping[str, int]) -> list[int]:
    """The numbers of the jobs that wait, in the order in which they begin if none is added.

    `last_turns` tells of callers when they had their last turn; one that is not in it goes first.
    A caller's urgent jobs overtake its own only, so that nobody shuts others out.
    """
    by_caller: dict[str, list[Waiting]] = {}
    for job in sorted(waiting, key=lambda each: (-each.priority, each.number)):
        by_caller.setdefault(job.caller, []).append(job)
    rounds = [
        (rank, last_turns.get(caller, 0), jobs[0].number, job.number)
        for caller, jobs in by_caller.items()
        for rank, job in enumerate(jobs)
    ]
    return [number for _, _, _, number in sorted(rounds)]
