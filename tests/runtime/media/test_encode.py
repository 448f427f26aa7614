from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from mimo_runtime.media.encode import FragmentEncoder
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.reader import inspect_clip

from .clips import picture
from .frames import all_frames, psnr_db

RATE_FPS = Fraction(30000, 1001)


def encode(pictures: list[np.ndarray]) -> list[bytes]:
    height_px, width_px, _ = pictures[0].shape
    encoder = FragmentEncoder(width_px, height_px, RATE_FPS)
    return [*(encoder.encode(one) for one in pictures), encoder.finish()]


@pytest.mark.parametrize(("width_px", "height_px"), [(64, 48), (65, 49)])
def test_what_is_encoded_can_be_decoded(
    tmp_path: Path, limits: MediaLimits, width_px: int, height_px: int
) -> None:
    pictures = [picture(index, width_px, height_px) for index in range(9)]
    path = tmp_path / "a.mp4"
    path.write_bytes(b"".join(encode(pictures)))
    frames = all_frames(path)
    assert min(psnr_db(a, b) for a, b in zip(frames, pictures, strict=True)) > 36
    info = inspect_clip(path, limits)
    assert (info.codec, info.colour.matrix, info.colour.color_range) == ("h264", "bt709", "limited")
    assert info.rate_fps == RATE_FPS
    assert info.timestamps_s == tuple(float(index / RATE_FPS) for index in range(9))


def test_every_frame_leaves_at_once(tmp_path: Path, limits: MediaLimits) -> None:
    """At any moment, what has left is a file with all frames but the last."""
    parts = encode([picture(index) for index in range(6)])
    assert all(parts)
    path = tmp_path / "a.mp4"
    for count in range(2, 6):
        path.write_bytes(b"".join(parts[:count]))
        assert inspect_clip(path, limits).frame_count == count - 1


def test_no_frame_depends_on_a_later_one(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"".join(encode([picture(index) for index in range(9)])))
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    assert [packet.pts for packet in packets] == [packet.dts for packet in packets]


def test_equal_frames_give_equal_bytes() -> None:
    pictures = [picture(index) for index in range(4)]
    assert encode(pictures) == encode(pictures)


def test_frames_that_are_left_out_keep_the_times_of_the_others(
    tmp_path: Path, limits: MediaLimits
) -> None:
    encoder = FragmentEncoder(64, 48, RATE_FPS)
    parts = [encoder.encode(picture(index), index) for index in (0, 1, 4, 5)]
    path = tmp_path / "a.mp4"
    path.write_bytes(b"".join([*parts, encoder.finish()]))
    times_s = [float(index / RATE_FPS) for index in (0, 1, 4, 5)]
    assert inspect_clip(path, limits).timestamps_s == pytest.approx(times_s)
