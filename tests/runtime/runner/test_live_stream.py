"""Live streams: equal to an offline computation of the same chunks, whatever comes between."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mimo_runtime.arrays import Pixels
from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.choice import open_backend
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.errors import (
    CancelledError,
    InvalidRequestError,
    ResourceError,
    UnsupportedError,
)
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.planning.live_schedule import ChunkPlan
from mimo_runtime.runner.live_preparation import PreparedLive, prepare_live
from mimo_runtime.runner.live_stream import LiveStream
from mimo_runtime.runner.live_windows import live_windows
from mimo_runtime.runner.loop import EngineLoop
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.identity_cache import IdentityCache
from mimo_runtime.synthesis.live_request import LiveFrame, live_request
from mimo_runtime.synthesis.noise import EndlessNoise, normal_noise
from mimo_runtime.synthesis.request import OutputFrame
from mimo_runtime.wire.live import QueuePolicy
from tests.runtime.runner.live import (
    COSTS,
    PlainFigures,
    Reference,
    live_files,
    postures,
    prepared,
    settings,
    share_of,
)
from tests.runtime.runner.painting_bundle import paint_humans

FRAMES = 9
PLANS = [ChunkPlan((1, 2), 3, 4, 2), ChunkPlan((), 4, 0, 1)]


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> EngineSet:
    folder = paint_humans(tmp_path_factory.mktemp("bundles") / "painting", latents_share=0.3)
    return EngineSet(open_backend(Bundle.open(folder), "onnxruntime", 1))


class Taken:
    """A sink that keeps what leaves, and has room for as many frames as it was granted."""

    def __init__(self, room: int = 1000) -> None:
        self.room = room
        self.frames: list[LiveFrame] = []
        self.ended: list[Exception | None] = []

    def has_room(self) -> bool:
        return len(self.frames) < self.room

    def put(self, frame: OutputFrame) -> None:
        assert isinstance(frame, LiveFrame)
        self.frames.append(frame)

    def end(self, error: Exception | None) -> None:
        self.ended.append(error)


def stream_of(engines: EngineSet, live: object) -> LiveStream:
    token = CancellationToken()
    # As if the bundle had a shorter window too: short chunks go through passes of their own.
    windows = {16: engines, 4: engines}
    return LiveStream(windows, IdentityCache(), live, token, share_of(COSTS))  # type: ignore[arg-type]


@pytest.mark.parametrize("chunks", PLANS, ids=str)
def test_frames_equal_an_offline_reference(
    engines: EngineSet, tmp_path: Path, chunks: ChunkPlan
) -> None:
    """To the bit, with frames that come one by one, in bursts, and through a change of crop."""
    equal_the_reference(engines, prepared(engines, tmp_path, chunks, policy=QueuePolicy.LOSSLESS))


@pytest.mark.parametrize(
    "how",
    [
        {"mode": "offline", "guidance": 1.0},
        {"mode": "corrected", "solver": "dpmpp-2m", "step_table": "even-angle"},
        {"mode": "corrected", "step_table": "999,700,300,100", "guidance_interval": "0.2,0.8"},
    ],
    ids=str,
)
def test_any_solver_and_table_equal_it_too(
    engines: EngineSet, tmp_path: Path, how: dict[str, Any]
) -> None:
    """A chunk begins with what no step before it has predicted, whoever was in its window."""
    asked = {"steps": 4, "policy": QueuePolicy.LOSSLESS} | how
    live = prepared(engines, tmp_path, ChunkPlan((1,), 2, 3, 4), **asked)
    frames = equal_the_reference(engines, live)
    usual = prepared(engines, tmp_path, ChunkPlan((1,), 2, 3, 4), mode="corrected", steps=4)
    others = Reference(engines, usual).run(postures(1)).frames
    assert (frames[0] != others[0]).any()


def equal_the_reference(engines: EngineSet, live: PreparedLive) -> list[Pixels]:
    """The frames of a stream, found to be those of the reference."""
    poses = postures(FRAMES)
    wanted = Reference(engines, live).run(poses)
    stream, loop, taken = stream_of(engines, live), EngineLoop(), Taken()
    loop.add(stream, taken)
    waiting = list(poses)
    burst = 1
    while waiting:
        for _ in range(burst):
            if waiting and stream.put(waiting[0]):
                waiting.pop(0)
        burst = burst % 3 + 1
        while loop.step():
            pass
    stream.end_poses()
    while loop.step():
        pass
    assert taken.ended == [None]
    assert len(wanted.cuts) > 1
    assert [frame.index for frame in taken.frames] == list(range(FRAMES))
    assert [frame.pose_index for frame in taken.frames] == list(range(FRAMES))
    for found, expected in zip(taken.frames, wanted.frames, strict=True):
        np.testing.assert_array_equal(found.rgb, expected)
    assert any((a != b).any() for a, b in zip(wanted.frames, wanted.frames[1:], strict=False))
    return [frame.rgb for frame in taken.frames]


def test_windows_are_those_of_the_bundle(engines: EngineSet) -> None:
    backend = open_backend(engines.bundle, "onnxruntime", 1)
    assert live_windows(backend, engines, 1) == {16: engines}


def test_what_is_carried_matters(engines: EngineSet, tmp_path: Path) -> None:
    """The comparison above could fail: other carried frames give other pictures."""
    plans = [ChunkPlan((), 2, carried, 1) for carried in (0, 2)]
    made = [
        Reference(engines, prepared(engines, tmp_path, plan)).run(postures(4)).trajectories
        for plan in plans
    ]
    assert (made[0][1][-1] == made[1][1][-1]).all()
    assert (made[0][3][-1] != made[1][3][-1]).any()


def test_the_oldest_give_way_and_it_is_told(engines: EngineSet, tmp_path: Path) -> None:
    chunks = ChunkPlan((), 2, 2, 1)
    live = prepared(engines, tmp_path, chunks, policy=QueuePolicy.LIVE, guidance=1.0)
    stream, loop, taken = stream_of(engines, live), EngineLoop(), Taken()
    loop.add(stream, taken)
    assert all(stream.put(pose) for pose in postures(10))
    stream.end_poses()
    while loop.step():
        pass
    assert live.output.queue_frames == 4
    assert [frame.pose_index for frame in taken.frames] == [6, 7, 8, 9]
    assert [frame.index for frame in taken.frames] == [0, 1, 2, 3]
    assert {frame.dropped for frame in taken.frames} == {6}


def test_lossless_does_not_take_what_has_no_room(engines: EngineSet, tmp_path: Path) -> None:
    chunks = ChunkPlan((), 2, 2, 1)
    live = prepared(engines, tmp_path, chunks, policy=QueuePolicy.LOSSLESS)
    stream = stream_of(engines, live)
    assert [stream.put(pose) for pose in postures(6)] == [True] * 4 + [False] * 2


def test_a_full_sink_holds_back_its_own_stream_only(engines: EngineSet, tmp_path: Path) -> None:
    live = prepared(engines, tmp_path, ChunkPlan((), 2, 2, 1), guidance=1.0)
    loop = EngineLoop()
    stalled, other = Taken(room=1), Taken()
    for sink in (stalled, other):
        stream = stream_of(engines, live)
        loop.add(stream, sink)
        for pose in postures(4):
            stream.put(pose)
        stream.end_poses()
    while loop.step():
        pass
    assert len(stalled.frames) == 1
    assert not stalled.ended
    assert (len(other.frames), other.ended) == (4, [None])
    stalled.room = 4
    while loop.step():
        pass
    assert (len(stalled.frames), stalled.ended) == (4, [None])


def test_a_cancelled_stream_ends_before_its_next_pass(engines: EngineSet, tmp_path: Path) -> None:
    live = prepared(engines, tmp_path, ChunkPlan((), 2, 2, 50), guidance=1.0)
    stream, loop, taken = stream_of(engines, live), EngineLoop(), Taken()
    loop.add(stream, taken)
    for pose in postures(2):
        stream.put(pose)
    for _ in range(8):
        assert loop.step()
    stream.token.cancel()
    assert not loop.step()
    assert len(loop) == 0
    assert isinstance(taken.ended[0], CancelledError)
    assert not taken.frames


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"root_m": (0.0, 1.0)}, "send 3, and 4 for each of 31 joints"),
        ({"rotations": (0.0,) * 124}, "no unit quaternion"),
        ({"root_m": (0.0, float("nan"), 0.0)}, "not finite"),
        ({"rotations": (float("nan"),) * 124}, "no unit quaternion"),
    ],
)
def test_postures_that_are_none_are_refused(
    engines: EngineSet,
    tmp_path: Path,
    changes: dict[str, tuple[float, ...]],
    sentence: str,
) -> None:
    stream = stream_of(engines, prepared(engines, tmp_path, PLANS[0]))
    with pytest.raises(InvalidRequestError, match=sentence):
        stream.put(replace(postures(1)[0], **changes))  # type: ignore[arg-type]


def test_an_official_bundle_is_refused(small_bundle: Path, tmp_path: Path) -> None:
    official = EngineSet(open_backend(Bundle.open(small_bundle), "onnxruntime", 1))
    request = live_request(live_files(tmp_path), settings(), MediaLimits())
    with pytest.raises(UnsupportedError, match="paints the human layer"):
        prepare_live({16: official}, PlainFigures(), request, share_of(COSTS))


def test_a_machine_that_is_too_slow_says_so(engines: EngineSet, tmp_path: Path) -> None:
    request = live_request(live_files(tmp_path), settings(), MediaLimits())
    slow = share_of(COSTS.scaled(10_000))
    with pytest.raises(ResourceError, match="frames a second at most"):
        prepare_live({16: engines}, PlainFigures(), request, slow)


@pytest.mark.parametrize("size", [(8, 8), (3, 5)])
def test_endless_noise_is_that_of_torch_frame_by_frame(size: tuple[int, int]) -> None:
    endless = EndlessNoise(4, size, 7)
    drawn = np.concatenate([endless.take(frame) for frame in range(3)])
    if size == (8, 8):
        np.testing.assert_array_equal(drawn, normal_noise((3, 4, *size), 7))
    assert drawn.shape == (3, 4, *size)
    assert abs(drawn.mean()) < 0.3
