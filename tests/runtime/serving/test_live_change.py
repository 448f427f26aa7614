"""Changes of running streams on a real server: told from which frame on, or why not."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.client.live import open_live
from mimo_runtime.client.live_messages import live_pose
from mimo_runtime.client.live_pictures import LivePictures
from mimo_runtime.sample import CHARACTER
from mimo_runtime.serving.local import LocalServer
from mimo_runtime.wire.live_change import LiveChange
from tests.runtime.runner.live import endless, postures
from tests.runtime.serving.test_live import (
    Client,
    none_left,  # noqa: F401
    pictures,  # noqa: F401
    runner,  # noqa: F401
    server,  # noqa: F401
    slow,
)


def changed(address: str, pictures: LivePictures, change: LiveChange) -> tuple[pb.LiveApplied, int]:  # noqa: F811
    """The answer, and how many frames had come before it; the stream ends well in any case."""
    poses, frames = endless(), 0
    applied: list[tuple[pb.LiveApplied, int]] = []
    with open_live(address, pictures, slow()) as live:
        live.change(change)
        live.send(next(poses))
        for event in live.events():
            if isinstance(event, pb.LiveApplied):
                applied.append((event, frames))
            if isinstance(event, pb.LiveFrame):
                frames += 1
                if applied:
                    live.end()
                else:
                    live.send(next(poses))
    assert isinstance(event, pb.LiveSummary)
    (answer,) = applied
    return answer


@pytest.mark.usefixtures("none_left")
def test_character_scene_and_settings(
    server: LocalServer,  # noqa: F811
    pictures: LivePictures,  # noqa: F811
) -> None:
    change = LiveChange(
        4, 2, character=CHARACTER, scene=pictures.scene, steps=3, guidance=2.0, latency_s=15.0
    )
    applied, frames = changed(server.address, pictures, change)
    assert (applied.number, applied.refused) == (4, "")
    assert applied.from_index == frames >= 2
    assert applied.replanned.steps == 3
    assert applied.replanned.latency_ms <= 15_000
    assert "Chunks of" in applied.replanned.reasons[0]


@pytest.mark.usefixtures("none_left")
def test_what_cannot_be_is_refused_and_the_stream_goes_on(
    server: LocalServer,  # noqa: F811
    pictures: LivePictures,  # noqa: F811
    tmp_path: Path,
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    for change, sentence in (
        (LiveChange(1, character=broken), "accepted are PNG"),
        (LiveChange(2, latency_s=1e-6), "cannot be kept"),
    ):
        applied, _ = changed(server.address, pictures, change)
        assert applied.number == change.number
        assert sentence in applied.refused
        assert not applied.HasField("replanned")


@pytest.fixture
def client(server: LocalServer, pictures: LivePictures) -> Client:  # noqa: F811
    client = Client(server.address, slow(), pictures)
    client.send(credit=pb.LiveCredit(frames=4))
    assert client.next().WhichOneof("payload") == "ready"
    return client


@pytest.mark.usefixtures("none_left")
def test_no_change_is_left_without_an_answer(client: Client) -> None:
    client.send(change=pb.LiveChange(number=9, from_pose_index=1000, guidance=2.0))
    client.send(pose=live_pose(postures(1)[0]))
    client.send(end=pb.LiveEnd())
    assert client.ended().code is grpc.StatusCode.OK
    applied, summary = client.responses[-2:]
    assert (applied.applied.number, summary.summary.frame_count) == (9, 1)
    assert "ended before a frame" in applied.applied.refused


@pytest.mark.usefixtures("none_left")
@pytest.mark.parametrize(
    ("messages", "sentence"),
    [
        ([{"change": pb.LiveChange(number=1, from_pose_index=99, steps=1)}] * 2, "wait for that"),
        ([{"change": pb.LiveChange(steps=1)}], "count changes from 1"),
        ([{"change": pb.LiveChange(number=1, inputs=[pb.INPUT_MATTE])}], "with its matte"),
        ([{"change": pb.LiveChange(number=1, inputs=[pb.INPUT_SOURCE])}], "with its matte"),
        ([{"chunk": pb.InputChunk(input=pb.INPUT_CHARACTER, last=True)}], "announce other"),
    ],
)
def test_messages_out_of_order(client: Client, messages: list[Any], sentence: str) -> None:
    for message in messages:
        client.send(**message)
    assert sentence in client.ended().sentence


@pytest.mark.usefixtures("none_left")
def test_a_change_may_count_from_what_its_user_saw(
    server: LocalServer,  # noqa: F811
    pictures: LivePictures,  # noqa: F811
) -> None:
    """Two postures after that of the frame on display, whatever their indices are."""
    poses = (replace(pose, index=pose.index + 10) for pose in endless())
    answers, frames = [], 0
    with open_live(server.address, pictures, slow()) as live:
        live.send(next(poses))
        for event in live.events():
            if isinstance(event, pb.LiveApplied):
                answers.append((event, frames))
            if isinstance(event, pb.LiveFrame):
                if frames == 0:
                    assert (event.index, event.pose_index) == (0, 10)
                    live.change(LiveChange(1, 2, scene=pictures.scene, displayed_frame=0))
                frames += 1
                if answers:
                    live.end()
                else:
                    live.send(next(poses))
    ((applied, before),) = answers
    assert (applied.number, applied.refused) == (1, "")
    assert applied.from_index == before >= 2
    assert applied.frames_since_displayed == before


@pytest.mark.usefixtures("none_left")
def test_a_frame_that_was_not_sent_cannot_have_been_seen(client: Client) -> None:
    client.send(change=pb.LiveChange(number=1, steps=1, displayed_frame=5))
    ended = client.ended()
    assert ended.code is grpc.StatusCode.INVALID_ARGUMENT
    assert "Frame 5 cannot be on display" in ended.sentence
