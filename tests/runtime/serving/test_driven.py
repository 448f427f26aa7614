"""Live streams driven by encoded frames, on a real server."""

import os
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import grpc
import psutil
import pytest

from mimo.v1 import synthesis_pb2 as pb
from mimo.v1 import synthesis_pb2_grpc
from mimo_runtime.capture.encoded import EncodedFile
from mimo_runtime.capture.packet_stream import driving_camera
from mimo_runtime.client.live import open_live
from mimo_runtime.client.live_messages import live_config, live_driving, live_pose
from mimo_runtime.client.live_pictures import LivePictures
from mimo_runtime.sample import YARD
from mimo_runtime.serving.local import LocalServer
from mimo_runtime.wire.driving import DrivingFrame
from mimo_runtime.wire.live import LiveSettings, PictureFormat
from tests.runtime.runner.live import postures
from tests.runtime.serving.calls import Outcome, outcome
from tests.runtime.serving.test_live import (
    Client,
    none_left,  # noqa: F401
    pictures,  # noqa: F401
    runner,  # noqa: F401
    server,  # noqa: F401
    slow,
)

DRIVING = YARD.with_name("driving.mp4")


@pytest.fixture(scope="module")
def source() -> EncodedFile:
    return EncodedFile(DRIVING, Fraction(1))


@pytest.fixture(scope="module")
def frames(source: EncodedFile) -> list[DrivingFrame]:
    return list(source.frames())


def driven(source: EncodedFile, **changes: Any) -> LiveSettings:
    return slow(driving=source.driving, camera=driving_camera(source.driving), **changes)


@pytest.fixture
def client(
    server: LocalServer,  # noqa: F811
    pictures: LivePictures,  # noqa: F811
    source: EncodedFile,
) -> Iterator[Client]:
    client = Client(server.address, driven(source), pictures)
    client.send(credit=pb.LiveCredit(frames=8))
    assert client.next().WhichOneof("payload") == "ready"
    yield client
    client.call.cancel()
    client.channel.close()


@pytest.mark.usefixtures("none_left")
def test_somebody_is_followed_by_the_server(
    server: LocalServer,  # noqa: F811
    pictures: LivePictures,  # noqa: F811
    source: EncodedFile,
    frames: list[DrivingFrame],
) -> None:
    seen, pictured = [], []
    with open_live(server.address, pictures, driven(source)) as live:
        assert (live.ready.width_px, live.ready.height_px) == (288, 288)
        for frame in frames:
            live.send(frame)
        live.end()
        for event in live.events():
            if isinstance(event, pb.LiveDriven):
                seen.append(event)
            if isinstance(event, pb.LiveFrame):
                pictured.append(event)
    assert isinstance(event, pb.LiveSummary)
    assert event.frame_count == event.pose_count == 3
    assert [frame.pose_index for frame in pictured] == [0, 1, 2]
    assert [frame.capture_s for frame in pictured] == [
        frame.capture_s for frame in (frames[0], frames[15], frames[30])
    ]
    assert seen[0].person == pb.DRIVEN_PERSON_SOUGHT
    assert seen[-1].person == pb.DRIVEN_PERSON_FOLLOWED
    assert [told.taken for told in seen] == sorted(told.taken for told in seen)
    assert seen[-1].taken == 36


@pytest.mark.usefixtures("none_left")
def test_nonsense_ends_its_own_stream(
    client: Client,
    server: LocalServer,  # noqa: F811
    pictures: LivePictures,  # noqa: F811
) -> None:
    """With INVALID_ARGUMENT; one beside it goes on."""
    with open_live(server.address, pictures, slow()) as other:
        client.send(driving=pb.LiveDrivingFrame(data=b"nonsense" * 1000))
        client.send(driving=pb.LiveDrivingFrame(index=1, data=b"\x00\x00\x01\x65" * 1000))
        client.send(end=pb.LiveEnd())
        ended = client.ended()
        assert ended.code is grpc.StatusCode.INVALID_ARGUMENT
        assert "cannot be decoded" in ended.sentence
        other.send(postures(1)[0])
        other.end()
        assert isinstance(list(other.events())[-1], pb.LiveSummary)


@pytest.mark.usefixtures("none_left")
def test_postures_and_frames_do_not_mix(client: Client) -> None:
    client.send(pose=live_pose(postures(1)[0]))
    ended = client.ended()
    assert ended.code is grpc.StatusCode.FAILED_PRECONDITION
    assert "driving frames were announced" in ended.sentence


@pytest.mark.usefixtures("none_left")
def test_frames_that_were_not_announced(
    server: LocalServer,  # noqa: F811
    pictures: LivePictures,  # noqa: F811
    frames: list[DrivingFrame],
) -> None:
    client = Client(server.address, slow(), pictures)
    client.send(credit=pb.LiveCredit(frames=1))
    client.next()
    client.send(driving=live_driving(frames[0]))
    assert "none was announced" in client.ended().sentence


def workers() -> list[psutil.Process]:
    """Processes of this one that look at driving frames."""
    return [
        each
        for each in psutil.process_iter(["ppid", "cmdline"])
        if each.info["ppid"] == os.getpid()
        and any("capture.worker" in word for word in each.info["cmdline"] or ())
    ]


@pytest.mark.usefixtures("none_left")
def test_a_client_that_is_gone_leaves_no_process(
    client: Client, frames: list[DrivingFrame]
) -> None:
    client.send(driving=live_driving(frames[0]))
    started = workers()
    assert len(started) == 1
    client.call.cancel()
    _, alive = psutil.wait_procs(started, timeout=120)
    assert alive == []


@pytest.mark.parametrize("changes", [{"width_px": 1}, {"codec": 9}, {"turn_deg": 10}])
def test_formats_that_cannot_be(
    server: LocalServer,  # noqa: F811
    source: EncodedFile,
    changes: dict[str, int],
) -> None:
    config = live_config(driven(source), PictureFormat.JPEG, 0)
    for name, value in changes.items():
        setattr(config.driving, name, value)
    assert refused(server.address, config).code is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("also", [True, False])
def test_a_config_needs_either_a_camera_or_driving(
    server: LocalServer,  # noqa: F811
    source: EncodedFile,
    also: bool,
) -> None:
    config = live_config(driven(source), PictureFormat.JPEG, 0)
    if also:
        config.camera.CopyFrom(live_config(slow(), PictureFormat.JPEG, 0).camera)
    else:
        config.ClearField("driving")
    assert "either a camera" in refused(server.address, config).sentence


def refused(address: str, config: pb.LiveConfig) -> Outcome:
    with grpc.insecure_channel(address) as channel:
        stub = synthesis_pb2_grpc.SynthesisServiceStub(channel)
        call = stub.SynthesizeLive(iter([pb.SynthesizeLiveRequest(config=config)]))
        with pytest.raises(grpc.RpcError):
            list(call)
        return outcome(call, [])
