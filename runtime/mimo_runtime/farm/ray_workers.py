"""Segments of a shot on Ray: an actor for each device, which keeps the bundle loaded.

A segment goes to one actor at a time. Where an actor or its node is lost, Ray starts the actor anew
when there is room, and the segment goes to whoever is free: it is idempotent, so that being begun
twice does no harm.
"""

import contextlib
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mimo_runtime.errors import ServerUnreachableError
from mimo_runtime.farm.node import Task
from mimo_runtime.farm.segment_queue import SegmentQueue
from mimo_runtime.synthesis.cancellation import CancellationToken


@dataclass(frozen=True, slots=True)
class RayCluster:
    """Where actors run: a Ray cluster's `address`, None for this machine alone, and on how many
    `devices`; None for all GPUs, or a CPU actor for each node.
    """

    address: str | None = None
    devices: int | None = None


class Worker:
    """One actor: does commands with the bundle kept between them."""

    def __init__(self, make_task: Callable[[], Task]) -> None:
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


def render_on_ray(
    segments: Sequence[str],
    command: Callable[[str], Sequence[str]],
    make_task: Callable[[], Task],
    cluster: RayCluster,
    tell: Callable[[str], None],
) -> None:
    """Have all `segments` rendered, each as "FIRST-LAST".

    Args:
        command: the arguments of the command that renders one.
        make_task: makes what does a command, in the actor; a function of a module.
        tell: hears what is done, line by line.

    Raises:
        ServerUnreachableError: there is no such cluster.
        MimoError: a segment cannot be rendered, or has failed too often.
    """
    import ray

    queue = SegmentQueue(segments)
    with _connected(cluster):
        idle: list[Any] = []
        pending = {_ready(actor): (actor, "") for actor in _actors(make_task, cluster, segments)}
        while not queue.is_complete:
            while idle and (segment := queue.take()) is not None:
                actor = idle.pop()
                pending[actor.do.remote(command(segment))] = actor, segment
            (finished,), _ = ray.wait(list(pending), num_returns=1)
            actor, segment = pending.pop(finished)
            try:
                answer = ray.get(finished)
            except ray.exceptions.RayError as error:
                if segment:
                    tell(f"Frames {segment}: the worker was lost; they are rendered anew.")
                    queue.lost(segment, f"The worker was lost ({type(error).__name__}).")
                pending[_ready(actor)] = actor, ""
                continue
            idle.append(actor)
            if segment:
                code, out, err = answer
                tell(out.rstrip())
                queue.ended(segment, code, err)


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


def _actors(
    make_task: Callable[[], Task], cluster: RayCluster, segments: Sequence[str]
) -> list[Any]:
    """An actor for each device, no more than there are segments; Ray finds them a place."""
    import ray

    gpus = int(ray.cluster_resources().get("GPU", 0))
    devices = cluster.devices or gpus or sum(node["Alive"] for node in ray.nodes())
    kind = ray.remote(max_restarts=-1, num_cpus=1, num_gpus=1 if gpus else 0)(Worker)
    return [kind.remote(make_task) for _ in range(min(devices, len(segments)))]
