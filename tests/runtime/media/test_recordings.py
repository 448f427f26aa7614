"""Recordings as cameras, broadcasts and cutting programs leave them."""

from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from mimo_runtime.errors import MediaError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.reader import inspect_clip

from .clips import write_clip
from .frames import all_frames, notes

COUNT, GROUP = 24, 8
TS_PACKET = 188
OPEN_GROUPS = {
    "libx264": {"x264-params": f"open-gop=1:keyint={GROUP}:min-keyint={GROUP}:bframes=3:b-adapt=0"
                ":scenecut=0"},
    "libx265": {"x265-params": f"open-gop=1:keyint={GROUP}:min-keyint={GROUP}:bframes=3:b-adapt=0"
                ":scenecut=0:log-level=none"},
}  # fmt: skip


X265 = "bframes=0:keyint=6:min-keyint=6:scenecut=0:log-level=none"


def grey(index: int) -> np.ndarray:
    """A picture whose level says which one it is, on a ground that a lost reference would show."""
    ramp = np.linspace(0, 60, 96)[None, :, None].repeat(64, 0).repeat(3, 2)
    return (ramp + 8 * index).astype(np.uint8)


GREYS = [grey(index) for index in range(COUNT)]


def numbers(frames: np.ndarray) -> list[int]:
    """Which of `GREYS` each frame is; every one must be near to it all over."""
    truth = np.stack(GREYS).astype(float)
    found = []
    for frame in frames:
        errors = np.abs(truth - frame).mean(axis=(1, 2, 3))
        found.append(int(errors.argmin()))
        assert np.abs(truth[found[-1]] - frame).max() < 12
    return found


def steady(path: Path) -> bool:
    gaps = [b - a for a, b in pairwise(inspect_clip(path, MediaLimits()).timestamps_s)]
    return max(gaps) - min(gaps) < 2e-3


def cut(source: Path, target: Path, first_key: int) -> Path:
    """The packets from key frame `first_key` on, times kept, as a cutter copies them."""
    with av.open(str(source)) as given, av.open(str(target), "w") as out:
        stream = out.add_stream_from_template(given.streams.video[0])
        keys = 0
        for packet in given.demux(video=0):
            keys += packet.is_keyframe
            if packet.size and keys > first_key:
                packet.stream = stream
                out.mux(packet)
    return target


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
@pytest.mark.parametrize("name", ["cut.mp4", "cut.mkv", "cut.ts", "cut.mov"])
def test_a_cut_at_an_open_group_begins_with_its_key_frame(
    tmp_path: Path, codec: str, name: str
) -> None:
    whole = write_clip(
        tmp_path / f"whole{Path(name).suffix}", GREYS, codec=codec,
        codec_options=OPEN_GROUPS[codec],
    )  # fmt: skip
    path = cut(whole, tmp_path / name, 1)
    found = numbers(all_frames(path))
    first = found[0]
    assert found == list(range(first, COUNT))
    assert first in (GROUP, GROUP - 1, GROUP + 1)
    assert steady(path)
    if path.suffix in (".mkv", ".ts"):  # the others say by an edit list what is not shown
        assert "frames that cannot be decoded" in notes(path)


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_pictures_before_the_time_0_of_matroska(tmp_path: Path, codec: str) -> None:
    """A cutter lets the key frame begin at 0; what is shown before it has no time stamp then."""
    whole = write_clip(tmp_path / "a.mkv", GREYS, codec=codec, codec_options=OPEN_GROUPS[codec])
    path = tmp_path / "cut.mkv"
    with av.open(str(whole)) as given:
        packets = [packet for packet in given.demux(video=0) if packet.size]
        begin = [index for index, packet in enumerate(packets) if packet.is_keyframe][1]
        options = {"avoid_negative_ts": "disabled"}
        with av.open(str(path), "w", container_options=options) as out:
            stream = out.add_stream_from_template(given.streams.video[0])
            shift = packets[begin].pts
            for packet in packets[begin:]:
                packet.stream, packet.pts = stream, packet.pts - shift
                packet.dts = None if packet.dts is None else packet.dts - shift
                out.mux(packet)
    assert min(packet.pts for packet in packets[begin:]) < 0
    found = numbers(all_frames(path))
    assert found == list(range(found[0], COUNT))
    assert found[0] in (GROUP, GROUP - 1, GROUP + 1)
    assert "frames that cannot be decoded" in notes(path)


@pytest.mark.parametrize(("codec", "gone"), [("libx264", 3), ("libx265", 3), ("mpeg2video", 2)])
def test_a_capture_that_begins_in_the_middle(tmp_path: Path, codec: str, gone: int) -> None:
    options = {"bf": "0"} if codec != "libx265" else {"x265-params": X265}
    whole = write_clip(
        tmp_path / "whole.ts",
        GREYS,
        codec=codec,
        codec_options={"g": "6", "sc_threshold": "0", **options},
    )
    data, path = whole.read_bytes(), tmp_path / "capture.ts"
    starts = [p for p in range(0, len(data), TS_PACKET) if is_start(data[p : p + TS_PACKET])]
    path.write_bytes(data[starts[gone] - 40 :])
    found = numbers(all_frames(path))
    assert found == list(range(6, COUNT))
    assert "begins in the middle" in notes(path)


@pytest.mark.parametrize("share", [0.5, 0.8, 0.93])
@pytest.mark.parametrize("codec", ["libx264", "libx265", "mpeg2video"])
def test_a_capture_that_ends_anywhere(tmp_path: Path, codec: str, share: float) -> None:
    options = {"crf": "1"} if codec == "libx264" else {}
    options |= {"x265-params": X265} if codec == "libx265" else {}
    noisy = np.random.default_rng(0).integers(0, 6, (64, 96, 3)).astype(np.uint8)
    whole = write_clip(
        tmp_path / "whole.ts", [one + noisy for one in GREYS], codec=codec, codec_options=options
    )
    path = tmp_path / "capture.ts"
    data = whole.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    found = numbers(all_frames(path))
    assert found == list(range(len(found)))
    assert len(found) > 5


@pytest.mark.parametrize("share", [0.5, 0.8, 0.99])
def test_fragments_that_were_written_before_a_recording_broke_off(
    tmp_path: Path, share: float
) -> None:
    path = write_clip(tmp_path / "a.mp4", GREYS, codec_options={"g": "6", "crf": "1", "bf": "0"},
                      container_options={"movflags": "frag_keyframe+empty_moov"})  # fmt: skip
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    found = numbers(all_frames(path))
    assert found == list(range(len(found)))
    assert 5 < len(found) <= COUNT
    assert "It breaks off" in notes(path)


def is_start(packet: bytes) -> bool:
    """Whether a transport packet begins a picture: of the video's number, with a payload start."""
    number = int.from_bytes(packet[1:3], "big")
    return number & 0x1FFF == 0x100 and bool(number & 0x4000)


def spread(data: bytes, before: int, behind: int) -> bytes:
    packets = [data[p : p + TS_PACKET] for p in range(0, len(data), TS_PACKET)]
    return b"".join(bytes(before) + packet + b"\x5a" * behind for packet in packets)


@pytest.mark.parametrize(("before", "behind"), [(0, 0), (4, 0), (0, 16)])
def test_transport_packets_of_all_sizes(tmp_path: Path, before: int, behind: int) -> None:
    whole = write_clip(tmp_path / "whole.ts", GREYS)
    path = tmp_path / "clip.MTS"
    path.write_bytes(spread(whole.read_bytes(), before, behind))
    assert numbers(all_frames(path)) == list(range(COUNT))


@pytest.mark.parametrize("codec", ["libx264", "libx265", "mpeg2video"])
def test_joined_transport_streams_follow_each_other(tmp_path: Path, codec: str) -> None:
    quiet = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    parts = [
        write_clip(tmp_path / f"{first}.ts", GREYS[first : first + 12], codec=codec,
                   codec_options=quiet)
        for first in (0, 12)
    ]  # fmt: skip
    path = tmp_path / "joined.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    assert numbers(all_frames(path)) == list(range(COUNT))
    assert steady(path)
    assert inspect_clip(path, MediaLimits()).rate_fps == 25
    assert "joined of 2 recordings" in notes(path)


@pytest.mark.parametrize("later_s", [4, 100])
def test_time_goes_on_where_transport_streams_were_joined(tmp_path: Path, later_s: int) -> None:
    parts = [
        write_clip(tmp_path / "0.ts", GREYS[:12]),
        write_clip(tmp_path / "1.ts", GREYS[12:], container_options={
            "output_ts_offset": str(later_s)}),
    ]  # fmt: skip
    path = tmp_path / "joined.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    assert numbers(all_frames(path)) == list(range(COUNT))
    assert steady(path)
    assert "joined of 2 recordings" in notes(path)


@pytest.mark.parametrize("name", ["a.ts", "a.mp4", "a.mkv"])
def test_damage_in_the_middle_is_refused(tmp_path: Path, name: str) -> None:
    path = write_clip(tmp_path / name, GREYS, codec_options={"g": "12", "crf": "1"})
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    if name == "a.ts":
        del data[middle - middle % TS_PACKET : middle - middle % TS_PACKET + 2 * TS_PACKET]
    else:
        data[middle : middle + 200] = bytes(200)
    path.write_bytes(data)
    with pytest.raises(MediaError, match="damaged"):
        all_frames(path)


TAILS = [b"TAG" + b"My clip".ljust(125, b"\0"), bytes(1000), b"SEFHe\0\0\0" + b"\x10\0\0\0SEFT",
         b"APETAGEX\xd0\x07\0\0" + bytes(24), b"\x01\x02\x03"]  # fmt: skip


@pytest.mark.parametrize("tail", TAILS, ids=["id3v1", "zeros", "samsung", "ape", "three bytes"])
@pytest.mark.parametrize(
    ("name", "codec", "pixel_format"),
    [("a.mp4", "libx264", "yuv420p"), ("a.mov", "mjpeg", "yuvj420p"),
     ("a.avi", "mjpeg", "yuvj420p"), ("a.mkv", "libx264", "yuv420p"),
     ("a.webm", "libvpx-vp9", "yuv420p")],
)  # fmt: skip
def test_bytes_behind_the_end_do_not_matter(
    tmp_path: Path, name: str, codec: str, pixel_format: str, tail: bytes
) -> None:
    path = write_clip(tmp_path / name, GREYS, codec=codec, pixel_format=pixel_format)
    path.write_bytes(path.read_bytes() + tail)
    assert numbers(all_frames(path)) == list(range(COUNT))


def test_a_recording_that_was_not_finished_is_told(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", GREYS)
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"moov") - 4])
    with pytest.raises(MediaError, match=r"was not finished.* index \(moov\) is missing"):
        inspect_clip(path, MediaLimits())


@pytest.mark.parametrize(("name", "codec"), [("a.h264", "libx264"), ("a.hevc", "libx265")])
def test_raw_streams_have_the_rate_that_they_say(tmp_path: Path, name: str, codec: str) -> None:
    quiet = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    path = write_clip(tmp_path / name, GREYS, codec=codec, rate_fps=50, codec_options=quiet)
    assert numbers(all_frames(path)) == list(range(COUNT))
    assert inspect_clip(path, MediaLimits()).rate_fps == 50
