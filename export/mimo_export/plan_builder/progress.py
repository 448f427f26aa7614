"""Progress of a build on a terminal: one bar a component. Elsewhere it stays silent."""

from collections.abc import Callable
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

OnProgress = Callable[[str, str, int, int], None]  # component, stage, steps done, steps in all


class BuildBars:
    """Shows components as they come; call it with component, stage, steps done and steps."""

    def __init__(self, console: Console) -> None:
        self._bars = Progress(
            TextColumn("{task.fields[component]:<18}"),
            BarColumn(),
            TextColumn("{task.description:<10}"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> "BuildBars":
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def __call__(self, component: str, stage: str, done: int, total: int) -> None:
        """Move the bar of a component, adding it when it is new."""
        if component not in self._tasks:
            self._tasks[component] = self._bars.add_task(stage, component=component)
        task = self._tasks[component]
        self._bars.update(task, description=stage, completed=done, total=total)
