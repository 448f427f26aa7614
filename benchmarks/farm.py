"""One long shot by every way of a farm: are the frames the same, and what does each way cost?

    python -m benchmarks.farm                         600 frames, all ways that can run here
    python -m benchmarks.farm --frames 96 --way segments --way workers

`one` renders the shot in one segment, `segments` in segments one after the other, `workers` in two
processes at a time, `devices` in one segment whose windows two processes share out, `ray` on two
local Ray workers, `openjd` in a session of Open Job Description. Each frame of each way is compared
with that of `one` by its hash. `overlap` renders the segments with fewer windows beside their own
and says how far frames are off. `memory` is the peak of a worker at one segment, of the shot and of
one a quarter as long. The model is that of the tests: small, with random weights.
"""

import hashlib
import importlib.util
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import numpy as np

from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.mp4_sink import Mp4Sink
from mimo_runtime.media.picture import decode_png
from mimo_runtime.sample import CHARACTER, TEMPLATE
from mimo_runtime.templates.folder import open_template
from mimo_runtime.templates.writer import write_config

RESULTS = Path(__file__).parent / "results" / "farm.json"
SMALL_BUNDLE = Path(__file__).parents[1] / "tests" / "data" / "small-bundle"
WAYS = ("one", "segments", "workers", "devices", "ray", "openjd", "overlap", "memory")
COMMAND = "from mimo_runtime.cli import main; main()"
STEPS = 4
OVERLAPS = (0, 1)


@dataclass(frozen=True, slots=True)
class Cost:
    """What processes took together: the time of the slowest, CPU of all, memory of the largest."""

    wall_s: float
    cpu_s: float
    peak_mib: float


class Bench:
    """A shot of `frames` frames in `segments` segments, below `folder`."""

    def __init__(self, folder: Path, frames: int, segments: int) -> None:
        self._folder = folder
        self._frames = frames
        self._size = -(-frames // segments)
        self._template = folder / f"template-{frames}"
        stretch(self._template, frames)

    def shot(self, name: str) -> Path:
        """A shot file whose output is the folder `name`."""
        path = self._folder / f"{name}.yaml"
        path.write_text(
            f"shot: 1\nbundle: {SMALL_BUNDLE}\ncharacter: {CHARACTER}\n"
            f"template: {self._template}\nthreads: 1\nsegment_frames: {self._size}\n"
            f"output: {name}\nsettings: {{steps: {STEPS}, guidance: 1, mode: corrected}}\n"
        )
        return path

    def render(self, name: str, *ranges: str, options: Sequence[str] = ()) -> Cost:
        """Render frame ranges into the folder `name`, a process for each, all at a time."""
        shot = str(self.shot(name))
        return at_a_time(
            [["render", shot, "--frames", each, *options] for each in ranges or [self.whole]]
        )

    @property
    def whole(self) -> str:
        """All frames."""
        return f"1-{self._frames}"

    @property
    def cut(self) -> str:
        """All frames in segments."""
        return f"1-{self._frames}x{self._size}"

    @property
    def halves(self) -> tuple[str, str]:
        """The same for two workers."""
        middle = -(-self._frames // self._size // 2) * self._size
        return f"1-{middle}x{self._size}", f"{middle + 1}-{self._frames}x{self._size}"

    def hashes(self, name: str) -> list[str]:
        """Of every frame that lies in the folder `name`."""
        files = sorted((self._folder / name / "frames").iterdir())
        return [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]

    def off(self, name: str, other: str) -> dict[str, float | None]:
        """How far the frames of two folders are apart; no PSNR where they are equal."""
        worst, squares = 0, 0.0
        files = sorted((self._folder / other / "frames").iterdir())
        for path in files:
            pair = (
                decode_png(each.read_bytes())
                for each in (self._folder / name / "frames" / path.name, path)
            )
            first, second = (pixels.astype(int) for pixels in pair)
            worst = max(worst, int(np.abs(first - second).max()))
            squares += float(((first - second) ** 2).mean()) / len(files)
        psnr_db = round(10 * np.log10(255**2 / squares), 2) if squares else None
        return {"most_levels": worst, "psnr_db": psnr_db}


def stretch(target: Path, frames: int) -> None:
    """The shipped template, each of its frames repeated until there are as many."""
    template = open_template(TEMPLATE, MediaLimits())
    shown = [index * template.frame_count // frames for index in range(frames)]
    size_px = template.width_px, template.height_px
    target.mkdir()
    for name in template.streams:
        with Mp4Sink(target / f"{name}.mp4", *size_px, template.rate_fps) as sink:
            for index, pixels in enumerate(template.frames(name, shown)):
                sink.write(index, pixels)
    write_config(target, template.rate_fps, frames)


def at_a_time(commands: Sequence[Sequence[str]]) -> Cost:
    """Run commands at a time. Raises ClickException where one fails."""
    began_s = time.monotonic()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = [
        subprocess.Popen([sys.executable, "-c", COMMAND, "-q", *each], **quiet) for each in commands
    ]
    cpu_s, peak_mib = 0.0, 0.0
    for process, command in zip(running, commands, strict=True):
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise click.ClickException(f"'mimo {' '.join(command)}' ended with {status >> 8}.")
        cpu_s += used.ru_utime + used.ru_stime
        peak_mib = max(peak_mib, used.ru_maxrss / 1024)
    return Cost(round(time.monotonic() - began_s, 1), round(cpu_s, 1), round(peak_mib, 1))


def measure(way: str, bench: Bench, smaller: Bench) -> dict[str, Any] | None:
    """One way; None where it cannot run here."""
    if way == "overlap":
        return {str(each): _overlap(bench, each) for each in OVERLAPS}
    if way == "memory":
        costs = (each.render(f"memory-{id(each)}", "1-24") for each in (smaller, bench))
        return dict(zip(("quarter_peak_mib", "peak_mib"), (c.peak_mib for c in costs), strict=True))
    if way in ("ray", "openjd"):
        if way == "ray" and importlib.util.find_spec("ray") is None:
            return None
        devices = ["--devices", "2"] if way == "ray" else []
        submit = ["farm", "submit", str(bench.shot(way)), "--to", way, *devices]
        cost = at_a_time([submit])
    else:
        ranges = {"segments": (bench.cut,), "workers": bench.halves}.get(way, (bench.whole,))
        devices = ["--devices", "2"] if way == "devices" else []
        cost = bench.render(way, *ranges, options=devices)
    if way == "one":
        return {"wall_s": cost.wall_s, "cpu_s": cost.cpu_s}
    same = bench.hashes(way) == bench.hashes("one")
    own = {"wall_s": cost.wall_s, "same_as_one": same}
    return own if way in ("ray", "openjd") else own | {"cpu_s": cost.cpu_s}


def _overlap(bench: Bench, windows: int) -> dict[str, Any]:
    name = f"overlap-{windows}"
    cost = bench.render(name, bench.cut, options=["--overlap", str(windows)])
    return {"cpu_s": cost.cpu_s} | bench.off("one", name)


@click.command()
@click.option("--frames", type=click.IntRange(32), default=600, show_default=True)
@click.option("--segments", type=click.IntRange(2), default=4, show_default=True)
@click.option("--way", "ways", type=click.Choice(WAYS), multiple=True, default=WAYS)
def main(frames: int, segments: int, ways: Sequence[str]) -> None:
    """Render a shot by every way and write what was found beside the other results."""
    with TemporaryDirectory(prefix="mimo-farm-") as folder:
        bench = Bench(Path(folder), frames, segments)
        smaller = Bench(Path(folder), frames // 4, segments)
        found: dict[str, Any] = {}
        for way in dict.fromkeys(("one", *ways)):
            found[way] = measure(way, bench, smaller)
            click.echo(f"{way}: {json.dumps(found[way])}")
    facts = {"command": "python -m benchmarks.farm", "machine": platform.machine()}
    facts |= {
        "date": time.strftime("%Y-%m-%d"),
        "load": [round(each, 1) for each in os.getloadavg()],
    }
    facts |= {"frames": frames, "segments": segments, "steps": STEPS, "threads": 1}
    RESULTS.write_text(json.dumps({**facts, "ways": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
