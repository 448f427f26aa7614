"""EXR pictures, read back by the library itself and by FFmpeg's own decoder."""

import io
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import OpenEXR
import pytest
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.frame_folder import FrameFiles, FrameFormat
from mimo_runtime.media.exr import COLOUR_SPACE, encode_exr, exr_note, linear_levels
from mimo_runtime.media.sink import check_frame_format, open_sink

from .clips import picture

RATE_FPS = Fraction(24000, 1001)
EVERY_LEVEL = np.arange(768, dtype=np.uint16).reshape(16, 16, 3).astype(np.uint8)
EXR_FILES = FrameFiles(FrameFormat.EXR, 1001)


def levels_of(linear: NDArray[np.float16]) -> NDArray[np.uint8]:
    """8-bit sRGB of linear light, by the curve's own formula."""
    values = linear.astype(float)
    curved = 1.055 * np.maximum(values, 1e-9) ** (1 / 2.4) - 0.055
    return np.rint(255 * np.where(values <= 0.0031308, 12.92 * values, curved)).astype(np.uint8)


def read_by_ffmpeg(data: bytes) -> NDArray[np.float16]:
    """float16 [height, width, 3]."""
    with av.open(io.BytesIO(data), format="exr_pipe") as container:
        frame = next(container.decode(video=0))
    assert isinstance(frame, VideoFrame)
    assert frame.format.name == "gbrpf16le"
    green, blue, red = (
        np.frombuffer(bytes(plane), np.float16).reshape(plane.height, -1)[:, : plane.width]
        for plane in frame.planes
    )
    return np.stack([red, green, blue], axis=2)


def test_every_level_comes_back_by_both_readers() -> None:
    data = encode_exr(EVERY_LEVEL, 7, RATE_FPS)
    pixels = OpenEXR.File(io.BytesIO(data)).channels()["RGB"].pixels
    assert pixels.dtype == np.float16
    np.testing.assert_array_equal(levels_of(pixels), EVERY_LEVEL)
    np.testing.assert_array_equal(read_by_ffmpeg(data), pixels)


def test_the_curve_is_that_of_srgb() -> None:
    levels = linear_levels()
    assert (levels[0], levels[255]) == (0, 1)
    assert levels[118] == pytest.approx(0.18116, rel=1e-3)  # middle grey
    assert levels[5] == pytest.approx(5 / 255 / 12.92, rel=1e-3)
    assert len(set(levels.tolist())) == 256


def test_the_header_says_colour_number_rate_and_note() -> None:
    data = encode_exr(picture(0), 1001, RATE_FPS, "bü")
    header = OpenEXR.File(io.BytesIO(data), header_only=True).header()
    assert header["imageCounter"] == 1001
    assert str(header["framesPerSecond"]) == "24000/1001"
    assert b"framesPerSecond\0rational\0" in data
    assert header["colorInteropID"] == COLOUR_SPACE
    assert OpenEXR.checkColorMetadata(header) == OpenEXR.OK
    assert header["chromaticities"] == OpenEXR.colorInteropIDToChromaticities(COLOUR_SPACE)
    assert "inverse of its curve" in header["comments"]
    assert header["compression"] == OpenEXR.ZIP_COMPRESSION
    assert exr_note(data) == "bü"
    assert exr_note(encode_exr(picture(0), 1, RATE_FPS)) == ""


def test_a_folder_has_the_numbers_that_were_given(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.mkdir()
    (path / "frame_000000.png").write_bytes(b"older")
    (path / "frame.0001.exr").write_bytes(b"older")
    with open_sink(path, 64, 48, RATE_FPS, "note", files=EXR_FILES) as sink:
        for index in range(3):
            sink.write(index, picture(index))
    names = [f"frame.{number}.exr" for number in (1001, 1002, 1003)]
    assert sorted(file.name for file in path.iterdir()) == names
    for index, name in enumerate(names):
        expected = encode_exr(picture(index), 1001 + index, RATE_FPS, "note")
        assert (path / name).read_bytes() == expected
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with open_sink(tmp_path / "out", 64, 48, RATE_FPS, files=EXR_FILES) as sink:
            sink.write(0, picture(0))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_video_of_exr_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match=r"the output '.*out\.mp4' is a video; name a"):
        open_sink(tmp_path / "out.mp4", 64, 48, RATE_FPS, files=EXR_FILES)


def test_without_the_library_it_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = encode_exr(picture(0), 1, RATE_FPS)
    monkeypatch.setitem(sys.modules, "OpenEXR", None)
    with pytest.raises(InvalidRequestError, match=r"need the library OpenEXR; install it with"):
        check_frame_format(tmp_path / "out", FrameFormat.EXR)
    with pytest.raises(InvalidRequestError, match="need the library OpenEXR"):
        exr_note(data)
    check_frame_format(tmp_path / "out", FrameFormat.PNG)


def test_what_is_no_exr_is_a_sentence() -> None:
    with pytest.raises(MediaError, match=r"cannot be read: .*; give an EXR file"):
        exr_note(b"no picture")
