"""Renders the pool in a process of its own, while the networks are trained on what is there."""

import multiprocessing
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final

from mimo_runtime.errors import ResourceError
from mimo_synthetic.people.pool import PoolSpec, shards, write_shard
from mimo_synthetic.people.postures import HELD_OUT

POOL: Final = PoolSpec()
HELD: Final = PoolSpec(clips=1, frames=12, motions=HELD_OUT)  # never trained on
_FIRST_HELD_SEED = 90_000
_FIRST_SHARDS = 4  # that training begins with
_LOOK_EVERY_S = 0.5


class PoolProcess:
    """While open, shards appear in `folder`: first `held` to judge by, then `count` to train on."""

    def __init__(self, folder: Path, count: int, held: int) -> None:
        self._folder, self._count = folder, count
        context = multiprocessing.get_context("spawn")
        self._process = context.Process(target=_render, args=(folder, count, held), daemon=True)

    def __enter__(self) -> "PoolProcess":
        self._folder.mkdir(parents=True, exist_ok=True)
        self._process.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.join()

    def wait_for_first(self, on_pool: Callable[[int, int], None]) -> None:
        """Return when there is something to train on and something to judge by.

        Raises ResourceError where the process ended before.
        """
        first = min(_FIRST_SHARDS, self._count)
        while (done := len(list(shards(self._folder, POOL)))) < first:
            on_pool(done, first)
            if not self._process.is_alive():
                raise ResourceError(
                    f"Rendering people into {self._folder} ended; make room on that disk and run "
                    "the same command again, which goes on."
                )
            time.sleep(_LOOK_EVERY_S)
        on_pool(first, first)


def _render(folder: Path, count: int, held: int) -> None:
    for seed in range(_FIRST_HELD_SEED, _FIRST_HELD_SEED + held):
        write_shard(folder, HELD, seed, lambda: None)
    for seed in range(count):
        write_shard(folder, POOL, seed, lambda: None)
