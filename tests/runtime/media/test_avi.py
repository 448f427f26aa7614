"""AVI files: their times, their parts, what is in them, and other kinds of RIFF."""

from dataclasses import replace
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from av.video.stream import VideoStream
from PIL import Image

from mimo_runtime.errors import LimitExceededError, MediaError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.reader import inspect_clip

from .clips import picture, write_clip
from .frames import all_frames, psnr_db

PICTURES = [picture(index) for index in range(12)]


def test_an_avi_is_told_by_its_bytes_and_not_by_its_name(
    tmp_path: Path, limits: MediaLimits
) -> None:
    path = write_clip(tmp_path / "a.avi", PICTURES, codec="msmpeg4")
    path = path.rename(tmp_path / "a.mp4")
    info = inspect_clip(path, limits)
    assert (info.container, info.codec, info.frame_count) == ("avi", "msmpeg4v3", 12)
    assert (info.rate_fps, info.timestamps_s[:3]) == (Fraction(25), (0.0, 0.04, 0.08))


def test_empty_chunks_only_let_time_pass(tmp_path: Path, limits: MediaLimits) -> None:
    ticks = [0, 40, 50, 333, 334, 400, 500]
    path = write_clip(tmp_path / "times.avi", PICTURES[:7], codec="mpeg4", ticks=ticks)
    assert inspect_clip(path, limits).timestamps_s == tuple(tick / 1000 for tick in ticks)
    assert psnr_db(all_frames(path), np.stack(PICTURES[:7])) > 33


@pytest.mark.parametrize("codec", ["mpeg4", "libx264"])
def test_frames_out_of_order_and_sound_between_them(
    tmp_path: Path, limits: MediaLimits, codec: str
) -> None:
    path = tmp_path / "mixed.avi"
    with av.open(str(path), "w") as container:
        options = {"b-adapt": "0", "crf": "8"} if codec == "libx264" else {"qmax": "2"}
        video = cast(VideoStream, container.add_stream(codec, rate=25, options=options))
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        video.codec_context.max_b_frames = 2
        sound = container.add_stream("pcm_s16le", rate=8000)
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 3840), np.int16), "s16", "mono")
        silence.rate = 8000
        container.mux([*sound.encode(silence), *sound.encode(None)])
        for index, rgb in enumerate(PICTURES):
            frame = av.VideoFrame.from_ndarray(rgb)
            frame.pts, frame.time_base = index, Fraction(1, 25)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    steps_s = np.diff(inspect_clip(path, limits).timestamps_s)
    np.testing.assert_allclose(steps_s, np.full(11, 0.04))
    frames = all_frames(path)
    assert min(psnr_db(a, b) for a, b in zip(frames, PICTURES, strict=True)) > 30


@pytest.mark.parametrize("size", [b"\0\0\0\0", b"\xff\xff\xff\xff"])
def test_an_avi_that_was_never_closed_is_read_as_far_as_it_goes(
    tmp_path: Path, size: bytes
) -> None:
    path = write_clip(tmp_path / "live.avi", PICTURES, codec="mjpeg", pixel_format="yuvj420p")
    data = path.read_bytes()
    path.write_bytes(data[:4] + size + data[8:])
    assert len(all_frames(path)) == 12


def test_a_second_part_that_is_cut_off(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "long.avi", PICTURES, codec="mpeg4")
    whole = path.read_bytes()
    part = b"RIFF" + (100).to_bytes(4, "little") + b"AVIX" + bytes(96)
    path.write_bytes(whole + part)
    assert len(all_frames(path)) == 12
    path.write_bytes(whole + part[:-1])
    with pytest.raises(MediaError, match=r"'long\.avi' is truncated: it has \d+ bytes of at least"):
        all_frames(path)


def test_damage_within_is_not_papered_over(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "hurt.avi", PICTURES, codec="mjpeg", pixel_format="yuvj420p")
    data = bytearray(path.read_bytes())
    start = data.index(b"movi") + 600
    data[start : start + 4000] = np.random.default_rng(3).bytes(4000)
    path.write_bytes(data)
    with pytest.raises(MediaError, match=r"'hurt\.avi'"):
        all_frames(path)


@pytest.mark.parametrize("codec", ["huffyuv", "msmpeg4v2", "wmv1"])
def test_a_codec_that_is_not_accepted(tmp_path: Path, limits: MediaLimits, codec: str) -> None:
    pixel_format = "yuv422p" if codec == "huffyuv" else "yuv420p"
    path = write_clip(tmp_path / "odd.avi", PICTURES, codec=codec, pixel_format=pixel_format)
    with pytest.raises(MediaError, match=f"is {codec}, which is not accepted; use h264"):
        inspect_clip(path, limits)


def test_other_kinds_of_riff_are_no_clips(tmp_path: Path, limits: MediaLimits) -> None:
    still = BytesIO()
    Image.fromarray(picture(1)).save(still, "WEBP")
    (tmp_path / "still.avi").write_bytes(still.getvalue())
    with av.open(str(tmp_path / "sound.wav"), "w") as container:
        sound = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        frame.rate = 8000
        container.mux([*sound.encode(frame), *sound.encode(None)])
    for name in ("still.avi", "sound.wav"):
        with pytest.raises(MediaError, match=f"'{name}' is not a video of an accepted kind"):
            inspect_clip(tmp_path / name, limits)


def test_limits_hold_for_avi(tmp_path: Path, limits: MediaLimits) -> None:
    path = write_clip(tmp_path / "a.avi", PICTURES, codec="mpeg4")
    with pytest.raises(LimitExceededError, match="more than the 11 frames"):
        inspect_clip(path, replace(limits, max_frames=11))
    with pytest.raises(LimitExceededError, match=r"64x48 .* 60x60"):
        inspect_clip(path, replace(limits, max_width_px=60, max_height_px=60))
