"""One denoiser step: the official computation in eager PyTorch beside ours on ONNX Runtime.

    python -m benchmarks.denoiser_step                 both sizes, about five minutes on two cores
    python -m benchmarks.denoiser_step --size small --threads 1

The runs of both are interleaved in one process, so that what else the machine does meets both.
"""

import json
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import numpy as np
import onnxruntime
import torch
from rich.progress import Progress

from benchmarks.command_line import command_line
from benchmarks.subjects import SIZES, Run, Subjects, subjects

RESULTS = Path(__file__).parent / "results" / "denoiser_step.json"


@dataclass(frozen=True, slots=True)
class Measured:
    """Medians over the runs; `ratio` is official over ours, above 1 is faster than official."""

    size: str
    runs: int
    official_ms: float
    ours_ms: float
    official_cpu_ms: float
    ours_cpu_ms: float
    largest_difference: float

    @property
    def ratio(self) -> float:
        """Of elapsed times."""
        return self.official_ms / self.ours_ms

    @property
    def cpu_ratio(self) -> float:
        """Of processor times, which other programs on the machine disturb less."""
        return self.official_cpu_ms / self.ours_cpu_ms


def measure(name: str, pair: Subjects, runs: int, progress: Progress | None = None) -> Measured:
    """Time both `runs` times in turn, after one run of each that is not counted."""
    difference = float(np.abs(pair.official() - pair.ours()).max())
    task = progress.add_task(name, total=runs) if progress else None
    official, ours = [], []
    for _ in range(runs):
        official.append(_timed_ms(pair.official))
        ours.append(_timed_ms(pair.ours))
        if progress and task is not None:
            progress.advance(task)
    (official_ms, official_cpu_ms), (ours_ms, ours_cpu_ms) = map(_medians, (official, ours))
    return Measured(name, runs, official_ms, ours_ms, official_cpu_ms, ours_cpu_ms, difference)


def _timed_ms(run: Run) -> tuple[float, float]:
    elapsed, processor = time.perf_counter(), time.process_time()
    run()
    return (time.perf_counter() - elapsed) * 1e3, (time.process_time() - processor) * 1e3


def _medians(times: Sequence[tuple[float, float]]) -> tuple[float, float]:
    elapsed, processor = np.median(times, axis=0)
    return float(elapsed), float(processor)


def table(rows: Sequence[Measured]) -> str:
    """The results as Markdown."""
    head = "| size | official ms | ours ms | ratio | CPU ratio | largest difference |"
    lines = [head, "|---|---|---|---|---|---|"]
    lines += [
        f"| {r.size} | {r.official_ms:.0f} | {r.ours_ms:.0f} | **{r.ratio:.2f}** | "
        f"{r.cpu_ratio:.2f} | {r.largest_difference:.1e} |"
        for r in rows
    ]
    return "\n".join(lines)


def write_results(path: Path, rows: Sequence[Measured], threads: int) -> None:
    """Results with what they depend on, as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    facts = {
        "command": command_line("denoiser_step"),
        "date": time.strftime("%Y-%m-%d"),
        "machine": platform.machine(),
        "threads": threads,
        "torch": torch.__version__,
        "onnxruntime": onnxruntime.__version__,
        "sizes": {row.size: asdict(SIZES[row.size]) for row in rows},
        "results": [asdict(row) | {"ratio": row.ratio, "cpu_ratio": row.cpu_ratio} for row in rows],
    }
    path.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


@click.command()
@click.option(
    "--size", "names", type=click.Choice(list(SIZES)), multiple=True, help="Default: all."
)
@click.option("--threads", type=click.IntRange(1), default=2, show_default=True)
@click.option("--runs", type=click.IntRange(1), default=7, show_default=True)
@click.option("--json", "path", type=click.Path(path_type=Path), default=RESULTS)
def main(names: tuple[str, ...], threads: int, runs: int, path: Path) -> None:
    """Time the official denoiser step and ours side by side and print the ratio."""
    rows = []
    with Progress(transient=True) as progress:
        for name in names or SIZES:
            with subjects(SIZES[name], threads) as pair:
                rows.append(measure(name, pair, runs, progress))
    write_results(path, rows, threads)
    click.echo(table(rows))
    click.echo(f"\nwritten to {path}")


if __name__ == "__main__":
    main()
