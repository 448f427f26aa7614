"""Progress on a terminal: one bar a stage. Where stderr is no terminal it stays silent."""

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress

from mimo_runtime.wire.progress import Progress

STAGES = {
    "waiting": "waiting for the server",
    "boxes": "finding the person",
    "identity": "reading the character",
    "scene": "reading motion and scene",
    "denoise": "denoising",
    "frames": "finishing frames",
    "people": "server: finding people",
    "body": "server: bodies and masks",
    "fit": "server: fitting the body",
    "draw": "server: drawing the motion",
    "layers": "server: scene, occluders",
    "write": "server: writing",
    "bytes": "fetching the result",
}


class ProgressBars:
    """Shows stages as they come; call it with each `Progress`."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._bars = RichProgress(
            TextColumn("{task.description:<26}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=console,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, int] = {}

    def __enter__(self) -> "ProgressBars":
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def next_part(self) -> None:
        """The stages begin anew; their bars are moved back when they do."""

    def __call__(self, progress: Progress) -> None:
        """Move the bar of a stage, adding it when it is new."""
        stage = progress.stage
        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(STAGES.get(stage, stage), total=progress.total)
        task = self._bars.tasks[self._tasks[stage]]
        self._bars.update(task.id, completed=progress.done, total=progress.total)
