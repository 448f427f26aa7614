"""What the server adds to a live frame, with an engine whose time is fixed.

    python -m benchmarks.server_overhead [--seconds 600]

A server on loopback, its engine in a process of its own as always, but one that waits and gives a
picture of some 60 KB as JPEG (`benchmarks.fixed_engine`); clients in another process. What the
server adds is the way of a frame less that wait: receive, hand over to the engine and back, encode,
send, and the client's part of it. `encode_p50_ms` of it is the JPEG. Memory is that of the server's
process from a fifth of the run to its end. Run it on a quiet machine: who waits for a core counts;
`cpu_ms` a frame, of the server's process, hardly depends on that.
"""

import json
import multiprocessing
import os
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import click
import numpy as np
import psutil

from benchmarks.fixed_engine import ENGINE_MS, SIZE_PX
from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime import sample
from mimo_runtime.body.camera import orbit
from mimo_runtime.body.shipped import load_body
from mimo_runtime.bundle import Bundle
from mimo_runtime.client.live import LiveCall, open_live
from mimo_runtime.client.live_pictures import LivePictures
from mimo_runtime.motions.pose_frames import camera_numbers, pose_frames
from mimo_runtime.motions.procedural import wave
from mimo_runtime.runner.process import ProcessRunner
from mimo_runtime.serving.local import LocalServer
from mimo_runtime.serving.run import settle
from mimo_runtime.wire.live import LiveSettings, PoseFrame, QueuePolicy

_QUALITY = 90
_EARLY = 5  # memory is looked at after a fifth of the run


@dataclass(slots=True)
class Added:
    """What the server added to the frames of one client."""

    added_ms: list[float] = field(default_factory=list)
    encode_ms: list[float] = field(default_factory=list)
    sizes_bytes: list[int] = field(default_factory=list)


def played(address: str, rate_fps: int, seconds: float, engine_ms: float) -> Added:
    """One client, which plays postures by the clock."""
    added, sent_s = Added(), dict[int, float]()
    pictures = LivePictures(sample.CHARACTER, sample.CHARACTER)
    camera = camera_numbers(orbit((0, 0.9, 0), 0, 1.0, 3.0, SIZE_PX, 512.0))
    settings = LiveSettings(Fraction(rate_fps), camera, policy=QueuePolicy.LOSSLESS)
    count = max(1, round(seconds * rate_fps))
    with open_live(address, pictures, settings, quality=_QUALITY) as call:
        sender = threading.Thread(target=_send, args=(call, rate_fps, count, sent_s), daemon=True)
        sender.start()
        for event in call.events():
            if isinstance(event, pb.LiveFrame):
                way_s = time.monotonic() - sent_s.pop(event.pose_index)
                added.added_ms.append(1000 * way_s - engine_ms)
                added.encode_ms.append(1000 * event.encode_s)
                added.sizes_bytes.append(len(event.data))
    return added


def _send(call: LiveCall, rate_fps: int, count: int, sent_s: dict[int, float]) -> None:
    (pose,) = pose_frames(wave(load_body().skeleton, 1, Fraction(rate_fps)))
    began_s = time.monotonic()
    for index in range(count):
        time.sleep(max(began_s + index / rate_fps - time.monotonic(), 0))
        sent_s[index] = time.monotonic()
        call.send(PoseFrame(index, 0.0, pose.root_m, pose.rotations))
    call.end()


def measured(streams: int, rate_fps: int, seconds: float, engine_ms: float) -> dict[str, Any]:
    """The figures of `streams` clients at once."""
    os.environ[ENGINE_MS] = str(engine_ms)
    runner = ProcessRunner(Bundle.open(sample.BUNDLE), program="benchmarks.fixed_engine")
    spawned = multiprocessing.get_context("spawn")
    process = psutil.Process()
    settle()  # as `mimo serve` does
    try:
        with LocalServer(runner) as server, ProcessPoolExecutor(streams, spawned) as clients:
            given = server.address, rate_fps, seconds, engine_ms
            clients.submit(os.getpid).result()  # a process is up
            began_s = time.process_time()
            waiting = [clients.submit(played, *given) for _ in range(streams)]
            time.sleep(seconds / _EARLY)
            early_bytes = process.memory_info().rss
            found = [client.result() for client in waiting]
            cpu_s = time.process_time() - began_s
            late_bytes = process.memory_info().rss
    finally:
        runner.close()
    added = np.concatenate([client.added_ms for client in found])
    encode = np.concatenate([client.encode_ms for client in found])
    return {
        "streams": streams,
        "frames": len(added),
        "frame_kb": round(float(np.mean(found[0].sizes_bytes)) / 1000, 1),
        **{f"added_p{p}_ms": float(np.percentile(added, p)) for p in (50, 90, 99)},
        "encode_p50_ms": float(np.median(encode)),
        "cpu_ms": 1000 * cpu_s / len(added),
        "memory_grew_mb": (late_bytes - early_bytes) / 1e6,
    }


@click.command()
@click.option("--streams", default=1, show_default=True)
@click.option("--fps", default=25, show_default=True)
@click.option("--seconds", default=60.0, show_default=True)
@click.option("--engine-ms", default=20.0, show_default=True)
def main(streams: int, fps: int, seconds: float, engine_ms: float) -> None:
    """Measure what the server adds."""
    load = psutil.getloadavg()[0]
    found = measured(streams, fps, seconds, engine_ms)
    click.echo(json.dumps(found | {"load": load}))


if __name__ == "__main__":
    main()
