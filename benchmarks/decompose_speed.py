"""What `mimo decompose` costs, stage by stage: from a video file to a template folder.

    python -m benchmarks.decompose_speed           60 frames at 512 px, three cameras, one minute

The clips are made up (`mimo_synthetic.ground_truth`: somebody walks, a thing stands in front).
Every core is used, as the command does by default; the first clip is decomposed twice and counted
the second time, when compiled code and files are at hand. The start of the program is not counted.
"""

import json
import os
import platform
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from benchmarks.command_line import command_line
from mimo_runtime.decomposition.decompose import DecomposeOptions, decompose
from mimo_synthetic.ground_truth.cameras import CAMERAS
from mimo_synthetic.ground_truth.clip import Clip
from mimo_synthetic.ground_truth.spec import ClipSpec

RESULTS = Path(__file__).parent / "results" / "decompose_speed.json"


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of each stage and of all for a clip of `frames` by a `camera`."""

    camera: str
    frames: int
    stages_s: dict[str, float]
    all_s: float

    @property
    def frames_per_s(self) -> float:
        """From the file to the template."""
        return self.frames / self.all_s


def measure(video: Path, target: Path, camera: str) -> Measured:
    """Decompose `video` into the new folder `target`."""
    began_s = time.perf_counter()
    report = decompose(video, target, DecomposeOptions(), lambda *_: None)
    all_s = time.perf_counter() - began_s
    assert report is not None, "the folder was empty"
    stages = report.facts["stages"]
    stages_s = {one["name"]: float(one["seconds"]) for one in stages}
    return Measured(camera, int(stages[0]["frames"]), stages_s, all_s)


def measure_all(size_px: int, frame_count: int) -> list[Measured]:
    """A clip by every camera."""
    measured = []
    with TemporaryDirectory() as name:
        folder = Path(name)
        for camera in CAMERAS:
            spec = ClipSpec("walk", camera, "standing", frame_count=frame_count, size_px=size_px)
            video = folder / f"{camera}.mp4"
            Clip(spec).write(video)
            if not measured:
                measure(video, folder / "warm", camera)
            measured.append(measure(video, folder / camera, camera))
            click.echo(f"{camera}: {measured[-1].frames_per_s:.2f} frames a second", err=True)
    return measured


@click.command()
@click.option("--size", "size_px", type=click.IntRange(64), default=512, show_default=True)
@click.option("--frames", type=click.IntRange(8), default=60, show_default=True)
@click.option("--json", "path", type=click.Path(path_type=Path), default=RESULTS)
def main(size_px: int, frames: int, path: Path) -> None:
    """Measure the decomposition of made-up videos."""
    measured = measure_all(size_px, frames)
    content = {
        "command": command_line("decompose_speed"),
        "date": time.strftime("%Y-%m-%d"),
        "machine": platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "size_px": size_px,
        "clips": [asdict(one) | {"frames_per_s": one.frames_per_s} for one in measured],
    }
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    click.echo(f"written to {path}")


if __name__ == "__main__":
    main()
