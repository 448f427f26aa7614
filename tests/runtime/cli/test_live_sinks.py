"""What becomes of frames that come back live, in every way in which a server may send them."""

import io
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, cast

import av
import numpy as np
import pytest
from PIL import Image

from mimo_runtime.cli.live_output import check_output, open_output
from mimo_runtime.cli.live_sinks import Behind, LiveFragments, LiveMovie, decoded
from mimo_runtime.cli.live_sources import heard_in
from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.media.picture import encode_jpeg, encode_png
from mimo_runtime.wire.live import PictureFormat
from tests.runtime.media.clicks import RATE_HZ, clicks, heard_clicks, write_clip_with_sound

SIZE_PX = (64, 48)
RATE = Fraction(5)


def rgb(index: int) -> np.ndarray:
    return np.full((*SIZE_PX[::-1], 3), (10 * index, 90, 200 - 10 * index), np.uint8)


def data_of(index: int, picture: PictureFormat) -> bytes:
    if picture is PictureFormat.RAW:
        return rgb(index).tobytes()
    return encode_png(rgb(index)) if picture is PictureFormat.PNG else encode_jpeg(rgb(index), 95)


PICTURES = [PictureFormat.JPEG, PictureFormat.PNG, PictureFormat.RAW]


@pytest.mark.parametrize("picture", PICTURES)
def test_a_movie_of_pictures_of_any_kind(picture: PictureFormat, tmp_path: Path) -> None:
    """What is left out is the frame before it once more."""
    with open_output(tmp_path / "a.mp4", RATE, picture) as sink:
        sink.begin(*SIZE_PX)
        for index in (3, 4, 6):
            sink.write(index, data_of(index, picture))
        sink.finish(b"")
    with av.open(tmp_path / "a.mp4") as movie:
        found = [frame.to_ndarray(format="rgb24") for frame in movie.decode(video=0)]
    assert len(found) == 4
    for frame, index in zip(found, (3, 4, 4, 6), strict=True):
        assert np.abs(frame.astype(int) - rgb(index)).max() < 8


def test_a_movie_of_a_driving_video_is_heard(tmp_path: Path) -> None:
    """From the first frame that came back on, to the sample, whatever was left out."""
    video = write_clip_with_sound(
        tmp_path / "driving.mkv", [rgb(i) for i in range(10)], RATE, clicks((0.9, 1.3), 2.0)
    )
    with open_output(tmp_path / "a.mp4", RATE, None, heard=heard_in(video, None)) as sink:
        sink.begin(*SIZE_PX)
        for index in (3, 4, 7):
            sink.write(index, data_of(index, PictureFormat.JPEG))
        sink.finish(b"")
    rate_hz, heard = heard_clicks(tmp_path / "a.mp4")
    expected = [round((at - 3 / RATE) * RATE_HZ) for at in (Fraction("0.9"), Fraction("1.3"))]
    assert rate_hz == RATE_HZ
    assert all(abs(at - wanted) <= 1 for at, wanted in zip(heard, expected, strict=True))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp4", "driving.mkv"]
    assert heard_in(Path("-"), None) is None


@pytest.mark.parametrize("picture", PICTURES)
def test_pictures_in_a_folder_of_any_kind(picture: PictureFormat, tmp_path: Path) -> None:
    with open_output(tmp_path / "a", RATE, picture) as sink:
        sink.begin(*SIZE_PX)
        sink.write(7, data_of(7, picture))
        sink.finish(b"")
    with Image.open(tmp_path / "a" / "frame_000007.png") as found:
        assert np.abs(np.array(found).astype(int) - rgb(7)).max() <= 3


def test_a_movie_of_the_server_s_is_written_as_it_is(tmp_path: Path) -> None:
    with open_output(tmp_path / "a.mp4", RATE, PictureFormat.H264) as sink:
        sink.begin(*SIZE_PX)
        sink.write(0, b"one")
        sink.write(1, b"two")
        sink.finish(b"three")
    assert (tmp_path / "a.mp4").read_bytes() == b"onetwothree"


def test_a_folder_of_h264_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match=r"cannot be made of H\.264"):
        check_output(tmp_path / "a", PictureFormat.H264)
    check_output(tmp_path / "a", PictureFormat.PNG)
    check_output(tmp_path / "a.mp4", PictureFormat.H264)


class Broken(io.BytesIO):
    def write(self, _data: object) -> int:
        raise BrokenPipeError


def test_what_goes_wrong_beside_is_raised() -> None:
    sink = Behind(LiveFragments(cast(BinaryIO, Broken())))
    sink.write(0, b"one")
    with pytest.raises(BrokenPipeError):
        sink.finish(b"")


def test_a_movie_is_written_while_it_grows() -> None:
    """All frames but the last are there before the end."""
    file = io.BytesIO()
    movie = LiveMovie(file, RATE, PictureFormat.RAW)
    movie.begin(*SIZE_PX)
    for index in range(5):
        movie.write(index, data_of(index, PictureFormat.RAW))
    with av.open(io.BytesIO(file.getvalue())) as begun:
        assert len(list(begun.decode(video=0))) == 4


@pytest.mark.parametrize("picture", PICTURES)
def test_what_is_no_picture_is_told(picture: PictureFormat) -> None:
    with pytest.raises(MediaError, match="no picture"):
        decoded(b"nothing", picture, SIZE_PX)
