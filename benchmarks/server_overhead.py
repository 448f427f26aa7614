"""What the server adds to a live frame, with an engine whose time is fixed.

    python -m benchmarks.server_overhead [--seconds 600]

A server on loopback runs streams whose engine waits and gives a picture of some 60 KB as JPEG. What
it adds is the way of a frame less that wait: receive, hand over, encode, send, and the client's
part of it. `encode_p50_ms` of it is the JPEG. Memory is that of the process, server and clients,
from a fifth of the run to its end. Run it on a quiet machine: threads that wait for a core count.
"""

import json
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from fractions import Fraction
from queue import SimpleQueue
from typing import Any

import click
import cv2
import numpy as np
import psutil

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime import sample
from mimo_runtime.body.camera import orbit
from mimo_runtime.body.shipped import load_body
from mimo_runtime.bundle import Bundle
from mimo_runtime.client.live import LivePictures, open_live
from mimo_runtime.errors import UnsupportedError
from mimo_runtime.motions.pose_frames import camera_numbers, pose_frames
from mimo_runtime.motions.procedural import wave
from mimo_runtime.planning.latency_plans import LatencyPlan
from mimo_runtime.planning.live_schedule import ChunkPlan
from mimo_runtime.runner.runner import LiveStreamRequest
from mimo_runtime.serving.local import LocalServer
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.live_poses import skeleton_of
from mimo_runtime.synthesis.live_request import LiveFormat, LiveFrame
from mimo_runtime.wire.live import LiveSettings, PoseFrame, QueuePolicy
from mimo_runtime.wire.live_change import LiveChange

SIZE_PX = (512, 512)
_BLUR = 3.2  # pixels, of noise that then takes some 60 KB as JPEG of quality 90
_QUALITY = 90


class FixedRunner:
    """A `Runner` of live streams alone, whose engine takes `engine_s` for each frame."""

    def __init__(self, engine_s: float) -> None:
        self.bundle = Bundle.open(sample.BUNDLE)
        self.streams, self.engine = 0, "fixed"
        self._engine_s = engine_s

    @contextmanager
    def open_live(
        self, request: LiveStreamRequest, token: CancellationToken
    ) -> Generator["FixedLive"]:
        """See `Runner`."""
        live = FixedLive(request.settings, self._engine_s)
        token.on_cancel(live.end_poses)
        yield live

    def open(self, *_: Any) -> Any:
        """Raises UnsupportedError: there are no clips here."""
        raise UnsupportedError("This engine makes live streams alone; ask for one.")

    def close(self) -> None:
        """Nothing is held."""


class FixedLive:
    """A live stream that shows the same picture again and again."""

    def __init__(self, settings: LiveSettings, engine_s: float) -> None:
        plan = LatencyPlan(ChunkPlan((), 1, 0, 1), 1.0, 1.0, 1.0, 0.1, 0.1)
        rate, skeleton = settings.rate_fps, skeleton_of(settings)
        self.output = LiveFormat(*SIZE_PX, rate, plan, 64, skeleton)
        self._engine_s = engine_s
        self._poses: SimpleQueue[tuple[float, PoseFrame] | None] = SimpleQueue()
        self._rgb = picture()

    def put(self, frame: PoseFrame) -> None:
        """Take a posture."""
        self._poses.put((time.monotonic(), frame))

    def exchange(self, _change: LiveChange) -> None:
        """Nothing is another."""

    def end_poses(self) -> None:
        """End when what came is done."""
        self._poses.put(None)

    def events(self) -> Iterator[LiveFrame]:
        """Each frame when the engine has had its time."""
        index = 0
        while (posed := self._poses.get()) is not None:
            arrived_s, pose = posed
            time.sleep(max(arrived_s + self._engine_s - time.monotonic(), 0))
            waited_s = time.monotonic() - arrived_s
            told = pose.index, pose.capture_s, 0.0, waited_s, index + 1, 0
            yield LiveFrame(index, float(pose.index / self.output.rate_fps), self._rgb, *told)
            index += 1


def picture() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Soft noise, uint8 [512, 512, 3]."""
    noise = np.random.default_rng(1).normal(128, 400, (*SIZE_PX, 3)).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), _BLUR).clip(0, 255), np.uint8)


class Client:
    """Plays postures by the clock and keeps what the server added to each frame."""

    def __init__(self, address: str, rate_fps: Fraction, seconds: float, engine_s: float) -> None:
        self.added_ms: list[float] = []
        self.encode_ms: list[float] = []
        self.sizes_bytes: list[int] = []
        self._address, self._rate, self._engine_s = address, rate_fps, engine_s
        self._count = max(1, round(seconds * rate_fps))
        self._sent_s: dict[int, float] = {}

    def run(self) -> None:
        """All of it."""
        pictures = LivePictures(sample.CHARACTER, sample.CHARACTER)
        camera = camera_numbers(orbit((0, 0.9, 0), 0, 1.0, 3.0, SIZE_PX, 512.0))
        settings = LiveSettings(self._rate, camera, policy=QueuePolicy.LOSSLESS)
        with open_live(self._address, pictures, settings, quality=_QUALITY) as call:
            sender = threading.Thread(target=self._send, args=(call,), daemon=True)
            sender.start()
            for event in call.events():
                if isinstance(event, pb.LiveFrame):
                    way_s = time.monotonic() - self._sent_s.pop(event.pose_index)
                    self.added_ms.append(1000 * (way_s - self._engine_s))
                    self.encode_ms.append(1000 * event.encode_s)
                    self.sizes_bytes.append(len(event.data))

    def _send(self, call: Any) -> None:
        (pose,) = pose_frames(wave(load_body().skeleton, 1, self._rate))
        began_s = time.monotonic()
        for index in range(self._count):
            time.sleep(max(began_s + float(index / self._rate) - time.monotonic(), 0))
            self._sent_s[index] = time.monotonic()
            call.send(PoseFrame(index, 0.0, pose.root_m, pose.rotations))
        call.end()


def measured(streams: int, rate_fps: int, seconds: float, engine_ms: float) -> dict[str, Any]:
    """The figures of `streams` clients at once."""
    engine_s = engine_ms / 1000
    with LocalServer(FixedRunner(engine_s)) as server:
        given = server.address, Fraction(rate_fps), seconds, engine_s
        clients = [Client(*given) for _ in range(streams)]
        threads = [threading.Thread(target=client.run) for client in clients]
        for thread in threads:
            thread.start()
        time.sleep(seconds / 5)
        early_bytes = psutil.Process().memory_info().rss
        for thread in threads:
            thread.join()
    late_bytes = psutil.Process().memory_info().rss
    added = np.concatenate([client.added_ms for client in clients])
    encode = np.concatenate([client.encode_ms for client in clients])
    return {
        "streams": streams,
        "frames": len(added),
        "frame_kb": round(float(np.mean(clients[0].sizes_bytes)) / 1000, 1),
        **{f"added_p{p}_ms": float(np.percentile(added, p)) for p in (50, 90, 99)},
        "encode_p50_ms": float(np.median(encode)),
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
