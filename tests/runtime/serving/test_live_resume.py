"""Live streams whose connection is cut, through a real proxy that cuts it."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from mimo.v1 import synthesis_pb2 as pb
from mimo.v1 import synthesis_pb2_grpc
from mimo_runtime.client.live import open_live
from mimo_runtime.client.live_messages import live_config, live_pose
from mimo_runtime.client.live_pictures import LivePictures
from mimo_runtime.client.outgoing import Outgoing
from mimo_runtime.client.resumption import RETRY_S
from mimo_runtime.errors import CancelledError, OutOfRangeError, ServerUnreachableError
from mimo_runtime.runner.threads import ThreadRunner
from mimo_runtime.serving.kept_responses import MAX_KEPT_BYTES, KeptResponses
from mimo_runtime.serving.local import LocalServer
from mimo_runtime.wire.live import PictureFormat
from tests.runtime.runner.live import postures
from tests.runtime.serving.calls import Outcome, outcome
from tests.runtime.serving.proxy import CuttingProxy
from tests.runtime.serving.test_live import (
    Client,
    none_left,  # noqa: F401
    pictures,  # noqa: F401
    runner,  # noqa: F401
    server,  # noqa: F401
    slow,
)

FRAMES = 4


@pytest.fixture
def proxy(server: LocalServer) -> Iterator[CuttingProxy]:  # noqa: F811
    with CuttingProxy(server.address) as proxy:
        yield proxy


def played(
    address: str,
    pictures: LivePictures,  # noqa: F811
    picture: PictureFormat,
    cut: Any = None,
) -> tuple[list[pb.LiveFrame], bytes, pb.LiveSummary]:
    """Frames, the tail of a movie and the summary; `cut` is called behind each frame."""
    poses, frames, tail = postures(FRAMES), [], b""
    with open_live(address, pictures, slow(), picture=picture, resume_s=60) as live:
        live.send(poses[0])
        for event in live.events():
            if isinstance(event, pb.LiveTail):
                tail += event.data
            if isinstance(event, pb.LiveFrame):
                frames.append(event)
                if cut is not None:
                    cut()
                if len(frames) < FRAMES:
                    live.send(poses[len(frames)])
                else:
                    live.end()
    assert isinstance(event, pb.LiveSummary)
    return frames, tail, event


@pytest.mark.usefixtures("none_left")
@pytest.mark.parametrize("picture", [PictureFormat.PNG, PictureFormat.H264])
def test_a_stream_goes_on_as_if_it_had_not_been_cut(
    server: LocalServer,  # noqa: F811
    proxy: CuttingProxy,
    pictures: LivePictures,  # noqa: F811
    picture: PictureFormat,
) -> None:
    """Cut behind every frame: every byte comes once and in order, and is the same."""
    whole, tail, _ = played(server.address, pictures, picture)
    frames, other_tail, summary = played(proxy.address, pictures, picture, proxy.cut)
    assert proxy.connections > FRAMES
    assert [frame.index for frame in frames] == list(range(FRAMES))
    assert [frame.data for frame in frames] == [frame.data for frame in whole]
    assert other_tail == tail
    assert (summary.frame_count, summary.pose_count) == (FRAMES, FRAMES)


@pytest.mark.usefixtures("none_left")
def test_a_network_that_is_down_for_a_while(
    proxy: CuttingProxy,
    pictures: LivePictures,  # noqa: F811
) -> None:
    """The client tries until it is there again."""

    def down() -> None:
        if not proxy.is_down:
            proxy.is_down = True
            proxy.cut()
            threading.Timer(1.0, up).start()

    def up() -> None:
        proxy.is_down = False

    frames, _, _ = played(proxy.address, pictures, PictureFormat.JPEG, down)
    assert [frame.index for frame in frames] == list(range(FRAMES))


@pytest.fixture
def usual_ctrl_c() -> Iterator[None]:
    """As in a program that has changed nothing, whatever ran in this process before."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("none_left", "usual_ctrl_c")
@pytest.mark.parametrize("how", ["cancel", "Ctrl-C"])
def test_a_stream_that_is_being_resumed_can_be_left(
    server: LocalServer,  # noqa: F811
    pictures: LivePictures,  # noqa: F811
    how: str,
) -> None:
    """At once: not after all the time for which it is kept."""
    with (
        CuttingProxy(server.address) as proxy,
        open_live(proxy.address, pictures, slow(), resume_s=60) as live,
    ):
        proxy.is_down = True
        proxy.cut()

        def leave() -> None:
            while not proxy.refused:
                time.sleep(0.02)
            time.sleep(RETRY_S / 2)  # while it waits: a signal can be lost where objects end
            if how == "cancel":
                live.cancel()
            else:
                os.kill(os.getpid(), signal.SIGINT)

        leaving = threading.Thread(target=leave)
        leaving.start()
        with pytest.raises(CancelledError):
            list(live.events())
        leaving.join()
        proxy.is_down = False
        resume_to_end(server.address, live.ready.resume_token)


@pytest.mark.usefixtures("none_left")
def test_without_being_asked_a_stream_ends_with_its_connection(
    proxy: CuttingProxy,
    pictures: LivePictures,  # noqa: F811
) -> None:
    def cut() -> None:
        with open_live(proxy.address, pictures, slow()) as live:
            assert not live.ready.resume_token
            proxy.cut()
            list(live.events())

    with pytest.raises(ServerUnreachableError):
        cut()


def resumable(address: str, pictures: LivePictures, resume_s: float) -> Client:  # noqa: F811
    client = Client(address, slow(), pictures, resume_s=resume_s)
    client.send(credit=pb.LiveCredit(frames=4))
    assert client.next().ready.resume_token
    return client


@pytest.mark.usefixtures("none_left")
def test_a_client_that_does_not_come_back_is_given_up(
    server: LocalServer,  # noqa: F811
    pictures: LivePictures,  # noqa: F811
    runner: ThreadRunner,  # noqa: F811
) -> None:
    """Not before the time that was agreed."""
    client = resumable(server.address, pictures, 2.0)
    cut_at_s = time.monotonic()
    client.call.cancel()
    client.channel.close()
    while runner.streams:
        time.sleep(0.02)
    assert time.monotonic() - cut_at_s >= 2.0


def resume_to_end(address: str, token: str) -> None:
    """Take up a stream that nobody reads and leave it, so that it need not be waited for."""
    with grpc.insecure_channel(address) as channel:
        outgoing = Outgoing(keeps=True)
        stub = synthesis_pb2_grpc.SynthesisServiceStub(channel)
        call = stub.SynthesizeLive(outgoing.resumed(token, 1))
        outgoing.put(pb.SynthesizeLiveRequest(end=pb.LiveEnd()))
        assert next(call).HasField("resumed")
        outgoing.go_on(0)
        assert [each.WhichOneof("payload") for each in call] == ["summary"]


def resume(address: str, token: str, sequence: int) -> Outcome:
    message = pb.SynthesizeLiveRequest(resume=pb.LiveResume(token=token, sequence=sequence))
    with grpc.insecure_channel(address) as channel:
        call = synthesis_pb2_grpc.SynthesisServiceStub(channel).SynthesizeLive(iter([message]))
        with pytest.raises(grpc.RpcError):
            list(call)
        return outcome(call, [])


@pytest.mark.usefixtures("none_left")
def test_what_is_not_kept_is_out_of_range(
    server: LocalServer,  # noqa: F811
    pictures: LivePictures,  # noqa: F811
) -> None:
    client = resumable(server.address, pictures, 2.0)
    token = client.responses[0].ready.resume_token
    for name, sequence, sentence in (
        ("0" * 32, 1, "No stream of this token"),
        (token, 7, "cannot go on after message 7: messages 1 to 1 are kept"),
    ):
        ended = resume(server.address, name, sequence)
        assert ended.code is grpc.StatusCode.OUT_OF_RANGE
        assert sentence in ended.sentence
    client.call.cancel()
    client.channel.close()


@pytest.mark.usefixtures("none_left")
def test_a_client_comes_back_before_the_server_knows_that_it_was_gone(
    server: LocalServer,  # noqa: F811
    pictures: LivePictures,  # noqa: F811
) -> None:
    """The call that is there ends; messages keep their numbers, and what was received is told."""
    first = resumable(server.address, pictures, 60.0)
    first.send(pose=live_pose(postures(1)[0]))
    frame = first.next()
    assert frame.sequence == 2
    token = first.responses[0].ready.resume_token
    outgoing = Outgoing(keeps=True)
    outgoing.put(pb.SynthesizeLiveRequest(end=pb.LiveEnd()))
    with grpc.insecure_channel(server.address) as channel:
        stub = synthesis_pb2_grpc.SynthesisServiceStub(channel)
        call = stub.SynthesizeLive(outgoing.resumed(token, 1))
        resumed = next(call)
        assert (resumed.sequence, resumed.resumed.received) == (0, 1)
        again = next(call)
        assert again == frame
        outgoing.go_on(0)
        summary = next(call)
        assert (summary.sequence, summary.summary.frame_count) == (3, 1)
        assert list(call) == []
        outgoing.close()
    assert first.ended().code is grpc.StatusCode.CANCELLED


def response(size_bytes: int = 10) -> pb.SynthesizeLiveResponse:
    return pb.SynthesizeLiveResponse(frame=pb.LiveFrame(data=bytes(size_bytes)))


def test_messages_are_kept_up_to_a_size() -> None:
    kept = KeptResponses(1000.0)
    for _ in range(3):
        kept.add(response(MAX_KEPT_BYTES // 2 - 100))
    assert [each.sequence for each in kept.after(1)] == [2, 3]
    with pytest.raises(OutOfRangeError, match="messages 2 to 3 are kept"):
        kept.after(0)
    assert kept.after(3) == []
    with pytest.raises(OutOfRangeError):
        kept.after(4)


def test_messages_are_kept_up_to_an_age(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now_s[0])
    kept = KeptResponses(10.0)
    for at_s in (0.0, 5.0, 12.0):
        now_s[0] = at_s
        kept.add(response())
    assert [each.sequence for each in kept.after(1)] == [2, 3]
    with pytest.raises(OutOfRangeError):
        kept.after(0)


def test_what_the_client_does_not_keep_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mimo_runtime.client.outgoing.MAX_KEPT_BYTES", 100)
    outgoing = Outgoing(keeps=True)
    for _ in range(3):
        outgoing.put(pb.SynthesizeLiveRequest(driving=pb.LiveDrivingFrame(data=bytes(60))))
    sent = outgoing.requests(live_config(slow(), PictureFormat.PNG, 0), [], 1)
    for _ in range(5):
        next(sent)
    outgoing.go_on(2)
    with pytest.raises(OutOfRangeError, match="number 2 are not kept"):
        outgoing.go_on(1)
