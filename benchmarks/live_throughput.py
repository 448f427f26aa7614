"""Live streams of the model that ships on a server of this machine: 1, 2 and 4, by latency.

    python -m benchmarks.live_throughput             writes results/live_throughput.json

Starts `mimo serve` and plays postures of a motion file to it by the clock, as `mimo bench
throughput` does; the character is known to the server from a stream before. Run it where nothing
else runs: client, server and engine share the processors.
"""

import json
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import click
import psutil

from benchmarks.command_line import command_line
from mimo_runtime import sample
from mimo_runtime.bench.live_load import LiveLoad, run_load
from mimo_runtime.bench.throughput import ThroughputRow, row_values, run_throughput
from mimo_runtime.body.camera import orbit
from mimo_runtime.body.shipped import load_body
from mimo_runtime.client.live_pictures import LivePictures
from mimo_runtime.motions.exercises import kick
from mimo_runtime.motions.pose_frames import camera_numbers, pose_frames
from mimo_runtime.wire.live import LiveSettings

SIZE_PX = (288, 288)
MOST_INTERVAL = 1.5  # periods of the rate, at p99
RESULT = Path(__file__).parent / "results" / "live_throughput.json"
_COMMAND = "from mimo_runtime.cli import main; main()"
_WARM_S, _CREDITS, _POSTURES = 2.0, 8, 150


@contextmanager
def serving() -> Iterator[str]:
    """A server of the bundle that ships, by its address; it ends with the block."""
    arguments = ["-q", "serve", "--bundle", str(sample.BUNDLE), "--listen", "localhost:0"]
    command = [sys.executable, "-c", _COMMAND, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield next(address_in(line) for line in process.stdout if line.startswith("Serving"))
        finally:
            process.terminate()


def address_in(line: str) -> str:
    """HOST:PORT of what a server says when it serves."""
    return next(word.rstrip(".,;") for word in line.split() if word.startswith("localhost:"))


def load_of(address: str, rate_fps: Fraction, seconds: float) -> LiveLoad:
    """One stream of a kick, seen from the side."""
    camera = orbit((0, 0.9, 0), 25, 1.0, 3.2, SIZE_PX, float(SIZE_PX[0]))
    frames = tuple(pose_frames(kick(load_body().skeleton, _POSTURES, rate_fps)))
    settings = LiveSettings(rate_fps, camera_numbers(camera))
    pictures = LivePictures(sample.CHARACTER, sample.CHARACTER)
    return LiveLoad(address, pictures, settings, frames, 1, seconds, _CREDITS)


def rows(load: LiveLoad, counts: tuple[int, ...], latencies_ms: tuple[int, ...]) -> Iterator[Any]:
    """A row for each latency, 0 for none that is asked for, and number of streams."""
    run_load(replace(load, seconds=_WARM_S), lambda _: None)

    def say(row: ThroughputRow) -> None:
        click.echo(json.dumps(row_values(row)))

    for latency_ms in latencies_ms:
        asked = replace(load.settings, latency_s=latency_ms / 1000 or None)
        for row in run_throughput(replace(load, settings=asked), counts, say):
            yield {"asked_ms": latency_ms or None} | row_values(row)


@click.command()
@click.option("--fps", default=5, show_default=True, help="Postures a second.")
@click.option("--seconds", default=40.0, show_default=True, help="Of each row.")
@click.option("--streams", type=int, multiple=True, default=(1, 2, 4), show_default=True)
@click.option("--latency-ms", type=int, multiple=True, default=(0, 400, 1200, 2400),
              show_default=True, help="0: none is asked for.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path), default=RESULT)
def main(
    fps: int, seconds: float, streams: tuple[int, ...], latency_ms: tuple[int, ...], output: Path
) -> None:
    """Measure how many live streams this machine bears."""
    with serving() as address:
        found = list(rows(load_of(address, Fraction(fps), seconds), streams, latency_ms))
    values = {
        "date": datetime.now(UTC).date().isoformat(),
        "command": command_line("live_throughput"),
        "cores": psutil.cpu_count(),
        "machine": platform.machine(),
        "rate_fps": fps,
        "size_px": SIZE_PX,
        "credits": _CREDITS,
        "most_interval_periods": MOST_INTERVAL,
        "rows": found,
    }
    output.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
