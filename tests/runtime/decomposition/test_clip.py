"""Videos of any rate and size as frames of a constant rate and one size."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mimo_runtime.decomposition.clip import (
    DrivingClip,
    driving_rate,
    fitted_size,
    open_driving,
    resampled,
)
from mimo_runtime.media.clip import ClipInfo
from tests.runtime.decomposition.clips import levels, write_video


def _info(times_s: list[float], rate_fps: Fraction | int) -> ClipInfo:
    return ClipInfo("mp4", "h264", "yuv420p", 64, 48, Fraction(rate_fps), tuple(times_s))


def test_a_usual_clip_keeps_its_frames() -> None:
    assert resampled(_info([n / 25 for n in range(7)], 25), Fraction(25)) == tuple(range(7))
    ntsc = Fraction(30000, 1001)
    assert resampled(_info([n / float(ntsc) for n in range(90)], ntsc), Fraction(30)) == tuple(
        range(90)
    )


def test_sixty_frames_a_second_lose_every_other_one() -> None:
    found = resampled(_info([n / 60 for n in range(120)], 60), Fraction(30))
    assert len(found) == 60
    assert set(np.diff(found)) == {2}


NTSC = Fraction(1000, 1001)


@pytest.mark.parametrize(
    ("rate", "brought_to"),
    [
        (24 * NTSC, 24 * NTSC), (25, 25), (30 * NTSC, 30 * NTSC), (30, 30), (15, 15),
        (48, 24), (48 * NTSC, 24 * NTSC), (50, 25), (60 * NTSC, 30 * NTSC), (60, 30), (90, 30),
        (100, 25), (120 * NTSC, 30 * NTSC), (144, Fraction(144, 5)), (240, 30),
        (33, 30), (Fraction(1, 3), 1),
    ],
)  # fmt: skip
def test_a_rate_is_kept_or_divided(rate: Fraction, brought_to: Fraction) -> None:
    assert driving_rate(Fraction(rate)) == brought_to


@pytest.mark.parametrize(("rate", "step"), [(48, 2), (50, 2), (100, 4), (60 * NTSC, 2), (25, 1)])
def test_a_divided_rate_takes_every_so_manieth_frame(rate: Fraction, step: int) -> None:
    info = _info([index / float(rate) for index in range(100)], Fraction(rate))
    assert resampled(info, driving_rate(info.rate_fps)) == tuple(range(0, 100, step))


def test_irregular_frames_are_shown_when_they_were() -> None:
    times_s = [0.0, 0.1, 0.2, 0.7, 0.8, 0.9]
    found = resampled(_info(times_s, 10), Fraction(10))
    assert found == (0, 1, 2, 2, 2, 2, 2, 3, 4, 5)


@settings(max_examples=50)
@given(
    some.lists(some.floats(0.005, 0.5), min_size=1, max_size=30),
    some.sampled_from([1, 12, 25, 30]),
)
def test_resampling_keeps_order_length_and_bounds(steps_s: list[float], rate: int) -> None:
    times_s = [float(time) for time in np.cumsum([3.0, *steps_s])]
    mean = Fraction(len(times_s) / (sum(steps_s) + steps_s[-1])).limit_denominator(1000)
    found = resampled(_info(times_s, mean), Fraction(rate))
    assert list(found) == sorted(found)
    assert found[0] >= 0
    assert found[-1] <= len(steps_s)
    assert len(found) >= 1


@settings(max_examples=60)
@given(some.integers(2, 4096), some.integers(2, 4096), some.integers(64, 2160))
def test_sizes_are_even_never_larger_and_of_the_same_shape(
    width: int, height: int, short: int
) -> None:
    found = fitted_size(width, height, short)
    assert all(side % 2 == 0 and side >= 2 for side in found)
    assert found[0] <= width
    assert found[1] <= height
    assert min(found) <= max(short + 1, 2)
    if min(width, height) <= short:
        assert width - found[0] <= 1
        assert height - found[1] <= 1


def test_4k_is_reduced_and_said() -> None:
    info = replace(_info([0.0, 1 / 60], 60), width_px=3840, height_px=2160)
    size = fitted_size(3840, 2160, 720)
    assert size == (1280, 720)
    assert fitted_size(2160, 3840, 720) == (720, 1280)
    said = " ".join(DrivingClip(Path("a.mp4"), info, (0,), Fraction(30), *size).sentences())
    assert "3840x2160" in said
    assert "1280x720" in said
    assert "60 frames a second were brought to 30" in said


def test_frames_are_ones_own_and_can_be_read_again(tmp_path: Path) -> None:
    clip = open_driving(write_video(tmp_path / "a.mp4", levels(5)), 720)
    assert (clip.frame_count, clip.rate_fps, clip.size_px) == (5, 15, (48, 32))
    first, second = list(clip.frames()), list(clip.part(2, 3).frames())
    assert [int(frame[5, 5, 0]) for frame in first] == pytest.approx([0, 10, 20, 30, 40], abs=2)
    np.testing.assert_array_equal(second, first[2:4])
    assert clip.sentences() == ()


def test_ten_bits_are_reduced_and_said(tmp_path: Path) -> None:
    path = tmp_path / "ten.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=15, options={"crf": "1"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p10le"
        for frame in levels(3, 64, 48):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode(None))
    clip = open_driving(path, 32)
    frames = list(clip.frames())
    assert {frame.shape for frame in frames} == {(32, 42, 3)}
    assert frames[2][9, 9, 1] == pytest.approx(20, abs=2)
    assert any("8 bits" in sentence for sentence in clip.sentences())


@pytest.mark.parametrize("name", ["held.mp4", "held.mov"])
def test_a_last_frame_that_is_held_changes_no_rate(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"crf": "1", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = 48, 32, "yuv420p"
        pictures = [av.VideoFrame.from_ndarray(frame, format="rgb24") for frame in levels(12)]
        packets = [packet for picture in pictures for packet in stream.encode(picture)]
        packets += stream.encode(None)
        packets[-1].duration = round(3 / packets[-1].time_base)
        container.mux(packets)
    with av.open(str(path)) as container:
        assert float(container.streams.video[0].average_rate) < 10  # what it says of itself
    clip = open_driving(path, 720)
    assert clip.rate_fps == 30
    found = [int(frame[5, 5, 0]) for frame in clip.frames()]
    assert found == pytest.approx([10 * index for index in range(12)], abs=2)
    assert any("last picture stands for 3.0 s" in sentence for sentence in clip.sentences())
