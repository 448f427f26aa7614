"""A bundle opened at a terminal: long verifications show a bar."""

import time
from pathlib import Path

from mimo_runtime.bundle.bundle import Bundle
from mimo_runtime.bundle.parts import Shape

_PATIENCE_S = 1.0


def open_at_terminal(folder: Path, shape: Shape | None = None, anew: bool = False) -> Bundle:
    """`Bundle.open`, with a bar on stderr where reading takes longer than a second."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    console = Console(stderr=True)
    bars = Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
    started_s = time.monotonic()

    def show(done_bytes: int, total_bytes: int) -> None:
        if not bars.tasks:
            if time.monotonic() - started_s < _PATIENCE_S:
                return
            bars.add_task(f"verifying {folder.name}")
            bars.start()
        bars.update(bars.tasks[0].id, completed=done_bytes, total=total_bytes)

    try:
        return Bundle.open(folder, shape, anew, show)
    finally:
        if bars.tasks:
            bars.stop()
