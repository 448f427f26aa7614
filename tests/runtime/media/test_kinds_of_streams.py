"""Files of several streams, or with alpha."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from mimo_runtime.errors import MediaError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.reader import inspect_clip

from .clips import picture, write_clip
from .frames import all_frames, notes


def two_streams(path: Path, default: int | None) -> Path:
    """A small stream and a large one."""
    with av.open(str(path), "w") as out:
        streams = []
        for width in (96, 192):
            stream = out.add_stream("libx264", rate=25)
            stream.width, stream.height, stream.pix_fmt = width, 64, "yuv420p"
            streams.append(stream)
        for place, stream in enumerate(streams):
            stream.disposition = av.stream.Disposition(int(default in (None, place)))
        for index in range(4):
            for stream in streams:
                level = np.full((64, stream.width, 3), 50 * index, np.uint8)
                frame = av.VideoFrame.from_ndarray(level)
                frame.pts, frame.time_base = index, Fraction(1, 25)
                out.mux(stream.encode(frame))
        for stream in streams:
            out.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(("default", "width"), [(0, 96), (1, 192), (None, 192)])
def test_of_several_streams_the_default_else_the_largest(
    tmp_path: Path, default: int | None, width: int
) -> None:
    path = two_streams(tmp_path / "two.mkv", default)
    info = inspect_clip(path, MediaLimits())
    assert (info.width_px, info.video_streams) == (width, 2)
    assert all_frames(path).shape == (4, 64, width, 3)
    assert "holds 2 video streams" in notes(path)


@pytest.mark.parametrize("brand", [b"avif", b"heic", b"mif1"])
def test_one_picture_in_boxes_is_no_video(tmp_path: Path, brand: bytes) -> None:
    (tmp_path / "IMG_0001.mov").write_bytes(b"\0\0\0\x18ftyp" + brand + bytes(12))
    with pytest.raises(MediaError, match=r"is a picture \(HEIC or AVIF\) and no video"):
        inspect_clip(tmp_path / "IMG_0001.mov", MediaLimits())


def test_an_encrypted_clip_is_told(tmp_path: Path) -> None:
    key = "00112233445566778899aabbccddeeff"
    scheme = {"encryption_scheme": "cenc-aes-ctr", "encryption_key": key, "encryption_kid": key}
    path = write_clip(tmp_path / "a.mp4", [picture(0)] * 3, container_options=scheme)
    with pytest.raises(MediaError, match="is encrypted; give it without"):
        inspect_clip(path, MediaLimits())


@pytest.mark.parametrize("cover_first", [False, True])
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_cover_art_is_no_video(tmp_path: Path, name: str, cover_first: bool) -> None:
    path = tmp_path / name
    with av.open(str(path), "w") as out:
        kinds = [("mjpeg", 256, "yuvj420p"), ("libx264", 96, "yuv420p")]
        for codec, width, pixel_format in kinds if cover_first else kinds[::-1]:
            stream = out.add_stream(codec, rate=25)
            stream.width, stream.height, stream.pix_fmt = width, 64, pixel_format
            if codec == "mjpeg":
                stream.disposition = av.stream.Disposition.attached_pic
        for stream in out.streams.video:
            count = 1 if stream.codec.name == "mjpeg" else 4
            for index in range(count):
                level = np.full((64, stream.width, 3), 50 * index, np.uint8)
                frame = av.VideoFrame.from_ndarray(level).reformat(format=stream.pix_fmt)
                frame.pts, frame.time_base = index, Fraction(1, 25)
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
    assert all_frames(path).shape == (4, 64, 96, 3)
    assert ("video streams" in notes(path)) == (name == "a.mkv")  # which cannot mark it


@pytest.mark.parametrize(("codec", "pixel_format", "name"), [
    ("prores_ks", "yuva444p10le", "a.mov"), ("ffv1", "bgra", "a.mkv"),
    ("ffv1", "yuva420p", "a.mkv"), ("libvpx-vp9", "yuva420p", "a.webm"),
    ("qtrle", "argb", "a.mov"), ("png", "rgba", "a.mov"),
])  # fmt: skip
def test_transparent_video_is_laid_on_white(
    tmp_path: Path, codec: str, pixel_format: str, name: str
) -> None:
    rgba = np.zeros((64, 96, 4), np.uint8)
    rgba[:, :48] = (255, 0, 255, 0)
    rgba[:, 48:] = (30, 120, 60, 255)
    path = tmp_path / name
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 96, 64, pixel_format
        for index in range(3):
            frame = av.VideoFrame.from_ndarray(rgba, format="rgba").reformat(format=pixel_format)
            frame.pts = index
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    frames = all_frames(path).astype(int)
    assert np.abs(frames[:, :, 4:40] - 255).max() <= 2
    assert np.abs(frames[:, :, 56:92] - (30, 120, 60)).max() <= 4
    assert "partly transparent" in notes(path)
