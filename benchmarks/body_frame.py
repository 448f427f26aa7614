"""One motion frame: a posture of the shipped body, skinned and drawn, on one core.

    python -m benchmarks.body_frame                    256, 512 and 1024 px, some seconds

Frames are those of a walk seen from the side, close enough to fill the height. What is timed is
everything from a posture to colours, surface coordinates, normals, depth and mask, with the
default 2x2 samples a pixel. Compilation happens before and is not counted.
"""

import json
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

import click
import numba
import numpy as np

from benchmarks.command_line import command_line
from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera, orbit
from mimo_runtime.body.render import render_pose
from mimo_runtime.body.shipped import load_body
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.procedural import walk

RESULTS = Path(__file__).parent / "results" / "body_frame.json"
SIZES_PX = (256, 512, 1024)


@dataclass(frozen=True, slots=True)
class Measured:
    """Medians over the frames; `cpu_ms` is processor time, `covered` the body's share of pixels."""

    size_px: int
    frames: int
    elapsed_ms: float
    cpu_ms: float
    covered: float


def measure(body: Body, motion: Motion, size_px: int) -> Measured:
    """Draw every frame of `motion` at `size_px` after one that is not counted."""
    render_pose(body, motion.pose(0), _camera(motion, 0, size_px))
    times, covered = [], []
    for index in range(motion.frame_count):
        pose, camera = motion.pose(index), _camera(motion, index, size_px)
        elapsed, processor = time.perf_counter(), time.process_time()
        view = render_pose(body, pose, camera)
        times.append((time.perf_counter() - elapsed, time.process_time() - processor))
        covered.append(view.mask.mean())
    elapsed_ms, cpu_ms = np.median(times, axis=0) * 1e3
    return Measured(
        size_px, motion.frame_count, float(elapsed_ms), float(cpu_ms), float(np.mean(covered))
    )


def _camera(motion: Motion, index: int, size_px: int) -> Camera:
    target = [motion.root_m[index, 0], 0.85, motion.root_m[index, 2]]
    return orbit(target, 60, 1.0, 3.0, (size_px, size_px), 1.5 * size_px)


def table(rows: Sequence[Measured]) -> str:
    """The results as Markdown."""
    lines = ["| size px | ms a frame | CPU ms a frame | covered |", "|---|---|---|---|"]
    lines += [
        f"| {r.size_px} | {r.elapsed_ms:.1f} | **{r.cpu_ms:.1f}** | {r.covered:.0%} |" for r in rows
    ]
    return "\n".join(lines)


def write_results(path: Path, rows: Sequence[Measured]) -> None:
    """Results with what they depend on, as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    facts = {
        "command": command_line("body_frame"),
        "date": time.strftime("%Y-%m-%d"),
        "machine": platform.machine(),
        "threads": 1,
        "numba": numba.__version__,
        "results": [asdict(row) for row in rows],
    }
    path.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


@click.command()
@click.option("--frames", type=click.IntRange(1), default=60, show_default=True)
@click.option("--json", "path", type=click.Path(path_type=Path), default=RESULTS)
def main(frames: int, path: Path) -> None:
    """Time the drawing of motion frames on one core and print a table."""
    body = load_body()
    motion = walk(body.skeleton, frames, Fraction(30))
    rows = [measure(body, motion, size_px) for size_px in SIZES_PX]
    write_results(path, rows)
    click.echo(table(rows))
    click.echo(f"\nwritten to {path}")


if __name__ == "__main__":
    main()
