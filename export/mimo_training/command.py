"""`mimo train`, announced to the command line as an entry point."""

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from mimo_runtime.errors import UnsupportedError

_NEEDED = ("torch", "safetensors")
_STAGES = ("silhouette", "colour", "latents")


@click.group()
def train() -> None:
    """Train a model of ours from nothing but what is in the program."""


@train.command(
    epilog="\b\nExamples:\n"
    "  mimo train tiny -o tiny --minutes 360\n"
    "  mimo train tiny -o tiny --minutes 720        goes on where the first one stopped\n"
    "  mimo train tiny -o more --begin tiny/weights --stage colour --stage latents\n"
    "  mimo export tiny/weights -o bundles/tiny"
)
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("mimo-tiny"),
    show_default=True,
    help="Folder of everything that the run needs and makes.",
)
@click.option(
    "--minutes",
    type=click.FloatRange(0.1),
    default=360.0,
    show_default=True,
    help="Processor time for the networks in all, earlier runs included.",
)
@click.option(
    "--people",
    type=click.IntRange(16),
    default=960,
    show_default=True,
    help="People to make up for training.",
)
@click.option(
    "--begin",
    "start",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Weights or a bundle of mimo-tiny to begin with, instead of fresh weights.",
)
@click.option(
    "--stage",
    "stages",
    multiple=True,
    type=click.Choice(_STAGES),
    help="Run this stage only; may be given more than once. All of them otherwise.",
)
@click.option("--device", type=click.Choice(("cpu", "cuda")), default="cpu", show_default=True)
@click.option(
    "--threads",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Threads of the networks; people are rendered in a process beside them.",
)
def tiny(threads: int, minutes: float, people: int, stages: tuple[str, ...], **others: Any) -> None:
    """mimo-tiny, the small model that ships: renders people, trains, and leaves weights.

    A run that was stopped goes on from its last checkpoint when the same command is given again.
    """
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise UnsupportedError(
            f"Training needs {', '.join(missing)}; install them with "
            "pip install 'mimo-runtime[export]'."
        )
    settings = others | {"shard_count": -(-people // 16), "stages": stages or _STAGES}
    _train(threads, minutes * 60, settings)


def _train(threads: int, seconds: float, settings: Mapping[str, Any]) -> None:
    import torch
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from mimo_training.recipe import Recipe
    from mimo_training.recipe import train as run

    if settings["device"] == "cuda" and not torch.cuda.is_available():
        raise UnsupportedError("No CUDA GPU can be used here; train with the device cpu.")
    torch.set_num_threads(threads)
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<14}"), BarColumn(), TextColumn("{task.fields[said]}"),
               TimeRemainingColumn(elapsed_when_finished=True))  # fmt: skip
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        task = bars.add_task("rendering", total=None, said="")

        def show_pool(done: int, total: int) -> None:
            bars.update(task, completed=done, total=total, said="first people")

        def show_step(stage: str, steps: int, done_s: float, figures: Mapping[str, float]) -> None:
            said = (
                f"step {steps}, IoU {figures.get('iou', 0):.3f}, {figures.get('body_db', 0):.1f} dB"
            )
            bars.update(task, description=stage, completed=done_s, total=seconds, said=said)

        weights = run(Recipe(seconds=seconds, **settings), show_step, show_pool)
    click.echo(f"{weights}: the finished weights; make a bundle of them with 'mimo export'.")
