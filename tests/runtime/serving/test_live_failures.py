"""What goes wrong around live streams: they go on or end with the right status, and others too."""

import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import grpc
import psutil
import pytest

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.client.live import open_live
from mimo_runtime.client.live_messages import live_pose
from mimo_runtime.client.live_pictures import LivePictures
from mimo_runtime.client.outgoing import HEARTBEAT_S
from mimo_runtime.errors import ServerUnreachableError
from mimo_runtime.runner.threads import ThreadRunner
from mimo_runtime.serving.local import LocalServer
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.wire.live import PoseFrame, QueuePolicy
from tests.runtime.runner.live import postures
from tests.runtime.serving.proxy import CuttingProxy
from tests.runtime.serving.test_live import (
    Client,
    none_left,  # noqa: F401
    pictures,  # noqa: F401
    runner,  # noqa: F401
    server,  # noqa: F401
    slow,
)

STALL_S = 3.0
BURST = 200
DAY_S = 86_400
CONNECTIONS = 200
HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"  # empty settings


def played(
    address: str,
    pictures: LivePictures,  # noqa: F811
    poses: list[PoseFrame],
    **changes: float,
) -> tuple[list[pb.LiveFrame], pb.LiveSummary]:
    """Each posture when the frame before it is here."""
    frames: list[pb.LiveFrame] = []
    with open_live(address, pictures, slow(), **changes) as live:
        live.send(poses[0])
        for event in live.events():
            if isinstance(event, pb.LiveFrame):
                frames.append(event)
                if len(frames) < len(poses):
                    live.send(poses[len(frames)])
                else:
                    live.end()
    assert isinstance(event, pb.LiveSummary)
    return frames, event


@pytest.mark.usefixtures("none_left")
def test_a_network_that_stalls(
    server: LocalServer,  # noqa: F811
    pictures: LivePictures,  # noqa: F811
) -> None:
    """Nothing goes either way for three seconds: meanwhile another stream is served whole."""
    with CuttingProxy(server.address) as proxy, open_live(proxy.address, pictures, slow()) as live:
        first, second = postures(2)
        live.send(first)
        events = live.events()
        assert isinstance(next(events), pb.LiveFrame)
        proxy.flowing.clear()
        over = threading.Event()
        threading.Timer(STALL_S, over.set).start()
        live.send(second)
        other, _ = played(server.address, pictures, postures(2))
        assert not proxy.flowing.is_set()
        over.wait()
        proxy.flowing.set()
        frame = next(events)
        assert isinstance(frame, pb.LiveFrame)
        live.end()
        assert isinstance(next(events), pb.LiveSummary)
    assert (len(other), frame.index) == (2, 1)


@pytest.mark.usefixtures("none_left")
def test_a_network_that_drops_all_from_now_on(
    runner: ThreadRunner,  # noqa: F811
    pictures: LivePictures,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither side hears of it: both find out, the server frees the stream, others go on."""
    monkeypatch.setattr("mimo_runtime.client.channel.KEEPALIVE_S", 2.0)
    options = ServerOptions(max_live=3, idle_timeout_s=HEARTBEAT_S + 3, min_ping_interval_s=0.5)

    def cut_off(address: str, proxy: CuttingProxy) -> None:
        with open_live(proxy.address, pictures, slow()) as live:
            live.send(postures(1)[0])
            events = live.events()
            assert isinstance(next(events), pb.LiveFrame)
            proxy.flowing.clear()
            assert len(played(address, pictures, postures(2))[0]) == 2
            list(events)

    with LocalServer(runner, options) as impatient, CuttingProxy(impatient.address) as proxy:
        with pytest.raises(ServerUnreachableError):
            cut_off(impatient.address, proxy)
        give_up_at_s = time.monotonic() + 60
        while runner.streams and time.monotonic() < give_up_at_s:
            time.sleep(0.02)
        assert (runner.streams, proxy.flowing.is_set()) == (0, False)


KILLED = """
import sys
from pathlib import Path
from mimo_runtime.client.live import open_live
from mimo_runtime.client.live_pictures import LivePictures
from tests.runtime.runner.live import endless
from tests.runtime.serving.test_live import slow
address, character, scene = sys.argv[1:]
poses = endless()
with open_live(address, LivePictures(Path(character), Path(scene)), slow()) as live:
    live.send(next(poses))
    for event in live.events():
        print("frame", flush=True)
        live.send(next(poses))
"""


@pytest.mark.usefixtures("none_left")
def test_a_client_that_is_killed(
    server: LocalServer,  # noqa: F811
    pictures: LivePictures,  # noqa: F811
) -> None:
    """In mid-stream, without a word: nothing of its stream is left, and others are served."""
    command = [sys.executable, "-c", KILLED, server.address, pictures.character, pictures.scene]
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as client:
        assert client.stdout is not None
        assert client.stdout.readline() == "frame\n"
        client.kill()
    frames, _ = played(server.address, pictures, postures(2))
    assert len(frames) == 2


@pytest.mark.usefixtures("none_left")
def test_a_slow_reader_gets_every_frame(
    server: LocalServer,  # noqa: F811
    pictures: LivePictures,  # noqa: F811
) -> None:
    """With one credit: each frame is taken before the next is sent; others do not wait for it."""
    poses, others = postures(4), []
    with open_live(server.address, pictures, slow(), credits=1) as live:
        live.send(poses[0])
        for event in live.events():
            if not isinstance(event, pb.LiveFrame):
                break
            assert event.credits == 0
            others.append(len(played(server.address, pictures, postures(1))[0]))
            if event.index + 1 < len(poses):
                live.send(poses[event.index + 1])
            else:
                live.end()
    assert isinstance(event, pb.LiveSummary)
    assert (event.frame_count, event.dropped, others) == (4, 0, [1] * 4)


@pytest.mark.usefixtures("none_left")
def test_a_burst_of_postures_gives_way_to_the_newest(
    server: LocalServer,  # noqa: F811
    pictures: LivePictures,  # noqa: F811
) -> None:
    """Of a live stream: what waits is bounded, what gave way is told, the last one is shown."""
    pose = postures(1)[0]
    frames = []
    with open_live(server.address, pictures, slow(policy=QueuePolicy.LIVE)) as live:
        for index in range(BURST):
            live.send(replace(pose, index=index))
        live.end()
        for event in live.events():
            if isinstance(event, pb.LiveFrame):
                frames.append(event)
        most = live.ready.queue_frames
    assert isinstance(event, pb.LiveSummary)
    assert event.frame_count + event.dropped == event.pose_count == BURST
    assert event.dropped > 0
    assert frames[-1].pose_index == BURST - 1
    assert frames[-1].taken + frames[-1].dropped == BURST
    assert most >= 1


@pytest.mark.usefixtures("none_left")
def test_a_burst_of_postures_ends_a_stream_that_may_drop_none(
    server: LocalServer,  # noqa: F811
    pictures: LivePictures,  # noqa: F811
) -> None:
    client = Client(server.address, slow(steps=100), pictures)
    client.send(credit=pb.LiveCredit(frames=4))
    assert client.next().WhichOneof("payload") == "ready"
    pose = postures(1)[0]
    for index in range(BURST):
        client.send(pose=live_pose(replace(pose, index=index)))
    ended = client.ended()
    assert ended.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "the most that a lossless stream holds" in ended.sentence


@pytest.mark.usefixtures("none_left")
def test_clocks_that_jump(
    server: LocalServer,  # noqa: F811
    pictures: LivePictures,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The client's comes back as it is; the server's, here another day each time, is not asked."""
    jumps, present = iter(range(10**9)), time.time
    monkeypatch.setattr(time, "time", lambda: present() + DAY_S * (next(jumps) % 3 - 1))
    captured_s = [1000.0, -5e6, 1e9]
    poses = [
        replace(pose, capture_s=at_s) for pose, at_s in zip(postures(3), captured_s, strict=True)
    ]
    frames, summary = played(server.address, pictures, poses)
    assert [frame.capture_s for frame in frames] == captured_s
    times_s = [time_s for frame in frames for time_s in (frame.waited_s, frame.latency_s)]
    assert all(0 <= time_s < DAY_S / 2 for time_s in times_s)
    assert [frame.present_s > frame.capture_s for frame in frames] == [True] * 3
    assert summary.frame_count == 3
    assert 0 < summary.total_s < DAY_S / 2


def connections(address: str) -> int:
    """Connections that this process, which is the server's, has on its port."""
    port = int(address.rpartition(":")[2])
    found = psutil.Process().net_connections("tcp")
    return sum(each.laddr.port == port and each.status != psutil.CONN_LISTEN for each in found)


@pytest.mark.usefixtures("none_left")
def test_two_hundred_connections(
    server: LocalServer,  # noqa: F811
    pictures: LivePictures,  # noqa: F811
) -> None:
    """All are greeted; beside them a stream is served; nothing of them is left."""
    host, _, port = server.address.rpartition(":")
    with ExitStack() as stack:
        ends = []
        for _ in range(CONNECTIONS):
            end = stack.enter_context(socket.create_connection((host, int(port)), 60))
            end.sendall(HELLO)
            ends.append(end)
        assert all(end.recv(9)[3] == 4 for end in ends)  # the server's settings
        assert connections(server.address) >= CONNECTIONS
        frames, _ = played(server.address, pictures, postures(2))
        assert len(frames) == 2
    give_up_at_s = time.monotonic() + 120
    while connections(server.address) >= CONNECTIONS / 10 and time.monotonic() < give_up_at_s:
        time.sleep(0.02)
    assert connections(server.address) < CONNECTIONS / 10
