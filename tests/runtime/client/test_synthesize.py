"""The client against a real server: what it writes, and what it says when it cannot."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from mimo_runtime.client.inputs import Inputs
from mimo_runtime.client.session import synthesize
from mimo_runtime.errors import (
    CancelledError,
    DeadlineExceededError,
    InvalidRequestError,
    LimitExceededError,
    MediaError,
    ServerUnreachableError,
    TemplateError,
)
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.remux import remux
from mimo_runtime.templates.folder import open_template
from mimo_runtime.wire.kinds import FEATHER_MODES
from mimo_runtime.wire.progress import Progress
from mimo_runtime.wire.settings import Settings
from tests.pictures import blank_png

ONE_STEP = Settings(steps=1)


def silent(progress: Progress) -> None:
    pass


def test_a_video_is_a_plain_mp4_with_every_frame(
    address: str, inputs: Inputs, tmp_path: Path
) -> None:
    template = open_template(inputs.template, MediaLimits())
    output = tmp_path / "result.mp4"
    told: list[Progress] = []
    summary = synthesize(address, inputs, ONE_STEP, output, told.append, finish_movie=remux)
    with av.open(output) as file:
        stream = file.streams.video[0]
        frames = [(frame.time, frame.width, frame.height) for frame in file.decode(stream)]
        assert stream.frames == template.frame_count
    assert [time_s for time_s, _, _ in frames] == pytest.approx(
        [float(index / Fraction(template.rate_fps)) for index in range(template.frame_count)]
    )
    assert {frame[1:] for frame in frames} == {(template.width_px, template.height_px)}
    assert b"moof" not in output.read_bytes()
    assert summary.frame_count == template.frame_count
    assert 0 < summary.first_frame_s <= summary.total_s
    assert summary.frames_per_s > 0
    assert {"waiting", "denoise"} <= {progress.stage for progress in told}
    assert [path.name for path in output.parent.iterdir()] == ["result.mp4"]


def test_pictures_are_one_png_a_frame(address: str, inputs: Inputs, tmp_path: Path) -> None:
    template = open_template(inputs.template, MediaLimits())
    output = tmp_path / "result"
    summary = synthesize(address, inputs, ONE_STEP, output, silent)
    names = sorted(path.name for path in output.iterdir())
    assert names == [f"frame_{index:06d}.png" for index in range(summary.frame_count)]
    for name in names:
        with Image.open(output / name) as picture:
            assert picture.size == (template.width_px, template.height_px)
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


def test_feather_masks_and_matte_are_used(address: str, inputs: Inputs, tmp_path: Path) -> None:
    masks = tmp_path / "masks"
    masks.mkdir()
    for mode in FEATHER_MODES:
        Image.new("L", (64, 64), 0).save(masks / f"alpha2_{mode}.png")
    with Image.open(inputs.character) as picture:
        picture.convert("RGB").save(tmp_path / "character.png")
        picture.getchannel("A").save(tmp_path / "matte.png")
    folder = tmp_path / "template"
    shutil.copytree(inputs.template, folder)
    (folder / "occ.mp4").unlink()
    nothing_pasted = Inputs(tmp_path / "character.png", folder, tmp_path / "matte.png", masks)
    synthesize(address, nothing_pasted, ONE_STEP, tmp_path / "result", silent)
    template = open_template(folder, MediaLimits())
    (scene,) = (frame.copy() for frame in template.frames("bk", [0]))
    with Image.open(tmp_path / "result" / "frame_000000.png") as picture:
        np.testing.assert_allclose(np.asarray(picture, int), scene, atol=1)


def test_a_template_without_a_stream_is_the_servers_sentence(
    address: str, inputs: Inputs, tmp_path: Path
) -> None:
    folder = tmp_path / "template"
    shutil.copytree(inputs.template, folder)
    (folder / "bk.mp4").unlink()
    with pytest.raises(TemplateError, match="no bk"):
        synthesize(
            address, Inputs(inputs.character, folder), ONE_STEP, tmp_path / "out.mp4", silent
        )
    assert [path.name for path in tmp_path.iterdir()] == ["template"]


def test_a_picture_that_is_too_large_is_the_servers_sentence(
    address: str, inputs: Inputs, tmp_path: Path
) -> None:
    (tmp_path / "large.png").write_bytes(blank_png(20000, 20000))
    changed = Inputs(tmp_path / "large.png", inputs.template)
    with pytest.raises(LimitExceededError, match="20000"):
        synthesize(address, changed, ONE_STEP, tmp_path / "out.mp4", silent)


def test_a_file_that_is_not_there(address: str, inputs: Inputs, tmp_path: Path) -> None:
    changed = Inputs(tmp_path / "nobody.png", inputs.template)
    with pytest.raises(MediaError, match=r"nobody\.png: No such file"):
        synthesize(address, changed, ONE_STEP, tmp_path / "out.mp4", silent)


def test_a_template_that_is_no_folder(address: str, inputs: Inputs, tmp_path: Path) -> None:
    changed = Inputs(inputs.character, tmp_path / "none")
    with pytest.raises(TemplateError, match="no folder"):
        synthesize(address, changed, ONE_STEP, tmp_path / "out.mp4", silent)


def test_a_folder_without_feather_masks(address: str, inputs: Inputs, tmp_path: Path) -> None:
    changed = Inputs(inputs.character, inputs.template, feather_masks=tmp_path)
    with pytest.raises(InvalidRequestError, match="no feather masks"):
        synthesize(address, changed, ONE_STEP, tmp_path / "out.mp4", silent)


def test_no_server(inputs: Inputs, tmp_path: Path) -> None:
    with pytest.raises(ServerUnreachableError, match=r"127\.0\.0\.1:1.*mimo serve"):
        synthesize("127.0.0.1:1", inputs, ONE_STEP, tmp_path / "out.mp4", silent)
    assert not list(tmp_path.iterdir())


def test_a_deadline_leaves_nothing(address: str, inputs: Inputs, tmp_path: Path) -> None:
    with pytest.raises(DeadlineExceededError, match="allow more time"):
        synthesize(address, inputs, Settings(steps=1000), tmp_path / "out", silent, deadline_s=1.0)
    assert not list(tmp_path.iterdir())


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Ctrl-C as a person's shell has it; a shell that runs in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_cancels_the_call_and_leaves_nothing(
    address: str, inputs: Inputs, tmp_path: Path
) -> None:
    def interrupt(progress: Progress) -> None:
        if progress.stage == "denoise":
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(CancelledError):
        synthesize(address, inputs, Settings(steps=1000), tmp_path / "out.mp4", interrupt)
    assert not list(tmp_path.iterdir())
    assert synthesize(address, inputs, ONE_STEP, tmp_path / "out.mp4", silent).frame_count > 0


@pytest.mark.parametrize("name", ["out.avi", "out.png", "out.mp4.gz"])
def test_an_output_of_an_unknown_kind(inputs: Inputs, tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidRequestError, match=r"ends in \.mp4"):
        synthesize("127.0.0.1:1", inputs, ONE_STEP, tmp_path / name, silent)


def test_a_folder_with_something_in_it_is_never_replaced(inputs: Inputs, tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_text("kept")
    with pytest.raises(InvalidRequestError, match="holds 'file'"):
        synthesize("127.0.0.1:1", inputs, ONE_STEP, tmp_path / "precious", silent)
    assert (tmp_path / "precious" / "file").read_text() == "kept"


def test_an_output_that_cannot_be_written(address: str, inputs: Inputs, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InvalidRequestError, match="cannot be written"):
        synthesize(address, inputs, ONE_STEP, tmp_path / "file" / "out.mp4", silent)


def test_a_server_that_is_frozen_is_unreachable(
    inputs: Inputs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system still accepts connections for it."""
    monkeypatch.setattr("mimo_runtime.client.channel.KEEPALIVE_S", 0.5)
    with subprocess.Popen(
        [sys.executable, "-c", FROZEN], stdout=subprocess.PIPE, text=True
    ) as frozen:
        assert frozen.stdout is not None
        address = frozen.stdout.readline().strip()
        with pytest.raises(ServerUnreachableError):
            synthesize(address, inputs, ONE_STEP, tmp_path / "out.mp4", silent)
        frozen.kill()


FROZEN = """
import grpc, os, signal
from concurrent.futures import ThreadPoolExecutor

class Never(grpc.GenericRpcHandler):
    def service(self, details):
        return grpc.stream_stream_rpc_method_handler(self.freeze)
    def freeze(self, requests, context):
        os.kill(os.getpid(), signal.SIGSTOP)
        yield b""

server = grpc.server(ThreadPoolExecutor(1), [Never()])
print(f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}", flush=True)
server.start()
server.wait_for_termination()
"""
