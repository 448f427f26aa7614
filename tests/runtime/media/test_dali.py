"""The DALI back end, for real: VP8, VP9 and MJPEG on a CPU."""

import resource
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from mimo_runtime.errors import MediaError, UnsupportedError
from mimo_runtime.media.child.capabilities import probe_capabilities
from mimo_runtime.media.child.dali_decoder import DaliDecoder
from mimo_runtime.media.child.decoder_choice import DecoderChoice
from mimo_runtime.media.child.decoding import start_decoder
from mimo_runtime.media.child.validation import validate_clip
from mimo_runtime.media.decode_job import DecodeJob
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.reader import inspect_clip, open_clip

from .clips import join_clips, picture, write_clip
from .frames import all_frames, psnr_db

pytest.importorskip("nvidia.dali.fn")

PICTURES = [picture(index) for index in range(12)]
ON_CPU = pytest.mark.skipif(probe_capabilities().has_nvdec, reason="this machine has NVDEC")


def assert_alike(frames: NDArray[np.uint8], expected: NDArray[np.uint8]) -> None:
    """The two converters round and interpolate chroma differently; neither is the other shifted."""
    assert frames.shape == expected.shape
    assert psnr_db(frames, expected) > 38
    assert np.abs(frames.astype(int) - expected).max() <= 12


@pytest.mark.parametrize(
    ("name", "codec", "pixel_format"),
    [
        ("a.webm", "libvpx-vp9", "yuv420p"),
        ("a.mp4", "libvpx-vp9", "yuv420p"),
        ("a.ivf", "libvpx", "yuv420p"),
        ("a.mkv", "mjpeg", "yuvj420p"),
    ],
)
@pytest.mark.parametrize("batch_frames", [1, 5, 12])
def test_it_decodes_what_pyav_decodes(
    tmp_path: Path, limits: MediaLimits, name: str, codec: str, pixel_format: str, batch_frames: int
) -> None:
    path = write_clip(tmp_path / name, PICTURES, codec=codec, pixel_format=pixel_format)
    expected = all_frames(path, decoder="pyav")
    with open_clip(path, limits, decoder="dali", batch_frames=batch_frames) as reader:
        assert reader.decoder == "dali"
        times_s = reader.info.timestamps_s
        batches = [(batch.frames.copy(), batch.timestamps_s) for batch in reader]
    frames = np.concatenate([frames for frames, _ in batches])
    assert_alike(frames, expected)
    np.testing.assert_array_equal(np.concatenate([times for _, times in batches]), times_s)


def test_odd_sizes(tmp_path: Path) -> None:
    pictures = [picture(index, 65, 49) for index in range(3)]
    path = write_clip(tmp_path / "odd.webm", pictures, codec="libvpx-vp9")
    expected = all_frames(path, decoder="pyav")
    assert_alike(all_frames(path, decoder="dali"), expected)


def test_a_turned_clip_arrives_upright(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "turned.mp4", PICTURES[:3], codec="libvpx-vp9", rotation_deg=-90)
    expected = all_frames(path, decoder="pyav")
    assert expected.shape == (3, 64, 48, 3)
    assert_alike(all_frames(path, decoder="dali"), expected)


@pytest.mark.parametrize("codec", ["libvpx-vp9", "libvpx", "mjpeg"])
def test_a_size_that_changes_never_reaches_dali(tmp_path: Path, codec: str) -> None:
    pixel_format = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    parts = [
        write_clip(
            tmp_path / f"{width_px}.mkv",
            [picture(index, width_px, 48) for index in range(3)],
            codec=codec,
            pixel_format=pixel_format,
        )
        for width_px in (64, 1024)
    ]
    path = join_clips(tmp_path / "grows.mkv", parts)
    with pytest.raises(MediaError, match="changes its size from 64x48 to 1024x48"):
        all_frames(path, decoder="dali")


def test_a_damaged_clip_is_a_sentence_and_the_next_one_works(tmp_path: Path) -> None:
    good = write_clip(tmp_path / "good.webm", PICTURES, codec="libvpx")
    with av.open(str(good)) as container:
        packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    bad = tmp_path / "bad.webm"
    bad.write_bytes(
        good.read_bytes().replace(packets[7], packets[7][:1] + b"\xff\xff" + packets[7][3:])
    )
    with pytest.raises(MediaError, match=r"'bad\.webm' cannot be decoded"):
        all_frames(bad, decoder="dali")
    assert len(all_frames(good, decoder="dali")) == 12


def test_frames_that_dali_does_not_find(tmp_path: Path, limits: MediaLimits) -> None:
    path = write_clip(tmp_path / "short.webm", PICTURES, codec="libvpx-vp9")
    info = inspect_clip(path, limits)
    longer = replace(info, timestamps_s=info.timestamps_s * 2)
    job = DecodeJob("decode", path.name, info.container, limits, "dali", batch_frames=4)
    with path.open("rb") as file:
        frames = DaliDecoder(file.fileno(), job, longer, on_gpu=False).frames()
        with pytest.raises(MediaError, match="DALI fails after 12 of 24 frames"):
            list(frames)


@ON_CPU
def test_what_it_cannot_decode_here_is_refused_with_the_way_out(
    clip: Path, limits: MediaLimits
) -> None:
    with pytest.raises(UnsupportedError, match=r"not h264; use the decoder 'pyav' or 'auto'"):
        open_clip(clip, limits, decoder="dali")


@pytest.fixture
def own_limits() -> Iterator[None]:
    """A decoder limits the memory of its process, which here is that of all tests to come."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@ON_CPU
@pytest.mark.usefixtures("own_limits")
def test_a_gpu_that_fails_is_replaced_by_pyav(clip: Path, limits: MediaLimits) -> None:
    job = DecodeJob("decode", clip.name, "mp4", limits, "auto", 4)
    with clip.open("rb") as file:
        gpu = DecoderChoice("dali", "NVDEC decodes h264", on_gpu=True)
        valid = validate_clip(file.fileno(), job)
        choice, frames = start_decoder(file.fileno(), job, valid, gpu)
        decoded = np.stack(list(frames))
    assert choice.decoder == "pyav"
    assert choice.reason.startswith("DALI failed: ")
    np.testing.assert_array_equal(decoded, all_frames(clip))
