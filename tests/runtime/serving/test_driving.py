"""A client that has a picture and a plain video, and nothing else: the server does the rest."""

import io
from collections.abc import Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import grpc
import psutil
import pytest
from click.testing import CliRunner
from PIL import Image

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.body.shipped import load_body
from mimo_runtime.bundle import Bundle
from mimo_runtime.cli.main import mimo
from mimo_runtime.client.inputs import Inputs
from mimo_runtime.client.session import synthesize
from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.motions.pose_file import write_poses
from mimo_runtime.motions.procedural import walk
from mimo_runtime.sample import CHARACTER, YARD
from mimo_runtime.serving.local import LocalServer
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.serving.run import start_engines
from mimo_runtime.wire.settings import Settings
from mimo_synthetic.ground_truth.clip import Clip
from mimo_synthetic.ground_truth.spec import ClipSpec
from tests.runtime.runner.live import scene_picture
from tests.runtime.runner.painting_bundle import paint_humans
from tests.runtime.serving.calls import begin, call, chunk, chunks, config

FRAMES = 8


@pytest.fixture(scope="module")
def driving(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("driving") / "walk.mp4"
    Clip(ClipSpec("walk", seed=6, frame_count=FRAMES, size_px=192)).write(path)
    return path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    bundle = paint_humans(tmp_path_factory.mktemp("bundles") / "painting")
    options = ServerOptions(threads=1)
    with (
        closing(start_engines(Bundle.open(bundle), options, lambda _line: None)) as runner,
        LocalServer(runner, options) as server,
    ):
        yield server


@pytest.fixture(scope="module")
def channel(server: LocalServer) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(server.address) as channel:
        yield channel


def test_a_picture_and_a_plain_video_are_enough(channel: grpc.Channel, driving: Path) -> None:
    inputs = {pb.INPUT_CHARACTER: CHARACTER.read_bytes(), pb.INPUT_DRIVING: driving.read_bytes()}
    ended = call(channel, [config(output_kind=pb.OUTPUT_KIND_LOSSLESS), *chunks(inputs)])
    assert ended.code is grpc.StatusCode.OK, ended.sentence
    assert ended.payloads("summary")[0].frame_count == FRAMES
    assert len(ended.payloads("frames")) == FRAMES
    stages = [progress.stage for progress in ended.payloads("progress")]
    assert {"people", "body", "fit", "draw", "layers", "write"} <= set(stages)


def test_a_motion_file_and_a_scene_are_enough(channel: grpc.Channel, tmp_path: Path) -> None:
    skeleton = load_body().skeleton
    write_poses(tmp_path / "walk.npz", walk(skeleton, FRAMES, Fraction(15)), skeleton)
    scene = scene_picture(tmp_path)
    view = pb.MotionView(camera="side", width_px=96, height_px=64, fps=15)
    asked = config(output_kind=pb.OUTPUT_KIND_LOSSLESS, motion_view=view)
    pictures = {
        pb.INPUT_CHARACTER: CHARACTER.read_bytes(), pb.INPUT_SCENE_PICTURE: scene.read_bytes()
    }  # fmt: skip
    motion = chunk(
        pb.INPUT_MOTION_FILE, (tmp_path / "walk.npz").read_bytes(), last=True, name="walk.npz"
    )
    ended = call(channel, [asked, *chunks(pictures), motion])
    assert ended.code is grpc.StatusCode.OK, ended.sentence
    frames = [piece.data for piece in ended.payloads("frames")]
    assert len(frames) == FRAMES
    with Image.open(io.BytesIO(frames[0])) as picture:
        assert picture.size == (96, 64)


def test_a_camera_that_is_none_is_told_before_anything_is_sent(channel: grpc.Channel) -> None:
    ended = call(channel, [config(motion_view=pb.MotionView(camera="sideways"))])
    assert ended.code is grpc.StatusCode.INVALID_ARGUMENT
    assert "sideways" in ended.sentence


def test_the_command_sends_it_too(server: LocalServer, driving: Path, tmp_path: Path) -> None:
    arguments = [
        "synthesize", "--server", server.address, "--character", CHARACTER, "--driving", driving,
        "--decompose-on", "server", "--steps", 1, "-o", tmp_path / "frames",
    ]  # fmt: skip
    ended = CliRunner().invoke(mimo, list(map(str, arguments)), catch_exceptions=False)
    assert ended.exit_code == 0, ended.output
    assert f"{FRAMES} frames" in ended.output
    assert len(list((tmp_path / "frames").iterdir())) == FRAMES
    assert [path.name for path in tmp_path.iterdir()] == ["frames"]


@pytest.mark.parametrize("given", [["--template", str(YARD)], ["--driving", "v", "--person", "2"]])
def test_the_command_sends_nothing_else(given: list[str], tmp_path: Path) -> None:
    arguments = [
        "synthesize", "--server", "localhost:1", "--character", str(CHARACTER), *given,
        "--decompose-on", "server", "-o", str(tmp_path / "frames"),
    ]  # fmt: skip
    with pytest.raises(InvalidRequestError, match="a driving video alone"):
        CliRunner().invoke(mimo, arguments, catch_exceptions=False)


def test_a_video_of_nobody_is_told_in_the_words_of_who_looked(
    server: LocalServer, tmp_path: Path
) -> None:
    inputs = Inputs(CHARACTER, driving=YARD / "bk.mp4")
    with pytest.raises(MediaError, match="obody"):
        synthesize(server.address, inputs, Settings(steps=1), tmp_path / "o", lambda _: None)


def test_no_video_at_all(server: LocalServer, tmp_path: Path) -> None:
    inputs = Inputs(CHARACTER, driving=CHARACTER)
    with pytest.raises(MediaError):
        synthesize(server.address, inputs, Settings(steps=1), tmp_path / "o", lambda _: None)


def test_a_video_or_a_template(server: LocalServer, driving: Path, tmp_path: Path) -> None:
    inputs = Inputs(CHARACTER, YARD, driving=driving)
    with pytest.raises(InvalidRequestError, match="were mixed"):
        synthesize(server.address, inputs, Settings(steps=1), tmp_path / "o", lambda _: None)


def test_a_client_that_leaves_takes_the_work_with_it(channel: grpc.Channel, driving: Path) -> None:
    inputs = {pb.INPUT_CHARACTER: CHARACTER.read_bytes(), pb.INPUT_DRIVING: driving.read_bytes()}
    stream = begin(channel, [config(), *chunks(inputs)], stage="people")
    worker = next(child for child in psutil.Process().children() if "worker" in _command(child))
    stream.cancel()
    worker.wait(timeout=60)
    assert not worker.is_running()


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""
