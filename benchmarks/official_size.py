"""What the official size costs at each step: time, memory and disk, with random weights.

    python -m benchmarks.official_size FOLDER             everything, in FOLDER; 60 GB of disk
    python -m benchmarks.official_size FOLDER --only pass --shape 512x512x2

Steps that were measured before are kept in the result file, and their folders are used again.
"""

import json
import os
import platform
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from benchmarks.process_memory import run_sampled
from mimo_runtime.bundle import Bundle, Shape, shape_from
from mimo_runtime.engines.cpu_footprint import onnxruntime_footprint, torch_footprint
from mimo_runtime.engines.footprint import job_peak_bytes
from mimo_runtime.sample import CHARACTER, TEMPLATE

RESULTS = Path(__file__).parent / "results" / "official_size.json"
SHAPES = ("512x512x24", "784x784x24")
_MIMO = (sys.executable, "-c", "from mimo_runtime.cli import main; main()")
_FOOTPRINTS = {"onnxruntime": onnxruntime_footprint, "torch": torch_footprint}
Step = tuple[str, list[str], int | None]


def steps(folder: Path, shape: Shape, engines: tuple[str, ...]) -> Iterator[tuple[str, Step]]:
    """Name, title, command and the memory that the program foresees, in the order of work."""
    checkpoint, bundle = folder / "checkpoint", folder / f"bundle-{shape}"
    size = f"{shape.width_px}x{shape.height_px}"
    yield (
        "checkpoint",
        (
            "write the checkpoint",
            [
                sys.executable,
                "-m",
                "mimo_networks.random_checkpoint",
                "--official",
                str(checkpoint),
            ],
            None,
        ),
    )
    yield "export", (
        f"mimo export, {shape}",
        [*_MIMO, "export", str(checkpoint), "-o", str(bundle), "--size", size,
         "--frames", str(shape.frames)],
        None,
    )  # fmt: skip
    yield "inspect", (f"mimo inspect --verify, {shape}",
                      [*_MIMO, "inspect", "--verify", str(bundle)], None)  # fmt: skip
    yield "again", (f"mimo inspect, {shape}", [*_MIMO, "inspect", str(bundle)], None)
    build = [*_MIMO, "build", str(bundle), "--engine", "tensorrt-rtx", "--gpu", "sm_89",
             "--no-measure"]  # fmt: skip
    yield "build", (f"mimo build, RTX without a GPU, {shape}", build, None)
    yield "rebuild", (f"mimo build once more, {shape}", build, None)
    for engine in engines:
        yield (
            "pass",
            (
                f"one guided pass, {engine}, {shape}",
                [sys.executable, "-m", "benchmarks.one_pass", str(bundle), "denoiser", engine],
                _foreseen(bundle, engine, whole=False),
            ),
        )
        yield "render", (
            f"mimo render, 1 frame, 1 step, {engine}, {shape}",
            [*_MIMO, "render", "--bundle", str(bundle), "--engine", engine, "--steps", "1",
             "--character", str(CHARACTER), "--template", str(_one_frame(folder)),
             "-o", str(folder / f"frames-{engine}")],
            _foreseen(bundle, engine, whole=True),
        )  # fmt: skip


def _foreseen(bundle: Path, engine: str, whole: bool) -> int | None:
    if not bundle.exists():
        return None
    opened = Bundle.open(bundle)
    weights, footprint = opened.manifest.weights, _FOOTPRINTS[engine]
    if whole:
        return job_peak_bytes(lambda name: footprint(opened.component(name), weights), "denoiser")
    alone = footprint(opened.component("denoiser"), weights)
    return alone.resident_bytes + alone.working_bytes


def _one_frame(folder: Path) -> Path:
    """The shipped template, cut to its first frame."""
    target = folder / "template"
    if not target.exists():
        shutil.copytree(TEMPLATE, target)
        path = target / "config.json"
        values = json.loads(path.read_text())
        path.write_text(json.dumps(values | {"time_crop": {"start_idx": 0, "end_idx": 1}}))
    return target


def measure(step: Step, logs: Path) -> dict[str, Any]:
    """Run a step and tell what it took."""
    title, command, foreseen_bytes = step
    click.echo(title, err=True)
    taken = run_sampled(command, logs / f"{title.replace(' ', '-').replace('/', '-')}.log")
    facts = asdict(taken) | {"title": title, "foreseen_bytes": foreseen_bytes}
    click.echo(f"  {taken}", err=True)
    return facts


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--shape", "shapes", multiple=True, default=SHAPES, show_default=True)
@click.option("--only", multiple=True, help="Name of a step, such as export; default: all.")
@click.option("--engine", "engines", multiple=True, default=tuple(_FOOTPRINTS))
@click.option("--json", "path", type=click.Path(path_type=Path), default=RESULTS)
def main(
    folder: Path,
    shapes: tuple[str, ...],
    only: tuple[str, ...],
    engines: tuple[str, ...],
    path: Path,
) -> None:
    """Measure the official size in FOLDER."""
    folder.mkdir(parents=True, exist_ok=True)
    kept: dict[str, Any] = json.loads(path.read_text())["steps"] if path.exists() else {}
    for text in shapes:
        shape = shape_from(text)
        assert shape is not None
        for name, step in steps(folder, shape, engines):
            if (only and name not in only) or (
                not only and name == "checkpoint" and step[0] in kept
            ):
                continue
            kept[step[0]] = measure(step, folder)
            _write(path, kept)
    click.echo(f"written to {path}")


def _write(path: Path, kept: dict[str, Any]) -> None:
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
