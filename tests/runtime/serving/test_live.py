"""Live streams on a real server: frames, credits, clients that stall, leave or send nonsense."""

import io
import queue
import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import grpc
import numpy as np
import pytest
from PIL import Image

from mimo.v1 import synthesis_pb2 as pb
from mimo.v1 import synthesis_pb2_grpc
from mimo_runtime.bundle import Bundle
from mimo_runtime.client.live import open_live
from mimo_runtime.client.live_messages import live_config, live_pose
from mimo_runtime.client.live_pictures import LivePictures
from mimo_runtime.engines.choice import open_backend
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.errors import InvalidRequestError, MediaError, UnsupportedError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.picture import read_picture
from mimo_runtime.runner.live_shares import LiveShares
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.runner.threads import ThreadRunner
from mimo_runtime.sample import CHARACTER
from mimo_runtime.serving.live_requests import picture_format
from mimo_runtime.serving.local import LocalServer
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.wire.live import LiveSettings, PictureFormat, QueuePolicy
from tests.runtime.media.frames import psnr_db
from tests.runtime.runner.live import COSTS, PlainFigures, endless, live_files, postures, settings
from tests.runtime.runner.painting_bundle import paint_humans
from tests.runtime.serving.calls import Outcome, outcome

Request = pb.SynthesizeLiveRequest


def slow(**changes: Any) -> LiveSettings:
    """One frame every twenty seconds: what any machine can keep, one frame in a chunk."""
    given = {"rate_fps": Fraction(1, 20), "steps": 1, "guidance": 1.0} | changes
    return settings(**({"policy": QueuePolicy.LOSSLESS} | given))


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreadRunner]:
    bundle = paint_humans(tmp_path_factory.mktemp("bundles") / "painting")
    engines = EngineSet(open_backend(Bundle.open(bundle), "onnxruntime", 1))
    shares = LiveShares(lambda _name: COSTS)  # plans do not depend on how busy this machine is
    runner = ThreadRunner(Synthesizer(engines, figures=PlainFigures(), live=shares))
    yield runner
    runner.close()


@pytest.fixture(scope="module")
def server(runner: ThreadRunner) -> Iterator[LocalServer]:
    with LocalServer(runner, ServerOptions(max_live=3, idle_timeout_s=60)) as server:
        yield server


@pytest.fixture
def pictures(tmp_path: Path) -> LivePictures:
    files = live_files(tmp_path)
    return LivePictures(files.character, files.scene)


@pytest.fixture
def none_left(runner: ThreadRunner) -> Iterator[None]:
    """After the test no stream is open."""
    yield
    give_up_at_s = time.monotonic() + 60
    while runner.streams and time.monotonic() < give_up_at_s:
        time.sleep(0.02)
    assert runner.streams == 0


class Client:
    """A client that sends message by message."""

    def __init__(
        self, address: str, config: LiveSettings, pictures: LivePictures, resume_s: float = 0.0
    ) -> None:
        self.channel = grpc.insecure_channel(address)
        self._sent: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self.send(config=live_config(config, PictureFormat.PNG, 0, resume_s))
        for file in pictures.files():
            for chunk in file.chunks():
                self.send(chunk=chunk)
        stub = synthesis_pb2_grpc.SynthesisServiceStub(self.channel)
        self.call = stub.SynthesizeLive(iter(self._sent.get, None))
        self.responses: list[pb.SynthesizeLiveResponse] = []

    def send(self, **payload: Any) -> None:
        self._sent.put(Request(**payload))

    def close_side(self) -> None:
        self._sent.put(None)

    def next(self) -> pb.SynthesizeLiveResponse:
        response: pb.SynthesizeLiveResponse = next(self.call)
        self.responses.append(response)
        return response

    def ended(self) -> Outcome:
        """How the call ends, once it has."""
        try:
            while True:
                self.next()
        except (StopIteration, grpc.RpcError):
            found = outcome(self.call, [])
        self.channel.close()
        return found


@pytest.mark.usefixtures("none_left")
def test_frames_come_back_while_postures_go_out(
    server: LocalServer, pictures: LivePictures
) -> None:
    poses = postures(3)
    frames = []
    with open_live(server.address, pictures, slow(), picture=PictureFormat.PNG) as live:
        assert live.ready.skeleton.joints[0] == "Hips"
        assert "Chunks of" in live.ready.reasons[0]
        live.send(poses[0])
        for event in live.events():
            if isinstance(event, pb.LiveFrame):
                frames.append(event)
                if len(frames) < len(poses):
                    live.send(poses[len(frames)])
                else:
                    live.end()
    assert isinstance(event, pb.LiveSummary)
    assert (event.frame_count, event.pose_count, event.dropped) == (3, 3, 0)
    assert [frame.pose_index for frame in frames] == [0, 1, 2]
    assert [frame.capture_s for frame in frames] == [pose.capture_s for pose in poses]
    assert all(frame.present_s > frame.capture_s for frame in frames)
    rgb = read_picture(frames[0].data, "frame", MediaLimits())
    assert rgb.shape == (120, 160, 3)
    assert frames[0].data != frames[1].data


@pytest.mark.usefixtures("none_left")
def test_every_encoding_of_frames(server: LocalServer, pictures: LivePictures) -> None:
    """The same pixels as bytes and as PNG; near them as JPEG and as a movie."""
    found: dict[PictureFormat, list[Any]] = {}
    for picture in PictureFormat:
        with open_live(server.address, pictures, slow(), picture=picture) as live:
            live.send(postures(1)[0])
            live.end()
            found[picture] = list(live.events())
    frames = {picture: events[0].data for picture, events in found.items()}
    raw = np.frombuffer(frames[PictureFormat.RAW], np.uint8).reshape(120, 160, 3)
    png, jpeg = (
        read_picture(frames[kind], "frame", MediaLimits())
        for kind in (PictureFormat.PNG, PictureFormat.JPEG)
    )
    assert np.array_equal(raw, png)
    assert psnr_db(raw, jpeg) > 20  # random colours, half of them kept
    tail = [event.data for event in found[PictureFormat.H264] if isinstance(event, pb.LiveTail)]
    with av.open(io.BytesIO(frames[PictureFormat.H264] + b"".join(tail))) as movie:
        (frame,) = movie.decode(video=0)
    assert psnr_db(raw, frame.to_ndarray(format="rgb24")) > 20


@pytest.mark.parametrize(("format", "quality"), [(pb.PICTURE_FORMAT_PNG, 90), (0, 101), (9, 0)])
def test_encodings_that_cannot_be(format: Any, quality: int) -> None:
    with pytest.raises(InvalidRequestError):
        picture_format(pb.LiveConfig(format=format, quality=quality), "ipv4:127.0.0.1:1")


def test_bytes_of_pixels_stay_on_this_machine() -> None:
    config = pb.LiveConfig(format=pb.PICTURE_FORMAT_RAW)
    for peer in ("ipv4:127.0.0.1:50", "ipv6:%5B::1%5D:50", "unix:", "unix:/run/socket"):
        assert picture_format(config, peer)[0] is PictureFormat.RAW
    for peer in ("ipv4:10.0.0.7:50", "ipv6:%5B2001:db8::7%5D:50"):
        with pytest.raises(InvalidRequestError, match="same machine"):
            picture_format(config, peer)


@pytest.mark.usefixtures("none_left")
def test_a_scene_is_exchanged_and_it_is_told_from_which_frame_on(
    server: LocalServer, pictures: LivePictures, tmp_path: Path
) -> None:
    """The corner of the frame, where nobody stands, is the present scene to the level."""
    green = tmp_path / "green.png"
    Image.fromarray(np.full((50, 50, 3), (0, 200, 0), np.uint8)).save(green)
    poses, corners, applied = endless(), [], []
    with open_live(server.address, pictures, slow(), picture=PictureFormat.PNG) as live:
        live.send(next(poses))
        for event in live.events():
            if isinstance(event, pb.LiveApplied):
                applied.append((event.from_index, len(corners)))
            if isinstance(event, pb.LiveFrame):
                corners.append(read_picture(event.data, "frame", MediaLimits())[0, 0].tolist())
                if not event.index:
                    live.exchange_scene(green)
                if applied:
                    live.end()
                else:
                    live.send(next(poses))
    (told,) = applied
    assert told[0] == told[1] >= 1
    assert corners[: told[0]] == [corners[0]] * told[0]
    assert corners[told[0] :] == [[0, 200, 0]] * (len(corners) - told[0])


@pytest.mark.usefixtures("none_left")
def test_a_scene_that_is_none_ends_the_stream(
    server: LocalServer, pictures: LivePictures, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")

    def exchanged() -> None:
        with open_live(server.address, pictures, slow()) as live:
            live.exchange_scene(broken)
            list(live.events())

    with pytest.raises(MediaError, match="accepted are PNG"):
        exchanged()


@pytest.mark.usefixtures("none_left")
def test_a_stalled_client_holds_its_credits_and_no_more(
    server: LocalServer, pictures: LivePictures, runner: ThreadRunner
) -> None:
    """Two credits, four postures: two frames come, the rest when credits do; others go on."""
    client = Client(server.address, slow(rate_fps=Fraction(1, 60)), pictures)
    client.send(credit=pb.LiveCredit(frames=2))
    ready = client.next().ready
    for index, pose in enumerate(postures(4)):
        client.send(pose=live_pose(pose))
        if index < 2:
            assert client.next().frame.credits == 1 - index
    client.send(end=pb.LiveEnd())
    received: queue.SimpleQueue[pb.SynthesizeLiveResponse] = queue.SimpleQueue()
    reader = threading.Thread(target=lambda: received.put(client.next()))
    reader.start()
    test_frames_come_back_while_postures_go_out(server, pictures)
    assert received.empty()
    assert ready.queue_frames >= 2
    client.send(credit=pb.LiveCredit(frames=5))
    assert received.get(timeout=120).frame.pose_index == 2
    reader.join()
    assert client.ended().code is grpc.StatusCode.OK
    assert client.responses[-1].summary.frame_count == 4


@pytest.mark.usefixtures("none_left")
def test_a_client_that_is_gone_frees_its_stream(
    server: LocalServer, pictures: LivePictures, runner: ThreadRunner
) -> None:
    client = Client(server.address, slow(steps=900, rate_fps=Fraction(1, 10**7)), pictures)
    client.send(credit=pb.LiveCredit(frames=2))
    assert client.next().ready.steps == 900
    client.send(pose=live_pose(postures(1)[0]))
    while runner.streams == 0:
        time.sleep(0.01)
    client.call.cancel()
    client.channel.close()


@pytest.mark.usefixtures("none_left")
@pytest.mark.parametrize(
    ("messages", "sentence"),
    [
        ([{"pose": pb.LivePose()}], "only pictures may come"),
        ([{"credit": pb.LiveCredit(frames=0)}], "grant 1 or more"),
        ([{"credit": pb.LiveCredit(frames=2000)}], "1000 outstanding at most"),
        ([{"credit": pb.LiveCredit(frames=1)}, {"config": pb.LiveConfig()}], "of kind 'config'"),
        ([None], "before its first credit"),
    ],
)
def test_messages_out_of_order(
    server: LocalServer, pictures: LivePictures, messages: list[Any], sentence: str
) -> None:
    client = Client(server.address, slow(), pictures)
    for message in messages:
        if message is None:
            client.close_side()
        else:
            client.send(**message)
    assert sentence in client.ended().sentence


@pytest.mark.usefixtures("none_left")
def test_postures_out_of_order(server: LocalServer, pictures: LivePictures) -> None:
    client = Client(server.address, slow(), pictures)
    client.send(credit=pb.LiveCredit(frames=1))
    client.next()
    pose = live_pose(postures(1)[0])
    client.send(pose=pose)
    client.send(pose=pose)
    ended = client.ended()
    assert ended.code is grpc.StatusCode.FAILED_PRECONDITION
    assert "index rises" in ended.sentence


@pytest.mark.usefixtures("none_left")
def test_a_side_that_is_closed_too_early(server: LocalServer, pictures: LivePictures) -> None:
    """The granted frame comes; the other never can, and the client hears why."""
    client = Client(server.address, slow(), pictures)
    client.send(credit=pb.LiveCredit(frames=1))
    client.next()
    for pose in postures(2):
        client.send(pose=live_pose(pose))
    client.close_side()
    assert "no credit left" in client.ended().sentence
    assert [r.WhichOneof("payload") for r in client.responses] == ["ready", "frame"]


def test_wrong_settings_and_pictures(
    server: LocalServer, pictures: LivePictures, tmp_path: Path
) -> None:
    def refused(kind: type[Exception], sentence: str, **changes: Any) -> None:
        with pytest.raises(kind, match=sentence), open_live(server.address, **changes):
            pass

    given: dict[str, Any] = {"pictures": pictures, "settings": slow()}
    refused(InvalidRequestError, "no body 'smpl'", **given | {"settings": slow(body="smpl")})
    refused(
        InvalidRequestError,
        "cannot be kept",
        **given | {"settings": slow(latency_s=1e-6)},
    )
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    refused(MediaError, "accepted are PNG", **given | {"pictures": LivePictures(CHARACTER, broken)})


def test_a_bundle_that_paints_squares(small_bundle: Path, pictures: LivePictures) -> None:
    runner = ThreadRunner(Synthesizer.load(small_bundle, threads=1, engine="onnxruntime"))
    try:
        with (
            LocalServer(runner, ServerOptions()) as server,
            pytest.raises(UnsupportedError, match="paints the human layer"),
            open_live(server.address, pictures, slow()),
        ):
            pass
    finally:
        runner.close()
