"""The tasks of a shot on Ray: an actor for each device, which keeps the bundle loaded.

A task goes to one actor at a time. Where an actor or its node is lost, Ray starts the actor anew
when there is room, and the task goes to whoever is free: it is idempotent, so that being begun
twice does no harm.
"""

import contextlib
import io
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from mimo_runtime.errors import ServerUnreachableError
from mimo_runtime.farm.node import Task
from mimo_runtime.farm.steps import ShotTask
from mimo_runtime.farm.task_queue import TaskQueue
from mimo_runtime.synthesis.cancellation import CancellationToken


@dataclass(frozen=True, slots=True)
class RayCluster:
    """Where actors run: a Ray cluster's `address`, None for this machine alone, and on how many
    `devices`; None for all GPUs, or a CPU actor for each node. `variables` are what they find in
    their environment besides.
    """

    address: str | None = None
    devices: int | None = None
    variables: Mapping[str, str] = field(default_factory=dict)


class Worker:
    """One actor: does commands with the bundle kept between them."""

    def __init__(self, make_task: Callable[[], Task], variables: Mapping[str, str]) -> None:
        os.environ.update(variables)
        self._task = make_task()

    def do(self, arguments: Sequence[str]) -> tuple[int, str, str]:
        """The exit code of a command, and what it wrote to stdout and stderr."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = self._task(arguments, CancellationToken())
        return code, out.getvalue(), err.getvalue()

    def is_ready(self) -> bool:
        """True, once the actor can be asked."""
        return True


def do_on_ray(
    tasks: Sequence[ShotTask],
    command: Callable[[ShotTask], Sequence[str]],
    make_task: Callable[[], Task],
    cluster: RayCluster,
    tell: Callable[[str], None],
) -> None:
    """Have all `tasks` done, each behind the steps that it depends on.

    Args:
        command: the arguments with which one is done.
        make_task: makes what does a command, in the actor; a function of a module.
        tell: hears what is done, line by line.

    Raises:
        ServerUnreachableError: there is no such cluster.
        MimoError: a task cannot be done, or has failed too often.
    """
    import ray

    queue = TaskQueue(tasks)
    with _connected(cluster):
        idle: list[Any] = []
        pending: dict[Any, tuple[Any, ShotTask | None]] = {
            _ready(actor): (actor, None) for actor in _actors(make_task, cluster, len(tasks))
        }
        while not queue.is_complete:
            while idle and (task := queue.take()) is not None:
                actor = idle.pop()
                pending[actor.do.remote(command(task))] = actor, task
            (finished,), _ = ray.wait(list(pending), num_returns=1)
            actor, task = pending.pop(finished)
            try:
                answer = ray.get(finished)
            except ray.exceptions.RayError as error:
                if task is not None:
                    tell(f"{task.name}: the worker was lost; another begins it anew.")
                    queue.lost(task, f"The worker was lost ({type(error).__name__}).")
                pending[_ready(actor)] = actor, None
                continue
            idle.append(actor)
            if task is not None:
                code, out, err = answer
                if out.strip():
                    tell(out.rstrip())
                queue.ended(task, code, err)


def _ready(actor: Any) -> Any:
    """What is there once an actor can be asked, be it begun anew meanwhile."""
    return actor.is_ready.options(max_task_retries=-1).remote()


@contextmanager
def _connected(cluster: RayCluster) -> Iterator[None]:
    import ray

    here = {} if cluster.address else {"include_dashboard": False, "num_cpus": cluster.devices}
    try:
        ray.init(address=cluster.address or "local", log_to_driver=False, logging_level=40, **here)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise ServerUnreachableError(
            f"No Ray cluster can be used at {cluster.address or 'this machine'}: {error}; start "
            "one, or give another address."
        ) from None
    try:
        yield
    finally:
        ray.shutdown()


def _actors(make_task: Callable[[], Task], cluster: RayCluster, most: int) -> list[Any]:
    """An actor for each device, at `most` so many; Ray finds them a place."""
    import ray

    gpus = int(ray.cluster_resources().get("GPU", 0))
    devices = cluster.devices or gpus or sum(node["Alive"] for node in ray.nodes())
    kind = ray.remote(max_restarts=-1, num_cpus=1, num_gpus=1 if gpus else 0)(Worker)
    variables = dict(cluster.variables)
    return [kind.remote(make_task, variables) for _ in range(min(devices, most))]
