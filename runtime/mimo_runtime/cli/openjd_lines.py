"""Progress and failure in the lines that sessions of Open Job Description read on stdout."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import click

from mimo_runtime.errors import MimoError
from mimo_runtime.wire.progress import Progress, Stage

RENDERING: Mapping[str, float] = {Stage.DENOISE: 0.8, Stage.FRAMES: 0.2}
"""What of the work is done once a stage is; the first frames of an official render come last."""


def openjd_option(command: Any) -> Any:
    """Whether those lines are written."""
    return click.option(
        "--openjd", is_flag=True,
        help="Write progress and failure in the lines that Open Job Description reads.",
    )(command)  # fmt: skip


@contextmanager
def telling_failure(openjd: bool) -> Iterator[None]:
    """An error of ours is told as one of those lines too, if `openjd`."""
    try:
        yield
    except MimoError as error:
        if openjd:
            click.echo(f"openjd_fail: {error}")
        raise


class OpenJdProgress:
    """Takes the place of progress bars; whole per cents of `parts` that are done in turn.

    Only `stages` count, by their weights.
    """

    def __init__(self, parts: int = 1, stages: Mapping[str, float] = RENDERING) -> None:
        self._parts = parts
        self._weights = stages
        self._done = dict.fromkeys(stages, 0.0)
        self._finished = 0
        self._told = -1

    def __enter__(self) -> "OpenJdProgress":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """There is nothing to end."""

    def next_part(self) -> None:
        """The next part begins."""
        self._finished += 1
        self._done = dict.fromkeys(self._done, 0.0)

    def __call__(self, progress: Progress) -> None:
        """Tell a per cent that is reached for the first time."""
        if progress.stage not in self._done or not progress.total:
            return
        self._done[progress.stage] = progress.done / progress.total
        part = sum(self._weights[stage] * share for stage, share in self._done.items())
        part /= sum(self._weights.values())
        per_cent = int(100 * (self._finished + part) / self._parts + 1e-9)
        if per_cent > self._told:
            self._told = per_cent
            click.echo(f"openjd_progress: {per_cent}")
