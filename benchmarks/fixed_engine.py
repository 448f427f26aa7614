"""An engine process whose work takes a fixed time: one picture of noise again and again.

It speaks with the server as the real one does (`mimo_runtime.runner.engine_process`), and its loop,
ring and messages are the real ones; `MIMO_FIXED_ENGINE_MS` is what a frame takes.
"""

import os
import socket
import time
from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any

import cv2
import numpy as np

from mimo_runtime.media.channel import Channel
from mimo_runtime.planning.latency_plans import LatencyPlan
from mimo_runtime.planning.live_schedule import Await, ChunkPlan, LiveWork
from mimo_runtime.planning.schedule import Decode
from mimo_runtime.runner.engine_process import EngineLink, EngineProcess
from mimo_runtime.runner.messages import EngineReady
from mimo_runtime.runner.runner import LiveStreamRequest
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.live_poses import skeleton_of
from mimo_runtime.synthesis.live_request import LiveFormat, LiveFrame
from mimo_runtime.wire.live import PoseFrame

ENGINE_MS = "MIMO_FIXED_ENGINE_MS"
SIZE_PX = (512, 512)
_BLUR = 3.2  # pixels, of noise that then takes some 60 KB as JPEG of quality 90


def run(descriptor: int) -> None:
    """Serve the process at the other end of `descriptor` until it is gone."""
    link = EngineLink(Channel(socket.socket(fileno=descriptor)))
    link.receive()  # what to load: nothing
    link.send(EngineReady(0.1, 0, "fixed"))
    synthesizer: Any = FixedSynthesizer(float(os.environ[ENGINE_MS]) / 1000)
    EngineProcess(link, synthesizer).serve()


def picture() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Soft noise, uint8 [512, 512, 3]."""
    noise = np.random.default_rng(1).normal(128, 400, (*SIZE_PX, 3)).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), _BLUR).clip(0, 255), np.uint8)


class FixedSynthesizer:
    """What the engine process asks of a `Synthesizer` for live streams; `engine_s` a frame."""

    def __init__(self, engine_s: float) -> None:
        self._engine_s = engine_s

    def open_live_files(self, asked: LiveStreamRequest, token: CancellationToken) -> "FixedStream":
        """A stream of the same picture."""
        return FixedStream(asked, token, self._engine_s)


class FixedStream:
    """A `Runnable` that takes `engine_s` for each posture."""

    def __init__(self, asked: LiveStreamRequest, token: CancellationToken, engine_s: float) -> None:
        plan = LatencyPlan(ChunkPlan((), 1, 0, 1), 1.0, 1.0, 1.0, 0.1, 0.1)
        rate, skeleton = asked.settings.rate_fps, skeleton_of(asked.settings)
        self.output = LiveFormat(*SIZE_PX, rate, plan, 64, skeleton)
        self.token = token
        self.due_s: float | None = None
        self._engine_s, self._rgb = engine_s, picture()
        self._poses: SimpleQueue[tuple[float, PoseFrame] | None] = SimpleQueue()
        self._posed: tuple[float, PoseFrame] | None = None

    def take(self, frame: PoseFrame) -> None:
        """Take a posture."""
        self._poses.put((time.monotonic(), frame))

    def end_poses(self) -> None:
        """End when what came is done."""
        self._poses.put(None)

    def works(self) -> Iterator[LiveWork]:
        """Wait for a posture, show it, and so on."""
        index = 0
        while True:
            yield Await(index)
            if (posed := self._poses.get()) is None:
                return
            self._posed = posed
            yield Decode(index)
            index += 1

    def can_do(self, work: LiveWork) -> bool:
        """Whether a posture is there."""
        return not isinstance(work, Await) or not self._poses.empty()

    def execute(self, work: LiveWork) -> LiveFrame | None:
        """A frame, when the engine has had its time."""
        if not isinstance(work, Decode) or self._posed is None:
            return None
        arrived_s, pose = self._posed
        time.sleep(max(arrived_s + self._engine_s - time.monotonic(), 0))
        index, waited_s = work.frame, time.monotonic() - arrived_s
        told = pose.index, pose.capture_s, 0.0, waited_s, index + 1, 0
        return LiveFrame(index, float(pose.index / self.output.rate_fps), self._rgb, *told)

    def measured(self, *_: Any) -> None:
        """Nothing is learnt from it."""

    def close(self) -> None:
        """Nothing is held."""
