"""The loop in a thread: streams in turn, back-pressure, cancelled at any moment, nothing left."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import psutil
import pytest

from mimo_runtime.errors import CancelledError, DeadlineExceededError
from mimo_runtime.planning.schedule import Pass
from mimo_runtime.runner.loop import WorkMeasured
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.runner.threads import ThreadRunner
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.inputs import InputFiles
from mimo_runtime.synthesis.request import OutputFrame
from mimo_runtime.wire.progress import Progress
from tests.runtime.runner.conftest import stream_request
from tests.runtime.synthesis.requests import ignore


@pytest.fixture
def measured() -> list[WorkMeasured]:
    return []


@pytest.fixture
def runner(small_synthesizer: Synthesizer, measured: list[WorkMeasured]) -> Iterator[ThreadRunner]:
    before = set(threading.enumerate())
    runner = ThreadRunner(small_synthesizer, measured.append)
    yield runner
    assert runner.streams == 0
    runner.close()
    left = set(threading.enumerate()) - before
    assert not [thread for thread in left if thread.name == "mimo-engine"]


def frames_of(runner: ThreadRunner, files: InputFiles, **settings: object) -> list[OutputFrame]:
    asked, token = stream_request(files, **settings), CancellationToken()
    with runner.open(asked, token, ignore) as stream:
        return [event for event in stream.events() if isinstance(event, OutputFrame)]


def test_two_streams_take_turns_and_are_what_each_is_alone(
    runner: ThreadRunner, files: InputFiles, measured: list[WorkMeasured]
) -> None:
    alone = {seed: frames_of(runner, files, seed=seed) for seed in (1, 2)}
    assert [frame.index for frame in alone[1]] == list(range(8))
    del measured[:]
    with ThreadPoolExecutor(2) as pool:
        settings = {"steps": 6}
        both = {s: pool.submit(frames_of, runner, files, seed=s, **settings) for s in (1, 2)}
        found = {seed: future.result() for seed, future in both.items()}
    longer = {seed: frames_of(runner, files, seed=seed, **settings) for seed in (1, 2)}
    for seed in (1, 2):
        for one, other in zip(found[seed], longer[seed], strict=True):
            np.testing.assert_array_equal(one.rgb, other.rgb)
    assert any((a.rgb != b.rgb).any() for a, b in zip(alone[1], alone[2], strict=True))
    passes = [each for each in measured if isinstance(each.work, Pass)]
    assert len(passes) == 4 * 6
    assert all(each.seconds >= 0 and each.waited_s >= 0 for each in passes)


def test_progress_comes_before_and_with_the_frames(runner: ThreadRunner, files: InputFiles) -> None:
    early: list[Progress] = []
    with runner.open(stream_request(files), CancellationToken(), early.append) as stream:
        events = list(stream.events())
    assert {progress.stage for progress in early} == {"boxes"}
    late = [event.stage for event in events if isinstance(event, Progress)]
    assert set(late) == {"identity", "scene", "denoise", "frames"}


def test_a_reader_that_stops_holds_back_its_own_stream_alone(
    runner: ThreadRunner, files: InputFiles, measured: list[WorkMeasured]
) -> None:
    with runner.open(stream_request(files), CancellationToken(), ignore) as slow:
        events = slow.events()
        while not isinstance(next(events), OutputFrame):
            pass
        assert len(frames_of(runner, files)) == 8
        assert runner.streams == 1
        rest = [event for event in events if isinstance(event, OutputFrame)]
        assert len(rest) == 7


def test_a_stream_that_waits_for_its_reader_ends_when_it_is_cancelled_or_late(
    runner: ThreadRunner, files: InputFiles
) -> None:
    def until_the_first_frame(token: CancellationToken, then: Callable[[], None]) -> None:
        with runner.open(stream_request(files), token, ignore) as stream:
            for event in stream.events():
                if isinstance(event, OutputFrame):
                    then()

    token = CancellationToken()
    with pytest.raises(CancelledError):
        until_the_first_frame(token, token.cancel)
    late = CancellationToken(deadline_s=60)

    def be_late() -> None:
        late._ends_at_s = time.monotonic()
        runner._loop.wake()

    with pytest.raises(DeadlineExceededError):
        until_the_first_frame(late, be_late)


def test_the_identity_is_made_once_for_all_streams(
    runner: ThreadRunner, files: InputFiles, small_synthesizer: Synthesizer
) -> None:
    kept = small_synthesizer._identities._kept
    kept.clear()
    frames_of(runner, files)
    (first,) = kept.values()
    frames_of(runner, files, seed=3)
    assert list(kept.values()) == [first]
    frames_of(runner, files, mode="corrected")
    assert len(kept) == 2


def test_a_storm_of_cancels_leaves_nothing_behind(runner: ThreadRunner, files: InputFiles) -> None:
    """200 streams, each cancelled after a random number of its events, some before any."""
    frames_of(runner, files)  # what stays for good is there
    draw = random.Random(1)
    fates = [draw.choice([None, None, None, 0, 1, 3, 8, 10, 15, 25]) for _ in range(200)]
    before = psutil.Process().num_fds(), threading.active_count()
    with ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(lambda fate: cancelled_after(runner, files, fate), fates))
    assert ended.count(False) == 0
    assert runner.streams == 0
    helpers = psutil.Process().children()
    give_up_at_s = time.monotonic() + 30
    while decoders(helpers) and time.monotonic() < give_up_at_s:
        time.sleep(0.02)
    assert decoders(helpers) == []
    assert psutil.Process().num_fds() <= before[0] + 2
    assert threading.active_count() <= before[1]
    assert len(frames_of(runner, files)) == 8


def decoders(helpers: list[psutil.Process]) -> list[psutil.Process]:
    return [child for helper in helpers for child in helper.children()]


def cancelled_after(runner: ThreadRunner, files: InputFiles, events: int | None) -> bool:
    """Whether the stream ended as cancelled, or by itself before that."""
    token = CancellationToken()
    asked = stream_request(files, steps=3)
    seen = 0

    def count(_: Progress) -> None:
        nonlocal seen
        seen += 1
        if events is not None and seen > events:
            token.cancel()

    if events is None:
        token.cancel()
    try:
        with runner.open(asked, token, count) as stream:
            for event in stream.events():
                if isinstance(event, OutputFrame):
                    seen += 1
                count(Progress("any", 0, 1))
    except CancelledError:
        return True
    return events is not None and seen <= events + 1
