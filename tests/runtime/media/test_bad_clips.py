"""Clips that must be refused: each with a sentence, none with more than that."""

import contextlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mimo_runtime.errors import LimitExceededError, MediaError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.reader import inspect_clip

from .clips import join_clips, picture, write_clip
from .frames import all_frames

PICTURES = [picture(index) for index in range(12)]
RANDOM = np.random.default_rng(7).bytes(50_000)


@pytest.mark.parametrize(
    "data",
    [
        RANDOM,
        b"\x00\x00\x00\x18ftypisom" + RANDOM,
        b"\x1a\x45\xdf\xa3" + RANDOM,
        b"RIFF" + RANDOM[:4] + b"AVI " + RANDOM,
        b"RIFF\0\0\0\0AVI LIST" + RANDOM,
        b"DKIF" + RANDOM,
        b"\x00\x00\x00\x01\x67" + RANDOM,
        b"\x00\x00\x00\x01\x40" + RANDOM,
        b"".join(b"\x47" + RANDOM[i : i + 187] for i in range(0, 18700, 187)),
    ],
    ids=["random", "mp4", "matroska", "avi", "open avi", "ivf", "h264", "hevc", "mpegts"],
)
def test_noise_with_any_magic(tmp_path: Path, limits: MediaLimits, data: bytes) -> None:
    path = tmp_path / "noise.mp4"
    path.write_bytes(data)
    with pytest.raises(MediaError, match=r"'noise\.mp4'"):
        inspect_clip(path, limits)


@pytest.mark.parametrize(
    "text",
    ["ffconcat version 1.0\nfile clip.mp4\n", "#EXTM3U\n#EXTINF:1,\nclip.mp4\n#EXT-X-ENDLIST\n"],
    ids=["ffconcat", "m3u8"],
)
def test_a_script_cannot_name_a_local_file(clip: Path, limits: MediaLimits, text: str) -> None:
    path = clip.with_name("script.mp4")
    path.write_text(text)
    with pytest.raises(MediaError, match=r"not a video of an accepted kind; .* to MP4 first"):
        inspect_clip(path, limits)


def test_empty_missing_and_not_a_file(tmp_path: Path, limits: MediaLimits) -> None:
    (tmp_path / "empty.mp4").touch()
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(MediaError, match=r"'empty\.mp4' is empty"):
        inspect_clip(tmp_path / "empty.mp4", limits)
    with pytest.raises(MediaError, match="cannot be opened: No such file"):
        inspect_clip(tmp_path / "missing.mp4", limits)
    for path in (tmp_path, tmp_path / "pipe.mp4"):
        with pytest.raises(MediaError, match="is not a file"):
            inspect_clip(path, limits)


def test_sound_without_pictures(tmp_path: Path, limits: MediaLimits) -> None:
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        silence = np.zeros((1, 4096), np.float32)
        frame = av.AudioFrame.from_ndarray(silence, format="fltp", layout="mono")
        frame.rate = 8000
        container.mux([*stream.encode(frame), *stream.encode(None)])
    with pytest.raises(MediaError, match="holds no video stream"):
        inspect_clip(path, limits)


@pytest.mark.parametrize(
    ("name", "codec", "movflags"),
    [
        ("end.mp4", "libx264", ""),
        ("front.mp4", "libx264", "faststart"),
        ("a.webm", "libvpx-vp9", None),
        ("a.mkv", "mjpeg", None),
        ("a.avi", "mjpeg", None),
        ("a.avi", "mpeg4", None),
        ("a.avi", "msmpeg4", None),
        ("a.ivf", "libvpx-vp9", None),
        ("a.h264", "libx264", None),
    ],
)
@pytest.mark.parametrize("share", [0.2, 0.6, 0.97])
def test_cut_off_clips(
    tmp_path: Path, name: str, codec: str, movflags: str | None, share: float
) -> None:
    options = {"movflags": movflags} if movflags else {}
    pixel_format = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    path = tmp_path / name
    write_clip(path, PICTURES, codec=codec, pixel_format=pixel_format, container_options=options)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(MediaError, match=r"truncated|damaged|cannot be decoded"):
        all_frames(path)


def test_an_mp4_in_fragments_that_breaks_off_in_the_first(tmp_path: Path) -> None:
    options = {"movflags": "empty_moov+default_base_moof+frag_every_frame"}
    path = write_clip(tmp_path / "parts.mp4", PICTURES, container_options=options)
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"mdat") + 40])
    with pytest.raises(MediaError, match="is truncated within its first pictures; copy it again"):
        all_frames(path)


LIMITED: list[tuple[Callable[[MediaLimits], MediaLimits], str]] = [
    (lambda limits: replace(limits, max_file_bytes=100), "bytes, more than the 100 accepted"),
    (lambda limits: replace(limits, max_width_px=60, max_height_px=60), "64x48 .* 60x60"),
    (lambda limits: replace(limits, max_frames=11), "more than the 11 frames"),
]


@pytest.mark.parametrize(("tighten", "sentence"), LIMITED)
def test_limits(
    clip: Path, limits: MediaLimits, tighten: Callable[[MediaLimits], MediaLimits], sentence: str
) -> None:
    with pytest.raises(LimitExceededError, match=sentence):
        all_frames(clip, tighten(limits))
    assert len(all_frames(clip)) == 12


def test_a_clip_that_needs_too_much_memory(tmp_path: Path, limits: MediaLimits) -> None:
    large = [picture(index, 1920, 1080) for index in range(2)]
    path = write_clip(tmp_path / "large.webm", large, codec="libvpx-vp9")
    tight = replace(limits, decode_memory_bytes=8 << 20)
    with pytest.raises(LimitExceededError, match="more than the 8 MiB of memory"):
        all_frames(path, tight)
    assert len(all_frames(path)) == 2


def test_limits_include_their_bounds(clip: Path, limits: MediaLimits) -> None:
    exact = replace(limits, max_frames=12, max_width_px=48, max_height_px=64)
    assert len(all_frames(clip, exact)) == 12


def test_a_header_that_hides_a_huge_picture(tmp_path: Path, limits: MediaLimits) -> None:
    huge = np.zeros((480, 640, 3), np.uint8)
    path = write_clip(tmp_path / "huge.webm", [huge] * 2, codec="libvpx-vp9")
    true_size, false_size = b"\xb0\x82\x02\x80\xba\x82\x01\xe0", b"\xb0\x82\x00\x40\xba\x82\x00\x40"
    assert true_size in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(true_size, false_size))
    small = replace(limits, max_width_px=100, max_height_px=100)
    with pytest.raises((MediaError, LimitExceededError), match=r"'huge\.webm'"):
        all_frames(path, small)


@pytest.mark.parametrize("codec", ["libvpx-vp9", "libvpx", "mjpeg"])
def test_a_size_that_changes(tmp_path: Path, codec: str) -> None:
    pixel_format = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    parts = [
        write_clip(
            tmp_path / f"{width_px}.mkv",
            [picture(index, width_px, 48) for index in range(3)],
            codec=codec,
            pixel_format=pixel_format,
        )
        for width_px in (64, 96)
    ]
    path = join_clips(tmp_path / "grows.mkv", parts)
    with pytest.raises(MediaError, match="changes its size to 96x48 pixels at frame 3"):
        all_frames(path)


@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(changes=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8)), max_size=4))
def test_any_damage_ends_in_frames_or_a_sentence(
    tmp_path: Path, clip: Path, changes: list[tuple[float, bytes]]
) -> None:
    data = bytearray(clip.read_bytes())
    for place, noise in changes:
        start = int(place * (len(data) - len(noise)))
        data[start : start + len(noise)] = noise
    path = tmp_path / "damaged.mp4"
    path.write_bytes(data)
    with contextlib.suppress(MediaError, LimitExceededError):
        assert len(all_frames(path)) > 0
    assert len(all_frames(clip)) == 12
