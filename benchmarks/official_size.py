"""What the official size costs at each step: time, memory and disk, with random weights.

    python -m benchmarks.official_size FOLDER             everything, in FOLDER; 60 GB of disk
    python -m benchmarks.official_size FOLDER --only pass --shape 512x512x2
    python -m benchmarks.official_size FOLDER --only vae_decoder --again

Steps that were measured before are kept in the result file, and their folders are used again.
"""

import json
import os
import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from benchmarks.official_size_steps import Step, steps
from benchmarks.process_memory import run_sampled
from mimo_runtime.bundle import shape_from
from mimo_runtime.errors import MimoError

RESULTS = Path(__file__).parent / "results" / "official_size.json"
SHAPES = tuple(f"{px}x{px}x{frames}" for px in (512, 784) for frames in (24, 8, 2))
ENGINES = ("onnxruntime", "torch")
Kept = dict[str, dict[str, Any]]


def measure(step: Step, logs: Path) -> Mapping[str, Any]:
    """Run a step and tell what it took."""
    click.echo(step.title, err=True)
    log = logs / f"{step.title.replace(' ', '-').replace('/', '-')}.log"
    taken = run_sampled(step.command, log, step.until, step.since)
    click.echo(f"  {taken}", err=True)
    return asdict(taken)


def foreseen(step: Step) -> int | None:
    """What the program asks for before it begins the step; None where it asks nothing."""
    if step.foreseen_bytes is None:
        return None
    try:
        return step.foreseen_bytes()
    except MimoError as error:  # a bundle that is not exported yet
        click.echo(f"  {step.title}: {error}", err=True)
        return None


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--shape", "shapes", multiple=True, default=SHAPES, show_default=True)
@click.option(
    "--only",
    multiple=True,
    help="Kind of a step, such as export, or words of its title; default: all.",
)
@click.option("--engine", "engines", multiple=True, default=ENGINES, show_default=True)
@click.option("--again/--kept", help="Measure what was measured before, too.")
@click.option("--json", "path", type=click.Path(path_type=Path), default=RESULTS)
def main(
    folder: Path,
    shapes: tuple[str, ...],
    only: tuple[str, ...],
    engines: tuple[str, ...],
    again: bool,
    path: Path,
) -> None:
    """Measure the official size in FOLDER."""
    folder.mkdir(parents=True, exist_ok=True)
    kept: Kept = json.loads(path.read_text())["steps"] if path.exists() else {}
    wanted_shapes = [shape for text in shapes if (shape := shape_from(text)) is not None]
    every = list(steps(folder, wanted_shapes, engines))
    for step in every:
        wanted = not only or any(word == step.kind or word in step.title for word in only)
        if wanted and (again or step.title not in kept):
            kept[step.title] = {"kind": step.kind, **measure(step, folder)}
            _write(path, kept)
    for step in every:
        if step.title in kept:
            found = foreseen(step)  # None where the bundle is gone: what was foreseen stays
            kept[step.title]["foreseen_bytes"] = found or kept[step.title].get("foreseen_bytes")
    _write(path, in_order(kept, [step.title for step in every]))
    click.echo(f"written to {path}")


def in_order(kept: Kept, titles: Sequence[str]) -> Kept:
    """What was measured in the order of work; what this run does not know comes last."""
    known = {title: kept[title] for title in titles if title in kept}
    return known | kept


def _write(path: Path, kept: Kept) -> None:
    content = {
        "command": "python -m benchmarks.official_size FOLDER",
        "date": time.strftime("%Y-%m-%d"),
        "machine": platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "steps": kept,
    }
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
