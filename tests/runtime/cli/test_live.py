"""`mimo live` and `mimo bench latency` against a real server."""

import io
import json
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import av
import jsonschema
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from mimo_runtime.body.camera import orbit
from mimo_runtime.body.shipped import load_body
from mimo_runtime.bundle import Bundle
from mimo_runtime.cli.ctrl_c import ending_on_ctrl_c
from mimo_runtime.cli.live_changes import parse_change
from mimo_runtime.cli.live_output import open_output
from mimo_runtime.cli.live_play import prepare_play
from mimo_runtime.cli.live_sources import MotionPlayback, motion_source
from mimo_runtime.cli.main import mimo
from mimo_runtime.client.live import open_live
from mimo_runtime.client.live_pictures import LivePictures
from mimo_runtime.engines.choice import open_backend
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.errors import BusyError, InvalidRequestError, UnsupportedError
from mimo_runtime.motions.camera_path import CameraPath
from mimo_runtime.motions.folder import POSES
from mimo_runtime.motions.pose_clip import PoseClip, write_pose_clip
from mimo_runtime.motions.pose_file import write_poses
from mimo_runtime.motions.procedural import walk
from mimo_runtime.runner.live_shares import LiveShares
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.runner.threads import ThreadRunner
from mimo_runtime.sample import CHARACTER, YARD
from mimo_runtime.serving.local import LocalServer
from mimo_runtime.serving.requests import SOLVER_WORDS
from mimo_runtime.wire.live import PoseFrame
from mimo_runtime.wire.live_change import LiveChange
from tests.runtime.runner.live import COSTS, RATE, PlainFigures, scene_picture, settings
from tests.runtime.runner.painting_bundle import paint_humans

FRAMES = 3
DRIVING = YARD.with_name("driving.mp4")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """One whose plans do not depend on how busy this machine is."""
    bundle = paint_humans(tmp_path_factory.mktemp("bundles") / "painting")
    engines = EngineSet(open_backend(Bundle.open(bundle), "onnxruntime", 1))
    shares = LiveShares(lambda _name: COSTS)
    runner = ThreadRunner(Synthesizer(engines, figures=PlainFigures(), live=shares))
    with LocalServer(runner) as server:
        yield server
    runner.close()


@pytest.fixture(scope="module")
def options(server: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Three postures, one a second, so that any machine keeps up."""
    folder = tmp_path_factory.mktemp("inputs")
    body = load_body()
    count = int((FRAMES - 1) * RATE) + 1
    write_poses(folder / "walk.npz", walk(body.skeleton, count, RATE), body.skeleton)
    given = {
        "server": server.address, "character": CHARACTER, "scene": scene_picture(folder),
        "motion": folder / "walk.npz", "size": "96x96", "fps": 1, "steps": 1, "guidance": 1,
        "policy": "lossless",
    }  # fmt: skip
    return [text for name, value in given.items() for text in (f"--{name}", str(value))]


def run(arguments: list[str], **kind: bool) -> Result:
    return CliRunner().invoke(mimo, arguments, catch_exceptions=False, **kind)  # type: ignore[arg-type]


def test_a_movie_in_fragments(options: list[str], tmp_path: Path) -> None:
    ended = run(["live", *options, "-o", str(tmp_path / "out.mp4")])
    assert ended.exit_code == 0, ended.output
    assert "Chunks of" in ended.stderr
    assert f"{FRAMES} frames" in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]
    with av.open(tmp_path / "out.mp4") as movie:
        frames = list(movie.decode(video=0))
    assert [(frame.width, frame.height) for frame in frames] == [(96, 96)] * FRAMES


def test_a_movie_of_the_server_s_on_standard_output(options: list[str]) -> None:
    ended = run(["live", *options, "--receive", "h264", "-o", "-"])
    assert ended.exit_code == 0, ended.output
    with av.open(io.BytesIO(ended.stdout_bytes)) as movie:
        times_s = [frame.time for frame in movie.decode(video=0)]
    assert times_s == [0, 1, 2]


def test_pictures_in_a_folder(options: list[str], tmp_path: Path) -> None:
    ended = run(["live", *options, "-o", str(tmp_path / "frames")])
    assert ended.exit_code == 0, ended.output
    names = sorted(path.name for path in (tmp_path / "frames").iterdir())
    assert names == [f"frame_{index:06d}.png" for index in range(FRAMES)]


def without(options: list[str], *names: str) -> list[str]:
    """The options but for some, each of which has a value."""
    pairs = zip(options[::2], options[1::2], strict=True)
    return [text for pair in pairs if pair[0] not in names for text in pair]


@pytest.mark.parametrize("who", ["client", "server"])
def test_somebody_in_a_driving_video_is_followed(
    options: list[str], tmp_path: Path, who: str
) -> None:
    others = without(options, "--motion", "--size")
    asked = ["--driving", str(DRIVING), "--capture-on", who, "-o", str(tmp_path / "frames")]
    ended = run(["live", *others, *asked])
    assert ended.exit_code == 0, ended.output
    assert ("Somebody is followed." in ended.stderr) is (who == "server")
    paths = sorted((tmp_path / "frames").iterdir())
    assert [path.name for path in paths] == [f"frame_{index:06d}.png" for index in range(3)]
    with Image.open(paths[0]) as picture:
        assert picture.size == (288, 288)  # of the video


def test_a_motion_file_needs_no_capture(options: list[str], tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="is for --driving"):
        run(["live", *options, "--capture-on", "server", "-o", str(tmp_path / "out.mp4")])


@pytest.mark.parametrize(("fps", "count"), [(None, 21), (5, 11), (20, 41)])
def test_a_motion_folder_is_played_at_the_rate_that_is_asked_for(
    tmp_path: Path, fps: int | None, count: int
) -> None:
    skeleton = load_body().skeleton
    motion = walk(skeleton, 21, RATE)
    camera = CameraPath.still(orbit((0, 0.9, 0), 90, 1.0, 4.0, (64, 48), 60.0), 21)
    write_pose_clip(tmp_path / POSES, PoseClip(motion, skeleton, camera))
    given = {"motion": tmp_path, "fps": fps, "camera": None, "size": None}
    source = motion_source(given)
    assert (source.rate_fps, len(source.postures)) == (fps or RATE, count)
    assert (source.camera.width_px, source.camera.height_px) == (64, 48)


@pytest.mark.parametrize("given", [["--size", "96x96"], ["--camera", "left"]])
@pytest.mark.parametrize("kind", ["--driving", "--motion"])
def test_who_has_a_camera_takes_no_other(
    options: list[str], tmp_path: Path, kind: str, given: list[str]
) -> None:
    others = without(options, "--motion", "--size")
    with pytest.raises(InvalidRequestError, match=f"leave out {given[0]}"):
        run(["live", *others, kind, str(tmp_path), *given, "-o", str(tmp_path / "out.mp4")])


@pytest.mark.parametrize("also", [[], ["--driving", "clip.mp4"]])
def test_motion_or_driving(options: list[str], tmp_path: Path, also: list[str]) -> None:
    given = [*options, *also] if also else without(options, "--motion")
    with pytest.raises(InvalidRequestError, match="either --motion or --driving"):
        run(["live", *given, "-o", str(tmp_path / "out.mp4")])


def test_changes_are_made_and_what_became_of_them_is_said(
    options: list[str], tmp_path: Path
) -> None:
    asked = ["--change", "0:latency-ms=0.001", "--change", "99:guidance=2,steps=1"]
    ended = run(["live", *options, *asked, "-o", str(tmp_path / "out.mp4")])
    assert ended.exit_code == 0, ended.output
    assert "Change 1 was refused: A latency of 0 ms cannot be kept" in ended.stderr
    assert "Change 2 was" in ended.stderr


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("120:scene=b.png", LiveChange(1, 120, scene=Path("b.png"))),
        ("0: steps=3, guidance=2.5", LiveChange(1, 0, steps=3, guidance=2.5)),
        ("7:latency-ms=250", LiveChange(1, 7, latency_s=0.25)),
        (
            "7:step-table=999,700,300,solver=dpmpp-2m, guidance-interval=0.2,0.9",
            LiveChange(
                1, 7, solver="dpmpp-2m", step_table="999,700,300", guidance_interval="0.2,0.9"
            ),
        ),
        (
            "7:character=a.png,matte=m.png",
            LiveChange(1, 7, character=Path("a.png"), matte=Path("m.png")),
        ),
    ],
)
def test_a_change_as_it_is_written(text: str, change: LiveChange) -> None:
    assert parse_change(text, 1) == change


@pytest.mark.parametrize("text", ["scene=b.png", "x:steps=2", "3:colour=red", "3:steps=many", "3:"])
def test_a_change_that_is_none(text: str) -> None:
    with pytest.raises(InvalidRequestError):
        parse_change(text, 1)


class Endless:
    """Postures without end; the second one is followed by Ctrl-C."""

    def __init__(self, source: MotionPlayback) -> None:
        self._postures = source.postures
        self.rate_fps, self.camera, self.shape = source.rate_fps, source.camera, source.shape
        self.driving = source.driving

    def play(self) -> Iterator[PoseFrame]:
        for index in count():
            yield replace(self._postures[index % len(self._postures)], index=index)
            if index == 1:
                os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_ends_a_stream_and_keeps_what_came(options: list[str], tmp_path: Path) -> None:
    names = [text.removeprefix("--").replace("-", "_") for text in options[::2]]
    given: dict[str, Any] = dict(zip(names, options[1::2], strict=True))
    given |= {"camera": "front", "fps": 1, "steps": 1, "guidance": 1.0, "credits": 8, "seed": 1}
    given |= dict.fromkeys(("latency_ms", "matte", "tls_root", *SOLVER_WORDS))
    given |= {name: Path(given[name]) for name in ("character", "scene", "motion")}
    play, before = (
        prepare_play(given, Endless(motion_source(given))),
        signal.getsignal(signal.SIGINT),
    )
    with open_output(tmp_path / "out", play.rate_fps) as sink, ending_on_ctrl_c(play.stop):
        summary = play.run(sink)
    assert summary.frame_count >= 2
    assert len(list((tmp_path / "out").iterdir())) == summary.frame_count
    assert signal.getsignal(signal.SIGINT) is before


def test_a_refusal_leaves_nothing(options: list[str], tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="cannot be kept at 1 frames a second"):
        run(["live", *options, "--latency-ms", "0.001", "-o", str(tmp_path / "out.mp4")])
    assert not list(tmp_path.iterdir())


def test_an_output_that_cannot_be_is_refused_before_the_motion_is_read(tmp_path: Path) -> None:
    """There is neither a server nor a motion, and neither is missed."""
    asked = ["--server", "localhost:1", "--character", str(CHARACTER), "--scene", str(CHARACTER)]
    asked += ["--motion", str(tmp_path / "none.bvh"), "--receive", "h264"]
    for output, sentence in (("frames", "cannot be made of H.264"), ("out.gif", "not written")):
        with pytest.raises(InvalidRequestError, match=sentence):
            run(["live", *asked, "-o", str(tmp_path / output)])


@pytest.fixture
def player(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A player of our own, which is found before any other, and does what a test writes into it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    path = folder / "ffplay"
    path.touch(0o755)
    return path


def test_frames_are_seen_in_a_window_too(options: list[str], player: Path, tmp_path: Path) -> None:
    player.write_text(f"#!/bin/sh\nexec cat > '{tmp_path}/seen.mp4'\n")
    ended = run(["live", *options, "--view", "-o", str(tmp_path / "frames")])
    assert ended.exit_code == 0, ended.output
    assert len(list((tmp_path / "frames").iterdir())) == FRAMES
    with av.open(tmp_path / "seen.mp4") as movie:
        assert len(list(movie.decode(video=0))) == FRAMES


@pytest.mark.parametrize("output", ["", "frames"])
def test_a_window_that_is_closed(
    options: list[str], player: Path, tmp_path: Path, output: str
) -> None:
    """What is written goes on; where nothing is, the stream ends, and well."""
    player.write_text("#!/bin/sh\nhead -c 10 > /dev/null\n")
    written = ["-o", str(tmp_path / output)] if output else []
    ended = run(["live", *options, "--view", *written])
    assert ended.exit_code == 0, ended.output
    assert ("The window: " in ended.stderr) is (not output)
    if output:
        assert len(list((tmp_path / output).iterdir())) == FRAMES


def test_where_there_is_no_player(
    options: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnsupportedError, match="install FFmpeg"):
        run(["live", *options, "--view"])
    with pytest.raises(InvalidRequestError, match="would go nowhere"):
        run(["live", *options])


def bench(options: list[str], *asked: str) -> dict[str, Any]:
    """The report of a command, which has the schema that is published."""
    ended = run(["bench", asked[0], *options, *asked[1:]])
    assert ended.exit_code == 0, ended.output
    folder = Path(asked[-1])
    values: dict[str, Any] = json.loads((folder / "report.json").read_text())
    schema = json.loads(run(["bench", "schema", asked[0]]).stdout)
    jsonschema.validate(values, schema)
    assert values["schema"] == schema["properties"]["schema"]["const"]
    assert "<svg" in (folder / "report.html").read_text()
    return values


def test_a_report(options: list[str], tmp_path: Path) -> None:
    target = str(tmp_path / "report")
    found = bench(options, "latency", "--streams", "2", "--seconds", "2", "-o", target)
    figures = found["figures"]
    counts = [figures[name] for name in ("streams", "sent", "frames", "dropped")]
    assert counts == [2, 4, 4, 0]
    assert figures["first_frame_ms"]["count"] == 2
    assert 0 < figures["motion_to_photon_ms"]["p50"] <= figures["motion_to_photon_ms"]["max"]
    assert [len(each) for each in found["samples_ms"]["motion_to_photon"]] == [2, 2]
    compared = run(["bench", "compare", target, target])
    assert compared.exit_code == 0, compared.output
    assert compared.stdout.count("no sure difference") == 4


def test_rows_of_more_and_more_streams(options: list[str], tmp_path: Path) -> None:
    target = str(tmp_path / "report")
    asked = ["--streams", "1", "--streams", "2", "--seconds", "2", "-o", target]
    one, two = bench(options, "throughput", *asked)["rows"]
    assert [(row["streams"], row["refused"]) for row in (one, two)] == [(1, 0), (2, 0)]
    assert one["frames_per_s"] == one["frames_per_s_each"] > 0
    assert two["frames_per_s"] == 2 * two["frames_per_s_each"] > 0


def test_streams_that_are_refused_are_counted(options: list[str], tmp_path: Path) -> None:
    """As many are open as the server takes."""
    given = dict(zip(options[::2], options[1::2], strict=True))
    pictures = LivePictures(Path(given["--character"]), Path(given["--scene"]))
    target = str(tmp_path / "report")
    with ExitStack() as stack:
        with suppress(BusyError):
            for _ in range(100):
                stack.enter_context(open_live(given["--server"], pictures, settings()))
        (row,) = bench(options, "throughput", "--streams", "3", "-o", target)["rows"]
    assert (row["streams"], row["refused"]) == (0, 3)
    assert row["frames_per_s"] is None
