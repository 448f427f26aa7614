"""A running stream that goes on otherwise: from the frame that was named, as a fresh one would."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.choice import open_backend
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.planning.live_schedule import ChunkPlan
from mimo_runtime.runner.live_exchange import Exchange, Exchanges, exchange_beside
from mimo_runtime.runner.live_messages import (
    change_from_wire,
    change_to_wire,
    told_from_wire,
    told_to_wire,
)
from mimo_runtime.runner.live_shares import LiveShares
from mimo_runtime.runner.live_stream import LiveStream
from mimo_runtime.runner.loop import EngineLoop
from mimo_runtime.runner.process import ProcessRunner
from mimo_runtime.runner.runner import LiveStreamRequest
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.live_request import LiveAnswer, LiveFrame
from mimo_runtime.wire.live import QueuePolicy
from mimo_runtime.wire.live_change import LiveChange
from tests.runtime.runner.live import (
    COSTS,
    PlainFigures,
    Reference,
    endless,
    live_files,
    postures,
    prepared,
    settings,
)
from tests.runtime.runner.painting_bundle import paint_humans
from tests.runtime.runner.test_live_stream import Taken, stream_of

CHUNKS = ChunkPlan((), 3, 2, 2)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return paint_humans(tmp_path_factory.mktemp("bundles") / "painting", latents_share=0.3)


@pytest.fixture(scope="module")
def engines(bundle: Path) -> EngineSet:
    return EngineSet(open_backend(Bundle.open(bundle), "onnxruntime", 1))


def played(stream: LiveStream, count: int) -> list[LiveFrame]:
    loop, taken = EngineLoop(), Taken()
    loop.add(stream, taken)
    for pose in postures(count):
        assert stream.put(pose)
        while loop.step():
            pass
    stream.end_poses()
    while loop.step():
        pass
    assert taken.ended == [None]
    assert [frame.index for frame in taken.frames] == list(range(count))
    return taken.frames


@pytest.mark.parametrize("at", [0, 1, 2, 4])
def test_from_the_frame_on_it_is_what_a_fresh_stream_would_make(
    engines: EngineSet, tmp_path: Path, at: int
) -> None:
    """To the bit, wherever in a chunk that frame is; before it nothing is another."""
    first = prepared(engines, tmp_path, CHUNKS, policy=QueuePolicy.LOSSLESS)
    then = prepared(
        engines, tmp_path, ChunkPlan((1,), 2, 2, 1), policy=QueuePolicy.LOSSLESS, guidance=3.0
    )
    stream = stream_of(engines, first)
    stream.exchanges.give(Exchange(7, at, None, then))
    frames = played(stream, 5)
    told = [(frame.index, answer.number) for frame in frames for answer in frame.answers]
    assert told == [(at, 7)]
    (answer,) = frames[at].answers
    assert answer.plan == then.output.plan
    poses = postures(5)
    before = Reference(engines, first).run(poses[:at]).frames if at else []
    after = Reference(engines, then).run(poses[at:]).frames
    for found, expected in zip(frames, [*before, *after], strict=True):
        np.testing.assert_array_equal(found.rgb, expected)


def test_a_scene_is_another_from_its_frame_on(engines: EngineSet, tmp_path: Path) -> None:
    """In the middle of a chunk too, which is broken there and carries on."""
    live = prepared(engines, tmp_path, CHUNKS, policy=QueuePolicy.LOSSLESS)
    scene = np.full(live.request.scene.shape, (0, 200, 0), np.uint8)
    stream = stream_of(engines, live)
    stream.exchanges.give(Exchange(1, 2, scene, None))
    frames = played(stream, 5)
    assert [frame.index for frame in frames if frame.answers] == [2]
    assert frames[2].answers == (LiveAnswer(1),)
    corners = [frame.rgb[0, 0].tolist() for frame in frames]
    assert corners == [live.request.scene[0, 0].tolist()] * 2 + [[0, 200, 0]] * 3


def test_what_is_refused_is_told_with_the_next_frame(engines: EngineSet, tmp_path: Path) -> None:
    stream = stream_of(engines, prepared(engines, tmp_path, CHUNKS, policy=QueuePolicy.LOSSLESS))
    stream.exchanges.refuse(3, "It cannot be; wait.")
    frames = played(stream, 2)
    assert frames[0].answers == (LiveAnswer(3, "It cannot be; wait."),)
    assert not frames[1].answers


class Opened:
    """A synthesizer whose plans do not depend on the machine, and a stream of its."""

    def __init__(self, engines: EngineSet, folder: Path, **changes: Any) -> None:
        self.shares = LiveShares(lambda _name: COSTS)
        self.synthesizer = Synthesizer(engines, figures=PlainFigures(), live=self.shares)
        self.request = LiveStreamRequest(
            live_files(folder),
            settings(policy=QueuePolicy.LOSSLESS, **changes),
            MediaLimits(),
        )
        self.stream = self.synthesizer.open_live_files(self.request, CancellationToken())

    def exchange(self, change: LiveChange) -> Exchange:
        return self.synthesizer.exchange(self.stream, change, MediaLimits())


def test_a_change_is_planned_and_its_share_counted(engines: EngineSet, tmp_path: Path) -> None:
    opened = Opened(engines, tmp_path, steps=2, guidance=1.0)
    exchange = opened.exchange(LiveChange(1, 4, steps=5, guidance=3.0, latency_s=20.0))
    assert exchange.prepared is not None
    assert exchange.from_index == 4
    resolved = exchange.prepared.settings
    assert (resolved.steps, resolved.guidance, resolved.denoiser) == (5, 3.0, "denoiser")
    assert exchange.prepared.request.settings.latency_s == 20.0
    assert opened.shares.busy == pytest.approx(exchange.prepared.output.plan.busy)
    opened.stream.close()
    assert opened.shares.busy == 0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (LiveChange(1), "names nothing"),
        (LiveChange(1, steps=0), "steps is 0"),
        (LiveChange(1, guidance=-1.0), "guidance is -1"),
        (LiveChange(1, latency_s=1e-6), "cannot be kept"),
        (LiveChange(1, scene=Path("nowhere.png")), "Cannot read"),
        (LiveChange(1, character=Path("nowhere.png")), "Cannot read"),
    ],
)
def test_a_change_that_cannot_be_is_refused_and_the_stream_goes_on(
    engines: EngineSet, tmp_path: Path, change: LiveChange, sentence: str
) -> None:
    opened = Opened(engines, tmp_path, steps=1, guidance=1.0)
    woken = threading.Event()
    errors: list[Exception] = []
    exchanges = opened.stream.exchanges
    exchange_beside(lambda: opened.exchange(change), 1, exchanges, errors.append, woken.set)
    woken.wait(120)
    frames = played(opened.stream, 2)
    (answer,) = frames[0].answers
    assert answer.number == 1
    assert sentence in answer.refused
    assert not errors


@pytest.mark.parametrize("number", [1, 0])
def test_an_error_that_nobody_expected_is_told_too(
    number: int, caplog: pytest.LogCaptureFixture
) -> None:
    """A change by its answer, a scene that was sent by itself by the end of its stream."""

    def make() -> Exchange:
        raise ZeroDivisionError("secret detail")

    exchanges, errors, woken = Exchanges(), list[Exception](), threading.Event()
    exchange_beside(make, number, exchanges, errors.append, woken.set)
    assert woken.wait(120)
    told = [*map(str, errors), *(answer.refused for answer in exchanges.answers())]
    assert len(told) == 1
    assert bool(errors) is (number == 0)
    assert "as incident" in told[0]
    assert "secret" not in told[0]
    assert "ZeroDivisionError: secret detail" in caplog.text


def test_a_change_there_and_back() -> None:
    change = LiveChange(3, 4, Path("a.png"), None, Path("b.png"), 5, 1.5, 0.2, 7, "ddim", "", "0,1")
    assert change_from_wire(change_to_wire(change)) == change


def test_what_a_frame_tells_there_and_back(engines: EngineSet, tmp_path: Path) -> None:
    plan = prepared(engines, tmp_path, CHUNKS).output.plan
    answers = (LiveAnswer(1, "No; wait."), LiveAnswer(2, plan=plan))
    rgb = np.zeros((2, 2, 3), np.uint8)
    frame = LiveFrame(1, 0.5, rgb, 2, 0.1, 0.2, 0.3, 4, 5, answers)
    assert LiveFrame(1, 0.5, rgb, **told_from_wire(told_to_wire(frame))) == frame


@pytest.fixture
def process(bundle: Path) -> Iterator[ProcessRunner]:
    runner = ProcessRunner(Bundle.open(bundle), "onnxruntime", 1, report=lambda _line: None)
    yield runner
    runner.close()


def test_an_engine_process_changes_its_streams(process: ProcessRunner, tmp_path: Path) -> None:
    """The real figure of the character is another's: what is changed is the scene and a step."""
    green = tmp_path / "green.png"
    Image.fromarray(np.full((50, 50, 3), (0, 200, 0), np.uint8)).save(green)
    slow = settings(rate_fps=Fraction(1, 20), steps=1, guidance=1.0, policy=QueuePolicy.LOSSLESS)
    request = LiveStreamRequest(live_files(tmp_path), slow, MediaLimits())
    poses, corners, answers = endless(), [], []
    with process.open_live(request, CancellationToken()) as live:
        live.exchange(LiveChange(5, scene=green, steps=2))
        live.put(next(poses))
        for frame in live.events():
            assert isinstance(frame, LiveFrame)
            corners.append(frame.rgb[0, 0].tolist())
            answers += [(frame.index, answer) for answer in frame.answers]
            if answers:
                live.end_poses()
            else:
                live.put(next(poses))
    ((index, answer),) = answers
    assert (answer.number, answer.refused) == (5, "")
    assert answer.plan is not None
    assert answer.plan.chunks.steps == 2
    assert corners[index:] == [[0, 200, 0]]
    assert corners[:index] == [corners[0]] * index
    assert replace(answer, plan=None) == LiveAnswer(5)
