import json
import tracemalloc
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.errors import TemplateError
from mimo_runtime.templates.config import TemplateConfig, read_config
from tests.golden import GOLDEN, LARGE, load

SETS = [folder for folder in (GOLDEN, LARGE) if folder]


@pytest.mark.parametrize("folder", SETS, ids=lambda folder: folder.name)
def test_the_recorded_frames_are_selected(folder):
    config = read_config(folder / "template")
    resampled = config.resampled(len(load("00_template", folder)["sdc_u8"]), Fraction(30))
    selected = resampled[config.time_crop(len(resampled), 150)]
    assert list(selected) == load("11_edit", folder)["source_frame_indices"].tolist()


def test_frames_repeat_when_the_rate_rises_and_drop_when_it_falls():
    assert TemplateConfig(60, 0, 9).resampled(3, Fraction(30)) == (0, 0, 1, 1, 2, 2)
    assert TemplateConfig(12, 0, 9).resampled(6, Fraction(30)) == (0, 2, 5)


def test_the_native_rate_counts_as_a_whole_number():
    assert TemplateConfig(30, 0, 9).resampled(4, Fraction(30000, 1001)) == (0, 1, 2, 3)
    assert TemplateConfig(30, 0, 9).resampled(4, Fraction(1, 3)) == ()


@given(st.floats(1, 240), st.integers(1, 400), st.fractions(Fraction(1, 5), 240))
def test_frames_are_counted_and_cut_without_listing_all(fps, frame_count, native_fps):
    """As numpy lists them, which is how the official code does."""
    config = TemplateConfig(fps, 0, 1)
    whole = config.resampled(frame_count, native_fps)
    step = round(native_fps) / fps
    if abs(native_fps / config.rate_fps - 1) > 1e-4 and step:
        listed = np.arange(0, frame_count, step).astype(np.int64)
        assert list(whole) == [index for index in listed if index < frame_count]
    assert config.resampled_count(frame_count, native_fps) == len(whole)
    for used in (slice(3, 40), slice(0, 7), slice(500, 900)):
        assert config.resampled(frame_count, native_fps, used) == whole[used]


def test_millions_of_frames_are_not_listed():
    tracemalloc.start()
    config = TemplateConfig(240, 0, 1e308)
    crop = config.time_crop(config.resampled_count(89_000, Fraction(1)), 150)
    assert len(config.resampled(89_000, Fraction(1), crop)) == 150
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 1 << 20


@given(st.floats(1, 240), st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_a_time_crop_lies_inside_the_clip(fps, start_idx, end_idx):
    used = TemplateConfig(fps, start_idx, end_idx).time_crop(100, None)
    assert 0 <= used.start <= 100
    assert 0 <= used.stop <= 100


@given(st.floats(1, 240), st.integers(1, 400), st.fractions(Fraction(1, 2), 240))
def test_resampled_frames_exist_and_never_go_back(fps, frame_count, native_fps):
    indices = TemplateConfig(fps, 0, 1).resampled(frame_count, native_fps)
    assert list(indices) == sorted(indices)
    assert set(indices) <= set(range(frame_count))
    assert indices == () or indices[0] == 0


def test_the_time_crop_counts_in_frames_of_a_thirtieth_second():
    assert TemplateConfig(24, 2, 30).time_crop(10, 150) == slice(1, 10)
    assert TemplateConfig(60, 10, 20).time_crop(500, 150) == slice(20, 40)
    assert TemplateConfig(30, -5, 900).time_crop(500, 150) == slice(0, 150)


NTSC = [(Fraction(n * 1000, 1001), places) for n in (24, 30, 60) for places in (2, 3, 17)]


@pytest.mark.parametrize(("rate", "places"), [*NTSC, (Fraction(30), 0), (Fraction(25, 2), 1)])
def test_the_rate_is_the_ratio_that_its_decimal_means(rate, places):
    config = TemplateConfig(round(float(rate), places), 0, 10_000)
    assert config.rate_fps == rate
    assert config.resampled(5000, rate) == tuple(range(5000))


def test_a_missing_config_is_named(tmp_path):
    with pytest.raises(TemplateError, match=r"has no config\.json"):
        read_config(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "\x00", "[" * 100_000])
def test_a_config_that_is_no_json_is_named(tmp_path, text):
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(TemplateError, match=r"config.json of .* is no JSON"):
        read_config(tmp_path)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"fps": None}, "fps"),
        ({"fps": "30"}, "fps"),
        ({"fps": float("nan")}, "fps"),
        ({"time_crop": 7}, "time_crop.start_idx"),
        ({"time_crop": {"start_idx": 0}}, "time_crop.end_idx"),
        ({"time_crop": {"start_idx": True, "end_idx": 1}}, "time_crop.start_idx"),
        ({"fps": 0}, "fps"),
        ({"fps": 10**400}, "fps"),
        ({"time_crop": {"start_idx": 10**400, "end_idx": 1}}, "time_crop.start_idx"),
        ({"fps": 1e9}, "fps"),
    ],
)
def test_a_config_without_a_usable_number_is_named(tmp_path, change, key):
    settings = {"fps": 30, "time_crop": {"start_idx": 0, "end_idx": 9}} | change
    (tmp_path / "config.json").write_text(json.dumps(settings))
    with pytest.raises(TemplateError, match=key):
        read_config(tmp_path)


def test_a_config_that_is_a_list_is_named(tmp_path):
    (tmp_path / "config.json").write_text("[1, 2]")
    with pytest.raises(TemplateError, match="no number for fps"):
        read_config(tmp_path)
