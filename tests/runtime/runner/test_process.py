"""The engine process: frames as in this process, killed, stopped, closed."""

import contextlib
import gc
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest

from mimo_runtime.bundle import Bundle
from mimo_runtime.errors import (
    BundleError,
    CancelledError,
    DeadlineExceededError,
    EngineLostError,
    MediaError,
    ServerUnreachableError,
)
from mimo_runtime.runner.engine_health import Patience
from mimo_runtime.runner.process import ProcessRunner
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.runner.threads import ThreadRunner
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.inputs import InputFiles
from mimo_runtime.synthesis.request import OutputFrame
from mimo_runtime.wire.progress import Progress
from tests.runtime.runner.conftest import stream_request
from tests.runtime.synthesis.requests import ignore

ENDLESS = {"steps": 1000}


@pytest.fixture(scope="module")
def told() -> list[str]:
    return []


@pytest.fixture(scope="module")
def runner(small_bundle: Path, told: list[str]) -> Iterator[ProcessRunner]:
    patience = Patience(ping_s=0.05, slow_s=0.6, dead_s=3.0)
    runner = ProcessRunner(Bundle.open(small_bundle), "onnxruntime", 1, patience, told.append)
    yield runner
    pid = runner.pid
    runner.close()
    assert pid is not None
    assert not psutil.pid_exists(pid)
    assert runner.streams == 0


def copies(runner: ProcessRunner | ThreadRunner, files: InputFiles) -> list[OutputFrame]:
    with runner.open(stream_request(files), CancellationToken(), ignore) as stream:
        return [
            OutputFrame(event.index, event.timestamp_s, event.rgb.copy())
            for event in stream.events()
            if isinstance(event, OutputFrame)
        ]


def test_frames_are_those_of_a_thread(
    runner: ProcessRunner, files: InputFiles, small_synthesizer: Synthesizer
) -> None:
    thread = ThreadRunner(small_synthesizer)
    wanted = copies(thread, files)
    thread.close()
    with ThreadPoolExecutor(2) as pool:
        for found in pool.map(lambda _: copies(runner, files), range(2)):
            assert [(f.index, f.timestamp_s) for f in found] == [
                (f.index, f.timestamp_s) for f in wanted
            ]
            for one, other in zip(found, wanted, strict=True):
                np.testing.assert_array_equal(one.rgb, other.rgb)
    assert runner.streams == 0
    assert runner.ready.seconds > 0


def test_the_memory_of_frames_goes_with_the_stream(
    runner: ProcessRunner, files: InputFiles
) -> None:
    copies(runner, files)
    gc.collect()
    before = Path("/proc/self/maps").read_text().count("mimo-frames")
    gc.disable()
    try:
        for _ in range(2):
            copies(runner, files)
        assert Path("/proc/self/maps").read_text().count("mimo-frames") == before
    finally:
        gc.enable()


def test_an_error_is_what_it_is_in_a_thread(
    runner: ProcessRunner, files: InputFiles, tmp_path: Path
) -> None:
    (tmp_path / "torn.png").write_bytes(b"no picture")
    torn = InputFiles(tmp_path / "torn.png", files.template)
    request = stream_request(torn)
    with (
        pytest.raises(MediaError, match=r"torn\.png"),
        runner.open(request, CancellationToken(), ignore),
    ):
        pass
    assert runner.streams == 0


def test_a_deadline_and_a_cancel_end_the_stream_there(
    runner: ProcessRunner, files: InputFiles
) -> None:
    request = stream_request(files, **ENDLESS)
    with (
        pytest.raises(DeadlineExceededError),
        runner.open(request, CancellationToken(deadline_s=1.5), ignore) as stream,
    ):
        list(stream.events())
    token = CancellationToken()
    with pytest.raises(CancelledError):
        at_the_first_pass(runner, files, token, token.cancel)
    assert runner.streams == 0
    assert len(copies(runner, files)) == 8


def test_leaving_early_ends_the_stream(runner: ProcessRunner, files: InputFiles) -> None:
    request = stream_request(files, **ENDLESS)
    with runner.open(request, CancellationToken(), ignore) as stream:
        next(stream.events())
    assert runner.streams == 0


def at_the_first_pass(
    runner: ProcessRunner, files: InputFiles, token: CancellationToken, then: Callable[[], None]
) -> None:
    """Run an endless stream, and do something once it is at work."""
    with runner.open(stream_request(files, **ENDLESS), token, ignore) as stream:
        begun = False
        for event in stream.events():
            if isinstance(event, Progress) and event.stage == "denoise" and not begun:
                begun = True
                then()


def lost_by(runner: ProcessRunner, files: InputFiles, number: int) -> None:
    """Run an endless stream until it is at work, then send the process a signal."""
    pid = runner.pid
    assert pid is not None

    def strike() -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)

    with pytest.raises(EngineLostError, match=r"\(SIGKILL\).* Send the request once more"):
        at_the_first_pass(runner, files, CancellationToken(), strike)
    assert not psutil.pid_exists(pid)


def test_a_killed_process_costs_its_streams_one_error_and_is_started_again(
    runner: ProcessRunner, files: InputFiles, told: list[str]
) -> None:
    del told[:]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: lost_by(runner, files, signal.SIGKILL), range(2)))
    assert len(copies(runner, files)) == 8
    assert told[0] == "The engine process ended (SIGKILL); it is started again."


def test_a_process_that_stands_still_is_slow_before_it_is_dead(
    runner: ProcessRunner, files: InputFiles, told: list[str]
) -> None:
    del told[:]
    lost_by(runner, files, signal.SIGSTOP)
    assert len(copies(runner, files)) == 8
    assert "is slow" in told[0]
    assert "is ended and started again" in told[1]


def test_a_bundle_that_cannot_be_used_is_refused_at_the_start(
    small_bundle: Path, tmp_path: Path
) -> None:
    with pytest.raises(BundleError):
        ProcessRunner(Bundle(tmp_path, Bundle.open(small_bundle).manifest))
    assert small_bundle.exists()


def test_closing_ends_what_is_open_and_refuses_what_comes(
    small_bundle: Path, files: InputFiles
) -> None:
    runner = ProcessRunner(Bundle.open(small_bundle), "onnxruntime", 1)
    pid = runner.pid
    request = stream_request(files, **ENDLESS)
    with pytest.raises((CancelledError, EngineLostError)):
        at_the_first_pass(runner, files, CancellationToken(), runner.close)
    assert pid is not None
    deadline_s = time.monotonic() + 10
    while psutil.pid_exists(pid) and time.monotonic() < deadline_s:
        time.sleep(0.01)
    assert not psutil.pid_exists(pid)
    with (
        pytest.raises(ServerUnreachableError),
        runner.open(request, CancellationToken(), ignore),
    ):
        pass
