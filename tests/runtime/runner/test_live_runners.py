"""Live streams in a thread and in an engine process: the same frames, and how they end."""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import psutil
import pytest

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.bundle import Bundle
from mimo_runtime.client.live import open_live
from mimo_runtime.client.live_pictures import LivePictures
from mimo_runtime.engines.choice import open_backend
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.errors import EngineLostError, InvalidRequestError, LimitExceededError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.runner.process import ProcessRunner
from mimo_runtime.runner.runner import LiveStreamRequest, Runner
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.runner.threads import ThreadRunner
from mimo_runtime.serving.local import LocalServer
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.live_request import LiveFrame
from mimo_runtime.wire.live import QueuePolicy
from tests.runtime.runner.live import PlainFigures, live_files, postures, settings
from tests.runtime.runner.painting_bundle import paint_humans


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return paint_humans(tmp_path_factory.mktemp("bundles") / "painting", latents_share=0.3)


@pytest.fixture(scope="module")
def thread(bundle: Path) -> Iterator[ThreadRunner]:
    engines = EngineSet(open_backend(Bundle.open(bundle), "onnxruntime", 1))
    runner = ThreadRunner(Synthesizer(engines, figures=PlainFigures()))
    yield runner
    runner.close()


@pytest.fixture(scope="module")
def process(bundle: Path) -> Iterator[ProcessRunner]:
    runner = ProcessRunner(Bundle.open(bundle), "onnxruntime", 1, report=lambda _line: None)
    yield runner
    pid = runner.pid
    runner.close()
    assert pid is not None
    assert not psutil.pid_exists(pid)


def request(folder: Path, policy: QueuePolicy = QueuePolicy.LOSSLESS) -> LiveStreamRequest:
    """One frame every twenty seconds: what any machine can keep, one frame in a chunk."""
    slow = settings(rate_fps=Fraction(1, 20), steps=1, guidance=1.0, policy=policy)
    return LiveStreamRequest(live_files(folder), slow, MediaLimits())


def frames(runner: Runner, folder: Path, count: int) -> list[LiveFrame]:
    """Postures as fast as frames come back."""
    poses = iter(postures(count))
    made = []
    with runner.open_live(request(folder), CancellationToken()) as live:
        live.put(next(poses))
        for event in live.events():
            assert isinstance(event, LiveFrame)
            made.append((event, event.rgb.copy()))
            if (pose := next(poses, None)) is not None:
                live.put(pose)
            else:
                live.end_poses()
    return [frame for frame, _ in made if frame.rgb.shape == made[0][1].shape]


def test_a_thread_makes_frames_and_ends_by_itself(thread: ThreadRunner, tmp_path: Path) -> None:
    made = frames(thread, tmp_path, 3)
    assert [frame.pose_index for frame in made] == [0, 1, 2]
    assert [frame.taken for frame in made] == [1, 2, 3]
    assert [frame.timestamp_s for frame in made] == [0, 20, 40]
    assert all(0 <= frame.waited_s < frame.latency_s for frame in made)
    assert thread.streams == 0


def test_a_stream_that_is_left_ends(thread: ThreadRunner, tmp_path: Path) -> None:
    with thread.open_live(request(tmp_path), CancellationToken()) as live:
        live.put(postures(1)[0])
    assert thread.streams == 0


def test_a_posture_too_many_ends_a_lossless_stream(thread: ThreadRunner, tmp_path: Path) -> None:
    def overrun() -> None:
        with thread.open_live(request(tmp_path), CancellationToken()) as live:
            for pose in postures(live.output.queue_frames + 8):
                live.put(pose)
            list(live.events())

    with pytest.raises(LimitExceededError, match="send no more than that ahead"):
        overrun()


def test_a_posture_that_is_none_ends_its_stream(process: ProcessRunner, tmp_path: Path) -> None:
    def wrong() -> None:
        with process.open_live(request(tmp_path), CancellationToken()) as live:
            live.put(replace(postures(1)[0], rotations=(1.0,)))
            list(live.events())

    with pytest.raises(InvalidRequestError, match="4 for each of 31 joints"):
        wrong()
    assert process.streams == 0


def test_a_process_makes_frames(process: ProcessRunner, tmp_path: Path) -> None:
    made = frames(process, tmp_path, 2)
    assert [frame.pose_index for frame in made] == [0, 1]
    assert made[0].rgb.dtype == np.uint8


def test_a_killed_engine_ends_its_streams_and_the_next_one_runs(
    process: ProcessRunner, tmp_path: Path
) -> None:
    """Seen by a client of a server: the status is ABORTED, which the client turns back."""
    asked = request(tmp_path)
    pictures = LivePictures(asked.files.character, asked.files.scene)

    def killed(address: str) -> None:
        first, second = postures(2)
        with open_live(address, pictures, asked.settings) as call:
            call.send(first)
            events = call.events()
            assert isinstance(next(events), pb.LiveFrame)
            call.send(second)
            assert process.pid is not None
            os.kill(process.pid, signal.SIGKILL)
            list(events)

    with LocalServer(process) as server, pytest.raises(EngineLostError, match="started again"):
        killed(server.address)
    assert len(frames(process, tmp_path, 1)) == 1
