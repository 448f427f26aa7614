"""Live streams of a character and a scene that were prepared on the server before."""

import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.body.shipped import load_body
from mimo_runtime.bundle import Bundle
from mimo_runtime.cli.main import mimo
from mimo_runtime.client.connection import Connection
from mimo_runtime.client.inputs import Inputs
from mimo_runtime.client.jobs import JobRequest, create_job, prepared_assets, watch_job
from mimo_runtime.client.live import open_live
from mimo_runtime.client.live_pictures import LivePictures
from mimo_runtime.engines.choice import open_backend
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.errors import InvalidRequestError, NotFoundError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.picture import decode_png, encode_png
from mimo_runtime.media.reader import frames_at, open_clip
from mimo_runtime.motions.pose_file import write_poses
from mimo_runtime.motions.procedural import walk
from mimo_runtime.runner.live_shares import LiveShares
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.runner.threads import ThreadRunner
from mimo_runtime.sample import CHARACTER, YARD
from mimo_runtime.serving.local import LocalServer
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.wire.kinds import JobTask
from mimo_runtime.wire.live import PictureFormat
from mimo_runtime.wire.settings import Settings
from tests.runtime.media.frames import psnr_db
from tests.runtime.runner.live import COSTS, postures
from tests.runtime.runner.painting_bundle import paint_humans
from tests.runtime.serving.test_live import slow

FRAMES = 2


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """One that draws the character's own figure, and has a state folder."""
    folder = tmp_path_factory.mktemp("server")
    engines = EngineSet(open_backend(Bundle.open(paint_humans(folder / "b")), "onnxruntime", 1))
    runner = ThreadRunner(Synthesizer(engines, live=LiveShares(lambda _name: COSTS)))
    with LocalServer(runner, ServerOptions(state=folder / "state")) as server:
        yield server
    runner.close()


@pytest.fixture(scope="module")
def connection(server: LocalServer) -> Iterator[Connection]:
    with Connection(server.address) as connection:
        yield connection


def prepared(connection: Connection, inputs: Inputs, task: JobTask) -> str:
    job = create_job(connection, JobRequest(inputs, Settings(), task=task))
    *_, ended = watch_job(connection, job.id)
    assert ended.HasField("result"), ended.error
    return job.id


@pytest.fixture(scope="module")
def character(connection: Connection) -> str:
    return prepared(connection, Inputs(CHARACTER), JobTask.CHARACTER)


@pytest.fixture(scope="module")
def template(connection: Connection, walking: Path) -> str:
    return prepared(connection, Inputs(driving=walking), JobTask.TEMPLATE)


def streamed(server: LocalServer, pictures: LivePictures) -> list[bytes]:
    """The PNG files of a short stream."""
    with open_live(server.address, pictures, slow(), picture=PictureFormat.PNG) as call:

        def send() -> None:
            for pose in postures(FRAMES):
                call.send_in_turn(pose)
            call.end()

        sender = threading.Thread(target=send)
        sender.start()
        frames = [each.data for each in call.events() if isinstance(each, pb.LiveFrame)]
        sender.join()
    return frames


def test_a_prepared_character_and_scene_are_named_and_not_sent(
    server: LocalServer, connection: Connection, character: str, template: str, tmp_path: Path
) -> None:
    named = [*prepared_assets(connection, character), *prepared_assets(connection, template)]
    pictures = LivePictures().with_prepared(named)
    assert sorted(pb.Input.Name(each.input) for each in pictures.assets) == [
        "INPUT_CHARACTER", "INPUT_CHARACTER_FIT", "INPUT_CHARACTER_RECORD",
        "INPUT_CHARACTER_TEXTURE", "INPUT_SCENE",
    ]  # fmt: skip
    assert not pictures.files()
    scene = next(each for each in pictures.assets if each.input == pb.INPUT_SCENE)
    stored = next(tmp_path.parent.rglob(scene.sha256))
    with open_clip(stored, MediaLimits()) as reader:
        (tmp_path / "scene.png").write_bytes(encode_png(next(frames_at(reader, [0]))))
    sent = streamed(server, LivePictures(CHARACTER, tmp_path / "scene.png"))
    assert len(sent) == FRAMES
    assert streamed(server, LivePictures(CHARACTER, assets=(scene,))) == sent
    for prepared_one, sent_one in zip(streamed(server, pictures), sent, strict=True):
        # A texture that was prepared is finer than one that a bundle has made for itself.
        assert psnr_db(decode_png(prepared_one), decode_png(sent_one)) > 25


def test_what_is_given_goes_first(connection: Connection, character: str, template: str) -> None:
    named = [*prepared_assets(connection, character), *prepared_assets(connection, template)]
    assert {each.input for each in LivePictures(CHARACTER).with_prepared(named).assets} == {
        pb.INPUT_SCENE
    }
    assert not LivePictures(CHARACTER, CHARACTER).with_prepared(named).assets


def test_the_command_names_them(
    server: LocalServer, character: str, template: str, tmp_path: Path
) -> None:
    skeleton = load_body().skeleton
    write_poses(tmp_path / "walk.npz", walk(skeleton, FRAMES, Fraction(1)), skeleton)
    command = [
        "live", "--server", server.address, "--prepared", character, "--prepared", template,
        "--motion", str(tmp_path / "walk.npz"), "--size", "96x96", "--fps", "1", "--steps", "1",
        "--guidance", "1", "--policy", "lossless", "-o", str(tmp_path / "frames"),
    ]  # fmt: skip
    ended = CliRunner().invoke(mimo, command, catch_exceptions=False)
    assert ended.exit_code == 0, ended.output
    assert len(list((tmp_path / "frames").iterdir())) == FRAMES
    without = [word for word in command if word not in ("--prepared", character, template)]
    with pytest.raises(InvalidRequestError, match="no picture of the character"):
        CliRunner().invoke(mimo, without, catch_exceptions=False)


def test_a_part_of_a_character_or_nothing_is_refused(
    server: LocalServer, connection: Connection, character: str
) -> None:
    assets = tuple(prepared_assets(connection, character))
    with pytest.raises(InvalidRequestError, match="did not come"):
        streamed(server, LivePictures(None, YARD.parent / "character.png", assets=assets[:2]))
    with pytest.raises(InvalidRequestError, match="No picture of the scene"):
        streamed(server, LivePictures(assets=assets))
    missing = pb.AssetInput(input=pb.INPUT_CHARACTER, sha256="0" * 64)
    with pytest.raises(NotFoundError):
        streamed(server, LivePictures(None, CHARACTER, assets=(missing,)))
