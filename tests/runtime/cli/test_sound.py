"""The sound of the driving video, through a render, segments that are stitched, and jobs."""

import json
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import pytest

from mimo_runtime.decomposition.clip import open_driving
from mimo_runtime.decomposition.writing import write_source
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.runner.threads import ThreadRunner
from mimo_runtime.sample import CHARACTER, TEMPLATE
from mimo_runtime.serving.local import LocalServer
from mimo_runtime.serving.options import ServerOptions
from tests.bundles import SMALL_BUNDLE
from tests.runtime.cli.commands import OPTIONS, run
from tests.runtime.media.clicks import RATE_HZ, clicks, heard_clicks, write_clip_with_sound
from tests.runtime.media.clips import picture
from tests.runtime.media.ffmpeg_tools import clicks_by_ffmpeg
from tests.runtime.serving.calls import shorten

RATE_FPS = Fraction(20)
CLICKS_S = (0.05, 0.3, 0.44)
START_S = 0.2


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """Of 6 frames from the fifth on; its source video has a click track."""
    folder = shorten(TEMPLATE, tmp_path)
    values = {"fps": 20, "time_crop": {"start_idx": 6, "end_idx": 15}}
    (folder / "config.json").write_text(json.dumps(values))
    pictures = [picture(index, 256, 192) for index in range(32)]
    sound = clicks(CLICKS_S, 1.6)
    write_clip_with_sound(folder / "vid.mp4", pictures, RATE_FPS, sound)
    return folder


def check(video: Path, off: int = 1) -> None:
    """Clicks are where they belong after the trim, within a sample."""
    rate_hz, heard = heard_clicks(video)
    expected = [round((at - START_S) * RATE_HZ) for at in CLICKS_S if at >= START_S]
    assert rate_hz == RATE_HZ
    assert len(heard) == len(expected)
    for found in (heard, clicks_by_ffmpeg(video, RATE_HZ)):
        assert all(abs(at - wanted) <= off for at, wanted in zip(found, expected, strict=True))


def test_it_is_heard_in_a_render_and_in_what_is_stitched(template: Path, tmp_path: Path) -> None:
    given = {"bundle": SMALL_BUNDLE, "character": CHARACTER, "template": template}
    options = [part for name, path in given.items() for part in (f"--{name}", path)]
    options += OPTIONS
    unsigned = "--unsigned"  # a signature is another one each time
    assert run("render", *options, unsigned, "-o", tmp_path / "whole.mp4") == 0
    check(tmp_path / "whole.mp4")
    assert run("render", *options, "--frames", "1-6x4", "-o", tmp_path / "shot") == 0
    assert run("stitch", tmp_path / "shot", unsigned) == 0
    assert (tmp_path / "shot.mp4").read_bytes() == (tmp_path / "whole.mp4").read_bytes()


def test_it_is_heard_in_the_result_of_a_job(template: Path, tmp_path: Path) -> None:
    with (
        closing(ThreadRunner(Synthesizer.load(SMALL_BUNDLE, threads=2))) as runner,
        LocalServer(runner, ServerOptions(state=tmp_path / "state")) as server,
    ):
        given = ("--server", server.address, "--character", CHARACTER, "--template", template)
        assert run("jobs", "create", *given, *OPTIONS, "-o", tmp_path / "job.mp4") == 0
    check(tmp_path / "job.mp4")


@pytest.mark.parametrize(("rate_fps", "brought_to"), [(20, 20), (50, 25)])
def test_a_driving_video_hands_it_on_to_its_template(
    tmp_path: Path, rate_fps: int, brought_to: int
) -> None:
    """Frames of a part of the video at half its rate, and what is heard with them."""
    pictures = [picture(index) for index in range(rate_fps)]
    driving = write_clip_with_sound(
        tmp_path / "a.mkv", pictures, Fraction(rate_fps), clicks(CLICKS_S, 1.0)
    )
    clip = open_driving(driving)
    assert clip.rate_fps == brought_to
    part = clip.part(round(START_S * brought_to), clip.frame_count - 1)
    write_source(part, tmp_path, lambda _done, _total: None)
    check(tmp_path / "vid.mp4", off=0)
