"""Encoded frames decoded one by one: what a file shows, for every codec, and nothing else."""

import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from mimo_runtime.capture.encoded import EncodedFile, EncodedPipe
from mimo_runtime.capture.packet_stream import Look, PacketStream
from mimo_runtime.capture.streams import FileStream
from mimo_runtime.errors import InvalidRequestError, LimitExceededError, MediaError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.sample import YARD
from mimo_runtime.wire.driving import DrivingCodec, DrivingFormat, DrivingFrame
from mimo_runtime.wire.live import QueuePolicy

DRIVING = YARD.with_name("driving.mp4")
RATE = Fraction(25)
SIZE_PX = (96, 64)
ENCODERS = {
    "h264": ("libx264", {"bf": "2", "x264-params": "b-adapt=0"}),  # frames out of order
    "hevc": ("libx265", {"x265-params": "bframes=2:b-adapt=0:log-level=0"}),
    "vp9": ("libvpx-vp9", {"deadline": "realtime", "cpu-used": "8"}),
    "mjpeg": ("mjpeg", {}),
}


def encoded(path: Path, codec: str, count: int = 10) -> Path:
    encoder, options = ENCODERS[codec]
    with av.open(path, "w") as container:
        stream: Any = container.add_stream(encoder, rate=RATE, options=options)
        stream.width, stream.height = SIZE_PX
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for index in range(count):
            rgb = np.zeros((*SIZE_PX[::-1], 3), np.uint8)
            rgb[:, : 8 * (index + 1)] = (200, 40 + 10 * index, 90)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def looks(source: EncodedFile, frames: list[DrivingFrame], **changes: Any) -> list[Look]:
    driving = replace(source.driving, **changes)
    stream = PacketStream(
        frames, driving, source.rate_fps, QueuePolicy.LOSSLESS, MediaLimits(), lambda: None
    )
    return list(stream.frames())


@pytest.mark.parametrize("codec", ENCODERS)
def test_frames_are_those_that_a_client_would_look_at(codec: str, tmp_path: Path) -> None:
    path = encoded(tmp_path / "clip.mkv", codec)
    source = EncodedFile(path, None)
    assert source.driving.codec == codec
    assert (source.driving.width_px, source.driving.height_px) == SIZE_PX
    found = looks(source, list(source.frames()))
    own = list(FileStream(path, None, QueuePolicy.LOSSLESS).frames())
    assert [look.index for look in found] == [index for index, _ in own] == list(range(10))
    for look, (_, pixels) in zip(found, own, strict=True):
        assert np.abs(look.pixels.astype(int) - pixels).mean() <= 0.5


def test_frames_out_of_order_keep_their_times(tmp_path: Path) -> None:
    source = EncodedFile(encoded(tmp_path / "clip.mp4", "h264"), None)
    frames = list(source.frames())
    assert [frame.index for frame in frames] != sorted(frame.index for frame in frames)
    sent = {frame.index: frame.capture_s for frame in frames}
    for look in looks(source, frames):
        assert look.capture_s == sent[look.index]


def test_frames_out_of_order_count_from_the_first_that_is_shown(tmp_path: Path) -> None:
    """Of a pipe, whose first packet is due before it is shown."""
    path = encoded(tmp_path / "clip.ts", "h264", 6)
    with av.open(path) as container:
        first = next(container.demux(video=0))
    assert first.dts is not None
    assert first.pts is not None
    assert first.dts < first.pts
    frames = list(EncodedPipe(io.BytesIO(path.read_bytes()), None).frames())
    assert sorted(frame.index for frame in frames) == list(range(6))
    assert frames[0].index == 0
    assert [frame.index for frame in frames] != list(range(6))


def test_only_frames_whose_index_rises_are_looked_at() -> None:
    source = EncodedFile(DRIVING, Fraction(5))
    frames = list(source.frames())
    assert [frame.index for frame in frames] == [index // 3 for index in range(36)]
    own = list(FileStream(DRIVING, Fraction(5), QueuePolicy.LOSSLESS).frames())
    found = looks(source, frames)
    assert [look.index for look in found] == list(range(12))
    for look, (_, pixels) in zip(found, own, strict=True):
        assert np.array_equal(look.pixels, pixels)


def test_pictures_are_turned_upright(tmp_path: Path) -> None:
    source = EncodedFile(encoded(tmp_path / "clip.mkv", "mjpeg", 1), None)
    frames = list(source.frames())
    (plain,) = looks(source, frames)
    (turned,) = looks(source, frames, turn_deg=90, width_px=SIZE_PX[1], height_px=SIZE_PX[0])
    assert np.array_equal(turned.pixels, np.rot90(plain.pixels, -1))


def test_what_was_looked_at_first_comes_again_where_every_frame_counts() -> None:
    source = EncodedFile(DRIVING, None)
    frames = list(source.frames())
    for policy, first in ((QueuePolicy.LOSSLESS, 0), (QueuePolicy.LIVE, 8)):
        stream = PacketStream(
            frames, source.driving, source.rate_fps, policy, MediaLimits(), lambda: None
        )
        before = stream.first()
        for _ in range(8):
            next(before)
        assert next(stream.frames()).index >= first
        assert policy is QueuePolicy.LIVE or next(stream.frames()).index == 1


def damaged(data: bytes, damage: str) -> bytes:
    if damage == "nonsense":
        return b"\x00\x01nonsense" * 40
    return data[: len(data) // 3] if damage == "cut off" else bytes(len(data))


@pytest.mark.parametrize("codec", ENCODERS)
@pytest.mark.parametrize("damage", ["nonsense", "cut off", "zeros"])
def test_damaged_bytes_are_told(codec: str, damage: str, tmp_path: Path) -> None:
    """In a sentence, or by what is seen: VP9 has no checksum. Never by another error."""
    source = EncodedFile(encoded(tmp_path / "clip.mkv", codec), None)
    frames = list(source.frames())
    frames[0] = replace(frames[0], data=damaged(frames[0].data, damage))
    found: list[Look] = []
    with suppress(MediaError):
        found = looks(source, frames)
    assert len(found) <= len(frames) - (codec in ("mjpeg", "hevc"))


def test_a_picture_that_is_too_large_is_refused(tmp_path: Path) -> None:
    source = EncodedFile(encoded(tmp_path / "clip.mkv", "mjpeg", 1), None)
    limits = MediaLimits(max_width_px=90, max_height_px=90)
    stream = PacketStream(
        source.frames(), source.driving, RATE, QueuePolicy.LIVE, limits, lambda: None
    )
    with pytest.raises(LimitExceededError, match="96x64 pixels, more than the 90x90"):
        list(stream.frames())


def test_every_frame_is_told_as_taken() -> None:
    source, taken = EncodedFile(DRIVING, None), []

    def packets() -> Iterator[DrivingFrame]:
        for number, frame in enumerate(source.frames()):
            assert len(taken) == number
            yield frame

    stream = PacketStream(
        packets(), source.driving, RATE, QueuePolicy.LIVE, MediaLimits(), lambda: taken.append(1)
    )
    list(stream.frames())
    assert len(taken) == 36


def test_what_a_server_does_not_decode_frame_by_frame_is_told(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with av.open(path, "w") as container:
        stream: Any = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        picture = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    with pytest.raises(InvalidRequestError, match=r"is mpeg4.*encode it again"):
        EncodedFile(path, None)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"width_px": 0}, "0x64 px"),
        ({"turn_deg": 45}, "turn_deg is 45"),
        ({"description": bytes(20_000)}, "20000 bytes"),
    ],
)
def test_formats_that_cannot_be(changes: dict[str, Any], sentence: str) -> None:
    given: dict[str, Any] = {"codec": DrivingCodec.H264, "width_px": 64, "height_px": 64}
    with pytest.raises(InvalidRequestError, match=sentence):
        DrivingFormat(**given | changes)


def test_a_frame_without_bytes() -> None:
    with pytest.raises(InvalidRequestError, match="frame 3 is empty"):
        DrivingFrame(3, 0.0, b"")
