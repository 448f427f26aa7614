"""What operators' oversight costs a live stream: CPU seconds a frame with all of it and without.

    python -m benchmarks.live_oversight -o benchmarks/results/live_oversight.json

Two servers of the small bundle that paints people, one as it comes and one with tokens, quotas, an
access log, metrics that are read once in 25 frames, an audit log, a mark for what is marked and a
state folder, serve the same stream in turn. Counted is the CPU time of the server's processes while
each works: of the server itself, which all of that is in, and with its engine, which is what a
frame costs. A pair is two streams one after the other, the first with and without in turn; the
figure is the median of the pairs and the standard error of their mean. Spans are not asked for, and
not made.
"""

import hashlib
import json
import os
import statistics
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import numpy as np
import psutil

from benchmarks.soak import served
from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.body.camera import orbit
from mimo_runtime.body.shipped import load_body
from mimo_runtime.client.live import open_live
from mimo_runtime.client.live_pictures import LivePictures
from mimo_runtime.motions.pose_frames import camera_numbers, pose_frames
from mimo_runtime.motions.procedural import wave
from mimo_runtime.sample import CHARACTER
from mimo_runtime.wire.live import LiveSettings, PoseFrame, QueuePolicy
from mimo_runtime.wire.settings import Settings
from tests.runtime.serving.processes import free_address

SIZE_PX = (192, 192)
RATE_FPS = Fraction(1, 2)  # that is promised; frames come as fast as they are made
SCRAPED_FRAMES = 25  # a second of a stream as it is shown
TOKEN = "the token of the bench"


@dataclass(frozen=True, slots=True)
class Watched:
    """A server, its engine and all else below it."""

    server: psutil.Process
    address: str
    metrics: str = ""

    def cpu_s(self) -> tuple[float, float]:
        """CPU seconds so far: of the server itself, and with what is below it."""
        own = _cpu_s(self.server)
        return own, own + sum(map(_cpu_s, self.server.children(recursive=True)))


def _cpu_s(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0


@contextmanager
def plain_server(folder: Path) -> Iterator[Watched]:
    """One as it comes, with nothing asked for."""
    with served(folder, state=False) as (server, where):
        yield Watched(server, where.grpc)


@contextmanager
def overseen_server(folder: Path) -> Iterator[Watched]:
    """One with all that operators may ask for."""
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    (folder / "tokens").write_text(f"{digest} bench\n")
    (folder / "quotas").write_text("[default]\nstreams = 9\npixels_per_s = 1e12\n")
    (folder / "key").write_text("a key of the bench")
    metrics = free_address()
    options = (
        "--tokens", folder / "tokens", "--quotas", folder / "quotas",
        "--access-log", folder / "access.jsonl", "--audit-log", folder / "audit.jsonl",
        "--metrics-listen", metrics, "--mark-key", folder / "key",
    )  # fmt: skip
    with served(folder, *options) as (server, where):
        yield Watched(server, where.grpc, metrics)


def scrape(address: str) -> None:
    """Read metrics, if there are any."""
    if address:
        with urllib.request.urlopen(f"http://{address}/metrics") as answer:
            answer.read()


def stream(watched: Watched, frames: int) -> tuple[float, float]:
    """CPU milliseconds a frame of one stream: of the server itself, and with its engine."""
    camera = camera_numbers(orbit((0, 0.9, 0), 0, 1.0, 3.0, SIZE_PX, 160.0))
    given = Settings(steps=1, guidance=1.0)
    settings = LiveSettings(RATE_FPS, camera, policy=QueuePolicy.LOSSLESS, settings=given)
    (pose,) = pose_frames(wave(load_body().skeleton, 1, RATE_FPS))
    before = watched.cpu_s()
    with open_live(watched.address, LivePictures(CHARACTER, CHARACTER), settings) as call:

        def send() -> None:
            for index in range(frames):
                call.send_in_turn(PoseFrame(index, 0.0, pose.root_m, pose.rotations))
            call.end()

        sender = threading.Thread(target=send)
        sender.start()
        came = 0
        for event in call.events():
            came += isinstance(event, pb.LiveFrame)
            if came % SCRAPED_FRAMES == 0:
                scrape(watched.metrics)
        sender.join()
    if came != frames:
        raise SystemExit(f"{came} of {frames} frames came.")
    after = watched.cpu_s()
    own, whole = (1000 * (late - early) / frames for early, late in zip(before, after, strict=True))
    return own, whole


def measure(pairs: int, frames: int, folder: Path) -> dict[str, Any]:
    """Streams in pairs, and what came of them."""
    os.environ["MIMO_TOKEN"] = TOKEN
    rows: dict[str, list[tuple[float, float]]] = {"plain": [], "overseen": []}
    with ExitStack() as stack:
        servers = {}
        for name, opened in (("plain", plain_server), ("overseen", overseen_server)):
            (folder / name).mkdir()
            servers[name] = stack.enter_context(opened(folder / name))
        for watched in servers.values():
            stream(watched, frames)  # all is loaded
        for number in range(pairs):
            for name in sorted(servers, reverse=bool(number % 2)):
                rows[name].append(stream(servers[name], frames))
    plain, overseen = np.array(rows["plain"]), np.array(rows["overseen"])
    more = 100 * (overseen[:, 1] - plain[:, 1]) / plain[:, 1]
    return {
        "pairs": pairs, "frames": frames, "size_px": SIZE_PX,
        "server_ms": [statistics.median(plain[:, 0]), statistics.median(overseen[:, 0])],
        "with_engine_ms": [statistics.median(plain[:, 1]), statistics.median(overseen[:, 1])],
        "more_server_ms": statistics.median(overseen[:, 0] - plain[:, 0]),
        "more_percent": statistics.median(more),
        "standard_error_percent": float(np.std(more, ddof=1) / len(more) ** 0.5),
    }  # fmt: skip


@click.command(help=__doc__)
@click.option("--pairs", type=click.IntRange(2), default=12, show_default=True)
@click.option("--frames", type=click.IntRange(1), default=60, show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="JSON of what was found.")
def main(pairs: int, frames: int, output: Path | None) -> None:
    """Measure what oversight costs."""
    with TemporaryDirectory(prefix="mimo-oversight-") as folder:
        report = measure(pairs, frames, Path(folder))
    text = json.dumps(report, indent=1)
    print(text)
    if output is not None:
        output.write_text(text + "\n")


if __name__ == "__main__":
    main()
