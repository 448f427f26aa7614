import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.media.clip import ClipColour
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.orientation import UPRIGHT
from mimo_runtime.media.reader import (
    MAX_SLOT_BYTES,
    frames_at,
    inspect_clip,
    open_clip,
    slot_frames,
)
from tests.golden import GOLDEN, LARGE, load

from .clips import picture, write_clip
from .frames import all_frames, psnr_db

STREAMS = [("vid", "vid_u8"), ("sdc", "sdc_u8"), ("bk", "bk_u8"), ("occ", "occ_gray_u8")]


@pytest.mark.parametrize(("stream", "key"), STREAMS)
@pytest.mark.parametrize("folder", [GOLDEN, LARGE], ids=["compact", "large"])
def test_the_official_template_decodes_bit_for_bit(
    folder: Path | None, stream: str, key: str
) -> None:
    if folder is None:
        pytest.skip("the larger golden set is not on this machine")
    recorded = load("00_template", folder)[key]
    frames = all_frames(folder / "template" / f"{stream}.mp4")
    np.testing.assert_array_equal(frames if recorded.ndim == 4 else frames[..., 0], recorded)


def test_batches_have_one_shape_and_count_through_the_clip(clip: Path, limits: MediaLimits) -> None:
    with open_clip(clip, limits, batch_frames=5) as reader:
        batches = [(batch.first_index, batch.frames.shape, batch.timestamps_s) for batch in reader]
        assert list(reader) == []
    assert [first for first, _, _ in batches] == [0, 5, 10]
    assert [shape for _, shape, _ in batches] == [(5, 48, 64, 3), (5, 48, 64, 3), (2, 48, 64, 3)]
    np.testing.assert_array_equal(
        np.concatenate([times_s for _, _, times_s in batches]), np.arange(12) / 25
    )


def test_frames_come_in_order_and_in_rgb(clip: Path) -> None:
    frames = all_frames(clip)
    originals = np.stack([picture(index) for index in range(12)])
    assert min(psnr_db(a, b) for a, b in zip(frames, originals, strict=True)) > 33


def test_a_batch_is_shared_memory_that_cannot_be_written(clip: Path, limits: MediaLimits) -> None:
    with open_clip(clip, limits) as reader:
        batch = next(iter(reader))
    with pytest.raises(ValueError, match="read-only"):
        batch.frames[0, 0, 0, 0] = 1


def test_the_reader_says_what_decodes_and_why(clip: Path, limits: MediaLimits) -> None:
    with open_clip(clip, limits, decoder="pyav") as reader:
        assert (reader.decoder, reader.reason) == ("pyav", "it was asked for")


def test_a_clip_that_is_not_waited_for_is_judged_later(tmp_path: Path, limits: MediaLimits) -> None:
    (tmp_path / "a.mp4").write_bytes(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(100))
    with (
        open_clip(tmp_path / "a.mp4", limits, wait=False) as reader,
        pytest.raises(MediaError, match=r"'a\.mp4'"),
    ):
        reader.wait()


def test_an_unknown_decoder_is_named_with_those_that_exist(clip: Path, limits: MediaLimits) -> None:
    with pytest.raises(InvalidRequestError, match="'gpu'; choose one of auto, pyav, dali"):
        open_clip(clip, limits, decoder="gpu")


def test_inspection_tells_size_rate_times_and_tags(clip: Path, limits: MediaLimits) -> None:
    info = inspect_clip(clip, limits)
    assert (info.container, info.codec, info.pixel_format) == ("mp4", "h264", "yuv420p")
    assert (info.width_px, info.height_px, info.orientation) == (64, 48, UPRIGHT)
    assert (info.rate_fps, info.frame_count) == (Fraction(25), 12)
    assert info.colour == ClipColour("smpte170m", "unspecified", is_guessed=True)


def test_frames_are_picked_and_repeated(clip: Path, limits: MediaLimits) -> None:
    frames = all_frames(clip)
    wanted = [0, 0, 3, 7, 7, 7, 8, 11]
    with open_clip(clip, limits, batch_frames=4) as reader:
        picked = [frame.copy() for frame in frames_at(reader, wanted)]
    np.testing.assert_array_equal(np.stack(picked), frames[wanted])


def test_no_frame_is_picked_beyond_the_end(clip: Path, limits: MediaLimits) -> None:
    with open_clip(clip, limits) as reader:
        assert list(frames_at(reader, [])) == []
        with pytest.raises(InvalidRequestError, match=r"Frame 12 is asked for.* has 12 frames"):
            next(frames_at(reader, [0, 12]))


@pytest.fixture
def usual_priority() -> Iterator[None]:
    """SVT-AV1, where it may, puts the thread that it is called in before all others, for good."""
    yield
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


@pytest.mark.usefixtures("usual_priority")
@pytest.mark.parametrize(
    ("name", "codec", "pixel_format"),
    [
        ("a.mov", "libx264", "yuv420p"),
        ("a.ts", "libx264", "yuv420p"),
        ("a.h264", "libx264", "yuv420p"),
        ("a.hevc", "libx265", "yuv420p"),
        ("a.webm", "libvpx-vp9", "yuv420p"),
        ("a.ivf", "libvpx", "yuv420p"),
        ("a.mkv", "libsvtav1", "yuv420p10le"),
        ("a.mp4", "mpeg4", "yuv420p"),
        ("a.mkv", "mjpeg", "yuvj420p"),
        ("a.avi", "mpeg4", "yuv420p"),
        ("a.avi", "msmpeg4", "yuv420p"),
        ("a.avi", "mjpeg", "yuvj420p"),
        ("a.avi", "libx264", "yuv420p"),
        ("a.mov", "prores_ks", "yuv422p10le"),
        ("a.mkv", "ffv1", "bgr0"),
        ("a.mov", "qtrle", "rgb24"),
        ("a.mov", "png", "rgb24"),
        ("a.mp4", "libx264", "yuv420p10le"),
        ("a.mp4", "libx264", "yuv444p"),
    ],
)
def test_every_accepted_container_and_codec(
    tmp_path: Path, name: str, codec: str, pixel_format: str
) -> None:
    pictures = [picture(index) for index in range(4)]
    path = write_clip(tmp_path / name, pictures, codec=codec, pixel_format=pixel_format)
    frames = all_frames(path)
    assert min(psnr_db(a, b) for a, b in zip(frames, pictures, strict=True)) > 33


def test_odd_sizes_keep_their_last_row_and_column(tmp_path: Path) -> None:
    pictures = [picture(index, 65, 49) for index in range(3)]
    frames = all_frames(write_clip(tmp_path / "odd.webm", pictures, codec="libvpx-vp9"))
    assert frames.shape == (3, 49, 65, 3)
    assert psnr_db(frames[:, -1], np.stack(pictures)[:, -1]) > 33


@pytest.mark.parametrize("name", ["times.mkv", "times.mp4"])
def test_variable_rates_keep_their_exact_times(
    tmp_path: Path, limits: MediaLimits, name: str
) -> None:
    ticks = [0, 40, 50, 333, 334, 1000, 2001]
    pictures = [picture(index) for index in range(len(ticks))]
    path = write_clip(tmp_path / name, pictures, ticks=ticks)
    assert inspect_clip(path, limits).timestamps_s == tuple(tick / 1000 for tick in ticks)


@pytest.mark.parametrize(("rotation_deg", "turns"), [(-90, 3), (90, 1), (180, 2)])
def test_a_turned_clip_arrives_upright(
    tmp_path: Path, limits: MediaLimits, rotation_deg: int, turns: int
) -> None:
    path = write_clip(tmp_path / "turned.mp4", [picture(0)] * 3, rotation_deg=rotation_deg)
    frames = all_frames(path)
    info = inspect_clip(path, limits)
    assert frames.shape[1:3] == (info.height_px, info.width_px)
    assert psnr_db(frames[0], np.rot90(picture(0), turns)) > 33


def test_frames_before_the_start_of_the_edit_do_not_count(
    tmp_path: Path, limits: MediaLimits
) -> None:
    pictures = [picture(index) for index in range(6)]
    path = write_clip(tmp_path / "cut.mp4", pictures, ticks=[-80, -40, 0, 40, 80, 120])
    assert inspect_clip(path, limits).timestamps_s == (0.0, 0.04, 0.08, 0.12)
    assert psnr_db(all_frames(path), np.stack(pictures[2:])) > 33


def test_hidden_vp8_frames_do_not_count(tmp_path: Path, limits: MediaLimits) -> None:
    pictures = [picture(index) for index in range(6)]
    path = write_clip(tmp_path / "hidden.webm", pictures, codec="libvpx")
    with av.open(str(path)) as container:
        packet = [bytes(packet) for packet in container.demux(video=0)][3]
    hidden = bytes([packet[0] & ~0x10]) + packet[1:]
    path.write_bytes(path.read_bytes().replace(packet, hidden))
    assert inspect_clip(path, limits).frame_count == 5
    assert psnr_db(all_frames(path), np.stack(pictures[:3] + pictures[4:])) > 33


def test_of_several_videos_the_first_is_read(tmp_path: Path, limits: MediaLimits) -> None:
    path = tmp_path / "two.mkv"
    with av.open(str(path), "w") as container:
        streams = [container.add_stream("ffv1", rate=25) for _ in range(2)]
        for stream, width_px in zip(streams, (64, 32), strict=True):
            stream.width, stream.height, stream.pix_fmt = width_px, 48, "bgr0"
        for stream, width_px in zip(streams, (64, 32), strict=True):
            frame = av.VideoFrame.from_ndarray(picture(0, width_px)).reformat(format="bgr0")
            container.mux([*stream.encode(frame), *stream.encode(None)])
    np.testing.assert_array_equal(all_frames(path), picture(0)[None])


def test_a_title_that_is_not_utf_8_is_no_obstacle(tmp_path: Path, limits: MediaLimits) -> None:
    path = tmp_path / "title.mkv"
    with av.open(str(path), "w") as container:
        container.metadata["title"] = "GRUEN"
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "bgr0"
        frame = av.VideoFrame.from_ndarray(picture(0)).reformat(format="bgr0")
        container.mux([*stream.encode(frame), *stream.encode(None)])
    assert b"GRUEN" in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(b"GRUEN", b"GR\xdcN!"))
    assert inspect_clip(path, limits).frame_count == 1


@given(st.integers(1, 4096), st.integers(1, 4096), st.integers(1, 16))
def test_a_slot_holds_one_frame_or_few_bytes(width_px: int, height_px: int, asked: int) -> None:
    frames = slot_frames(asked, width_px, height_px)
    assert 1 <= frames <= asked
    assert frames == 1 or frames * 3 * width_px * height_px <= MAX_SLOT_BYTES


def test_large_frames_come_one_by_one(tmp_path: Path, limits: MediaLimits) -> None:
    path = write_clip(tmp_path / "large.mp4", [picture(index, 4096, 4080) for index in range(2)])
    with open_clip(path, limits) as reader:
        assert [batch.frames.shape for batch in reader] == [(1, 4080, 4096, 3)] * 2
