"""Interlaced video: frames that hold two fields, and pictures that are coded field by field."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.decomposition.clip import driving_rate
from mimo_runtime.errors import MediaError
from mimo_runtime.media.clip_notes import clip_notes
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.reader import inspect_clip, open_clip

from .clips import write_clip
from .field_pictures import HIGH, field_packets, write_fields
from .frames import all_frames, notes


def moving_bar(field: int) -> np.ndarray:
    picture = np.full((64, 96, 3), 40, np.uint8)
    picture[:, 8 + 3 * field : 20 + 3 * field] = 220
    return picture


def woven(top_first: bool) -> list[np.ndarray]:
    """Frames whose two fields are 1/50 s apart."""
    frames = []
    for index in range(10):
        frame = moving_bar(2 * index)
        frame[int(top_first) :: 2] = moving_bar(2 * index + 1)[int(top_first) :: 2]
        frames.append(frame)
    return frames


def combing(frames: np.ndarray) -> float:
    """How much more neighbouring lines differ than lines two apart."""
    luma = frames.astype(float).mean(axis=3)
    near, far = luma[:, 1:] - luma[:, :-1], luma[:, 2:] - luma[:, :-2]
    return float(np.abs(near).mean() - np.abs(far).mean())


INTERLACED = {
    "libx264": {"x264-params": "interlaced=1"},
    "mpeg2video": {"flags": "+ildct+ilme"},
}


@pytest.mark.parametrize("codec", ["libx264", "mpeg2video"])
@pytest.mark.parametrize("order", ["tff", "bff"])
def test_fields_become_whole_pictures(tmp_path: Path, codec: str, order: str) -> None:
    pictures = woven(order == "tff")
    path = write_clip(
        tmp_path / "fields.mkv",
        pictures,
        codec=codec,
        codec_options=INTERLACED[codec],
        field_order=order,
    )
    frames = all_frames(path)
    assert len(frames) == 10
    assert combing(np.stack(pictures)) > 8
    assert combing(frames) < 1
    assert "interlaced" in notes(path)


def left_edges(path: Path) -> list[int]:
    """Where the bar begins in each frame, with what an inspection has found."""
    info = inspect_clip(path, MediaLimits(), finds_fields=True)
    with open_clip(path, MediaLimits(), known=info) as reader:
        frames = np.concatenate([batch.frames.copy() for batch in reader])
    assert combing(frames) < 1
    return bar_columns(frames)


@pytest.mark.parametrize("order", ["tff", "bff"])
def test_fields_that_nothing_tells_of_are_found_where_they_are_looked_for(
    tmp_path: Path, order: str
) -> None:
    path = write_clip(tmp_path / "a.mp4", woven(order == "tff"))
    info = inspect_clip(path, MediaLimits(), finds_fields=True)
    assert (info.is_interlaced, info.field_order) == (True, order)
    np.testing.assert_allclose(left_edges(path)[1:-1], [8 + 6 * k for k in range(1, 9)], atol=3)
    assert combing(all_frames(path)) > 8  # of a template's stream, which is no camera's


def test_whole_pictures_are_no_fields(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 60, (64, 96, 3), np.uint8)
    stripes = 60 * (np.arange(64) % 4 < 2)[:, None, None].astype(np.uint8)
    pictures = [np.minimum(moving_bar(2 * k) + noise + stripes, 235) for k in range(20)]
    path = write_clip(tmp_path / "a.mp4", [p.astype(np.uint8) for p in pictures])
    info = inspect_clip(path, MediaLimits(), finds_fields=True)
    assert (info.is_interlaced, info.field_order) == (False, "")


FILM = [moving_bar(index) for index in range(24)]


def pulled_down(top_first: bool) -> list[np.ndarray]:
    """`FILM` in fields, two and three of a frame in turn, two of them woven to each picture."""
    fields = [frame for index, frame in enumerate(FILM) for _ in range(2 + index % 2)]
    pictures = []
    for first, second in zip(fields[::2], fields[1::2], strict=True):
        picture = first.copy()
        picture[int(top_first) :: 2] = second[int(top_first) :: 2]
        pictures.append(picture)
    return pictures


@pytest.mark.parametrize("is_marked", [False, True])
@pytest.mark.parametrize("order", ["tff", "bff"])
@pytest.mark.parametrize("rate_fps", [30, Fraction(30000, 1001)])
def test_a_film_in_fields_is_that_film(
    tmp_path: Path, order: str, is_marked: bool, rate_fps: Fraction
) -> None:
    path = write_clip(
        tmp_path / "a.mkv", pulled_down(order == "tff"), rate_fps=rate_fps,
        codec_options=INTERLACED["libx264"] if is_marked else {},
        field_order=order if is_marked else "",
    )  # fmt: skip
    info = inspect_clip(path, MediaLimits(), finds_fields=True)
    assert (info.is_film, info.rate_fps, info.frame_count) == (True, rate_fps * 4 / 5, 24)
    assert left_edges(path) == bar_columns(np.stack(FILM))
    said = " ".join(clip_notes(info))
    assert "a film that was brought to fields (pulldown); its own frames were taken" in said
    assert f", {float(rate_fps * 4 / 5):.5g} a second" in said
    assert driving_rate(info.rate_fps) == rate_fps * 4 / 5


@pytest.mark.parametrize("order", ["tff", "bff"])
def test_fields_that_move_each_are_no_film(tmp_path: Path, order: str) -> None:
    pictures = []
    for index in range(30):
        picture = moving_bar(index)
        picture[int(order == "tff") :: 2, 8 + 3 * index + 1 :] = 40
        picture[int(order == "tff") :: 2, 9 + 3 * index : 21 + 3 * index] = 220
        pictures.append(picture)
    path = write_clip(tmp_path / "a.mkv", pictures[:24], codec_options=INTERLACED["libx264"],
                      field_order=order)  # fmt: skip
    info = inspect_clip(path, MediaLimits(), finds_fields=True)
    assert (info.is_interlaced, info.is_film, info.frame_count) == (True, False, 24)


def bars(top_first: bool) -> list[np.ndarray]:
    """Luma of `woven`."""
    return [np.ascontiguousarray(frame[..., 0]) for frame in woven(top_first)]


def bar_columns(frames: np.ndarray) -> list[int]:
    """Where the left edge of the bar is in each frame."""
    return [int((frame[..., 1] > 130).mean(axis=0).round().argmax()) for frame in frames]


@pytest.mark.parametrize("name", ["a.ts", "a.mkv", "a.mp4", "a.mov", "a.h264"])
@pytest.mark.parametrize("first_parity", [0, 1])
def test_pictures_that_are_coded_as_two_fields(
    tmp_path: Path, name: str, first_parity: int
) -> None:
    path = write_fields(tmp_path / name, field_packets(bars(first_parity == 0), first_parity), 50)
    frames = all_frames(path)
    assert combing(frames) < 1
    assert bar_columns(frames) == [8 + 6 * index for index in range(10)]
    assert inspect_clip(path, MediaLimits()).rate_fps == 25
    assert "interlaced" in notes(path)


def test_fields_behind_parameters_of_the_high_profile(tmp_path: Path) -> None:
    path = write_fields(tmp_path / "a.ts", field_packets(bars(True), 0, HIGH), 60)
    assert bar_columns(all_frames(path)) == [8 + 6 * index for index in range(10)]
    assert inspect_clip(path, MediaLimits()).rate_fps == 30


def test_a_capture_of_fields_that_begins_in_the_middle(tmp_path: Path) -> None:
    """With the second field of a picture; the next key frame is the fourth picture."""
    path = write_fields(tmp_path / "a.ts", field_packets(bars(True), 0)[3:], 50)
    assert bar_columns(all_frames(path)) == [8 + 6 * index for index in range(4, 10)]
    assert "3 frames that cannot be decoded" in notes(path)


def test_a_field_that_was_lost_is_damage(tmp_path: Path) -> None:
    packets = field_packets(bars(True), 0)
    path = write_fields(tmp_path / "a.mkv", packets[:9] + packets[10:], 50)
    with pytest.raises(MediaError, match="damaged"):
        all_frames(path)
