"""`mimo live` against a real server."""

import io
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import av
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from mimo_runtime.body.camera import orbit
from mimo_runtime.body.shipped import load_body
from mimo_runtime.cli.ctrl_c import ending_on_ctrl_c
from mimo_runtime.cli.live_changes import parse_change
from mimo_runtime.cli.live_output import open_output
from mimo_runtime.cli.live_play import prepare_play
from mimo_runtime.cli.live_sources import MotionPlayback, motion_source
from mimo_runtime.cli.main import mimo
from mimo_runtime.errors import InvalidRequestError, UnsupportedError
from mimo_runtime.motions.camera_path import CameraPath
from mimo_runtime.motions.folder import POSES
from mimo_runtime.motions.pose_clip import PoseClip, write_pose_clip
from mimo_runtime.motions.procedural import walk
from mimo_runtime.sample import CHARACTER, YARD
from mimo_runtime.serving.requests import SOLVER_WORDS
from mimo_runtime.wire.live import PoseFrame
from mimo_runtime.wire.live_change import LiveChange
from tests.runtime.cli.conftest import LIVE_FRAMES
from tests.runtime.runner.live import RATE

DRIVING = YARD.with_name("driving.mp4")


def run(arguments: list[str], **kind: bool) -> Result:
    return CliRunner().invoke(mimo, arguments, catch_exceptions=False, **kind)  # type: ignore[arg-type]


def test_a_movie_in_fragments(live_options: list[str], tmp_path: Path) -> None:
    ended = run(["live", *live_options, "-o", str(tmp_path / "out.mp4")])
    assert ended.exit_code == 0, ended.output
    assert "Chunks of" in ended.stderr
    assert f"{LIVE_FRAMES} frames" in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]
    with av.open(tmp_path / "out.mp4") as movie:
        frames = list(movie.decode(video=0))
    assert [(frame.width, frame.height) for frame in frames] == [(96, 96)] * LIVE_FRAMES


def test_a_movie_of_the_server_s_on_standard_output(live_options: list[str]) -> None:
    ended = run(["live", *live_options, "--receive", "h264", "-o", "-"])
    assert ended.exit_code == 0, ended.output
    with av.open(io.BytesIO(ended.stdout_bytes)) as movie:
        times_s = [frame.time for frame in movie.decode(video=0)]
    assert times_s == [0, 1, 2]


def test_pictures_in_a_folder(live_options: list[str], tmp_path: Path) -> None:
    ended = run(["live", *live_options, "-o", str(tmp_path / "frames")])
    assert ended.exit_code == 0, ended.output
    names = sorted(path.name for path in (tmp_path / "frames").iterdir())
    assert names == [f"frame_{index:06d}.png" for index in range(LIVE_FRAMES)]


def without(options: list[str], *names: str) -> list[str]:
    """The options but for some, each of which has a value."""
    pairs = zip(options[::2], options[1::2], strict=True)
    return [text for pair in pairs if pair[0] not in names for text in pair]


@pytest.mark.parametrize("who", ["client", "server"])
def test_somebody_in_a_driving_video_is_followed(
    live_options: list[str], tmp_path: Path, who: str
) -> None:
    others = without(live_options, "--motion", "--size")
    asked = ["--driving", str(DRIVING), "--capture-on", who, "-o", str(tmp_path / "frames")]
    ended = run(["live", *others, *asked])
    assert ended.exit_code == 0, ended.output
    assert ("Somebody is followed." in ended.stderr) is (who == "server")
    paths = sorted((tmp_path / "frames").iterdir())
    assert [path.name for path in paths] == [f"frame_{index:06d}.png" for index in range(3)]
    with Image.open(paths[0]) as picture:
        assert picture.size == (288, 288)  # of the video


def test_a_motion_file_needs_no_capture(live_options: list[str], tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="is for --driving"):
        run(["live", *live_options, "--capture-on", "server", "-o", str(tmp_path / "out.mp4")])


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
    live_options: list[str], tmp_path: Path, kind: str, given: list[str]
) -> None:
    others = without(live_options, "--motion", "--size")
    with pytest.raises(InvalidRequestError, match=f"leave out {given[0]}"):
        run(["live", *others, kind, str(tmp_path), *given, "-o", str(tmp_path / "out.mp4")])


@pytest.mark.parametrize("also", [[], ["--driving", "clip.mp4"]])
def test_motion_or_driving(live_options: list[str], tmp_path: Path, also: list[str]) -> None:
    given = [*live_options, *also] if also else without(live_options, "--motion")
    with pytest.raises(InvalidRequestError, match="either --motion or --driving"):
        run(["live", *given, "-o", str(tmp_path / "out.mp4")])


def test_changes_are_made_and_what_became_of_them_is_said(
    live_options: list[str], tmp_path: Path
) -> None:
    asked = ["--change", "0:latency-ms=0.001", "--change", "99:guidance=2,steps=1"]
    ended = run(["live", *live_options, *asked, "-o", str(tmp_path / "out.mp4")])
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


def test_ctrl_c_ends_a_stream_and_keeps_what_came(live_options: list[str], tmp_path: Path) -> None:
    names = [text.removeprefix("--").replace("-", "_") for text in live_options[::2]]
    given: dict[str, Any] = dict(zip(names, live_options[1::2], strict=True))
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


def test_a_refusal_leaves_nothing(live_options: list[str], tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="cannot be kept at 1 frames a second"):
        run(["live", *live_options, "--latency-ms", "0.001", "-o", str(tmp_path / "out.mp4")])
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


def test_frames_are_seen_in_a_window_too(
    live_options: list[str], player: Path, tmp_path: Path
) -> None:
    player.write_text(f"#!/bin/sh\nexec cat > '{tmp_path}/seen.mp4'\n")
    ended = run(["live", *live_options, "--view", "-o", str(tmp_path / "frames")])
    assert ended.exit_code == 0, ended.output
    assert len(list((tmp_path / "frames").iterdir())) == LIVE_FRAMES
    with av.open(tmp_path / "seen.mp4") as movie:
        assert len(list(movie.decode(video=0))) == LIVE_FRAMES


@pytest.mark.parametrize("output", ["", "frames"])
def test_a_window_that_is_closed(
    live_options: list[str], player: Path, tmp_path: Path, output: str
) -> None:
    """What is written goes on; where nothing is, the stream ends, and well."""
    player.write_text("#!/bin/sh\nhead -c 10 > /dev/null\n")
    written = ["-o", str(tmp_path / output)] if output else []
    ended = run(["live", *live_options, "--view", *written])
    assert ended.exit_code == 0, ended.output
    assert ("The window: " in ended.stderr) is (not output)
    if output:
        assert len(list((tmp_path / output).iterdir())) == LIVE_FRAMES


def test_where_there_is_no_player(
    live_options: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnsupportedError, match="install FFmpeg"):
        run(["live", *live_options, "--view"])
    with pytest.raises(InvalidRequestError, match="would go nowhere"):
        run(["live", *live_options])
