import json
import shutil
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from mimo_runtime.errors import LimitExceededError, MediaError, TemplateError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.templates.folder import open_template
from tests.golden import GOLDEN, LARGE, load
from tests.runtime.templates.clips import write_clip

SETS = [folder for folder in (GOLDEN, LARGE) if folder]
LIMITS = MediaLimits()


def write_config(folder, *, fps=30, start_idx=0, end_idx=900):
    settings = {"fps": fps, "time_crop": {"start_idx": start_idx, "end_idx": end_idx}}
    (folder / "config.json").write_text(json.dumps(settings))


@pytest.fixture
def folder(tmp_path):
    """A sound template of 12 frames, without occluders, to be spoilt."""
    for name in ("vid", "sdc", "bk"):
        write_clip(tmp_path / f"{name}.mp4", 12)
    write_config(tmp_path)
    return tmp_path


@pytest.mark.parametrize("golden", SETS, ids=lambda golden: golden.name)
def test_the_recorded_template(golden):
    template = open_template(golden / "template", LIMITS)
    recorded = load("00_template", golden)
    used = load("11_edit", golden)["source_frame_indices"].tolist()
    assert list(template.source_indices) == used
    assert set(template.streams) == {"vid", "sdc", "bk", "occ"}
    assert (template.height_px, template.width_px) == recorded["vid_u8"].shape[1:3]
    for name in ("vid", "sdc", "bk"):
        frames = template.frames(name, range(template.frame_count))
        for frame, index in zip(frames, used, strict=True):
            difference = np.abs(frame.astype(int) - recorded[f"{name}_u8"][index])
            assert difference.mean() < 1.0, (name, index)


def test_frames_are_counted_after_resampling_and_time_crop(folder):
    write_config(folder, fps=15, start_idx=4, end_idx=20)
    template = open_template(folder, LIMITS)
    assert template.source_indices == (4, 6, 8, 10)
    assert template.frame_count == 4
    assert template.rate_fps == Fraction(15)
    levels = [int(frame.mean()) for frame in template.frames("vid", [0, 2, 2, 3])]
    assert levels == pytest.approx([32, 64, 64, 80], abs=3)


def test_no_more_than_the_most_frames_are_used(folder):
    template = open_template(folder, LIMITS, max_frames=5)
    assert template.source_indices == (0, 1, 2, 3, 4)
    assert template.cropped_count == 12


def test_all_frames_are_used_where_no_most_is_named(folder):
    for name in ("vid", "sdc", "bk"):
        write_clip(folder / f"{name}.mp4", 20)
    write_config(folder, fps=240)
    assert open_template(folder, LIMITS).frame_count == 160


def test_more_frames_than_a_clip_may_have_are_refused(folder):
    """A rate may make millions of frames of a few."""
    write_config(folder, fps=240)
    with pytest.raises(LimitExceededError, match=r"96 frames at 240 a second.* lower its fps"):
        open_template(folder, replace(LIMITS, max_frames=95), max_frames=None)


def test_any_container_and_native_rate_will_do(folder):
    (folder / "sdc.mp4").unlink()
    write_clip(folder / "sdc.webm", 12)
    write_clip(folder / "bk.mp4", 24, rate_fps=60)
    template = open_template(folder, LIMITS)
    assert template.streams["bk"].indices == tuple(range(0, 24, 2))
    assert template.source_indices == tuple(range(12))
    assert set(template.streams) == {"vid", "sdc", "bk"}
    assert len(list(template.frames("sdc", [3, 4]))) == 2


@pytest.mark.parametrize("name", ["vid", "sdc", "bk"])
def test_a_missing_stream_is_named(folder, name):
    (folder / f"{name}.mp4").unlink()
    with pytest.raises(TemplateError, match=f"has no {name} stream"):
        open_template(folder, LIMITS)


def test_streams_of_unequal_size_are_refused(folder):
    write_clip(folder / "bk.mp4", 12, size=(32, 64))
    with pytest.raises(TemplateError, match=r"frame size \(vid 48x32, sdc 48x32, bk 64x32\)"):
        open_template(folder, LIMITS)


def test_streams_of_unequal_length_are_refused(folder):
    write_clip(folder / "occ.mp4", 7)
    with pytest.raises(TemplateError, match=r"length \(.*occ 7 frames at 30 a second\)"):
        open_template(folder, LIMITS)


def test_streams_of_one_length_are_one_video_whatever_their_time_stamps_say(folder):
    write_clip(folder / "bk.mp4", 12, rate_fps=20)
    template = open_template(folder, LIMITS)
    assert {stream.indices for stream in template.streams.values()} == {tuple(range(12))}


def test_a_time_crop_that_leaves_nothing_is_refused(folder):
    write_config(folder, start_idx=12)
    with pytest.raises(TemplateError, match="leaves none"):
        open_template(folder, LIMITS)


def test_a_stream_that_is_no_video_is_refused(folder):
    (folder / "vid.mp4").write_bytes(b"not a video" * 100)
    with pytest.raises(MediaError, match=r"vid\.mp4"):
        open_template(folder, LIMITS)


def test_a_stream_beyond_the_limits_is_refused(folder):
    with pytest.raises(LimitExceededError):
        open_template(folder, MediaLimits(max_frames=11))


def test_an_unused_mask_stream_is_not_looked_at(folder):
    shutil.copy(folder / "config.json", folder / "mask.mp4")
    assert open_template(folder, LIMITS).frame_count == 12
