"""The header parser against real streams and against headers written by hand."""

from pathlib import Path

import av
import pytest

from mimo_runtime.media.child.vp9 import stated_sizes_px

from .clips import picture, write_clip


def bits(*fields: tuple[int, int]) -> bytes:
    """(value, width) pairs, first bit first, padded to whole bytes."""
    text = "".join(f"{value:0{width}b}" for value, width in fields)
    text += "0" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big")


PROFILE_0 = [(2, 2), (0, 2), (0, 1)]  # marker, profile, no frame shown again
SIZE_320X240 = [(319, 16), (239, 16)]


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv444p"])
def test_a_real_stream_states_its_size(tmp_path: Path, pixel_format: str) -> None:
    pictures = [picture(index, 130, 70) for index in range(8)]
    path = write_clip(tmp_path / "a.webm", pictures, codec="libvpx-vp9", pixel_format=pixel_format)
    with av.open(str(path)) as container:
        packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    sizes = [size for packet in packets for size in stated_sizes_px(packet)]
    assert len(packets) == 8
    assert len(sizes) >= 1
    assert set(sizes) == {(130, 70)}


def test_an_inter_frame_may_state_a_new_size() -> None:
    inter, shown, resilient = (1, 1), (1, 1), (0, 1)
    references = [(0, 2), (1, 8), (0, 12)]
    stated = bits(*PROFILE_0, inter, shown, resilient, *references, (0, 3), *SIZE_320X240)
    taken_over = bits(*PROFILE_0, inter, shown, resilient, *references, (1, 3), *SIZE_320X240)
    assert list(stated_sizes_px(stated)) == [(320, 240)]
    assert list(stated_sizes_px(taken_over)) == []


def test_an_intra_only_frame_states_its_size() -> None:
    inter, hidden, resilient = (1, 1), (0, 1), (1, 1)
    frame = bits(
        *PROFILE_0, inter, hidden, resilient, (1, 1), (0x498342, 24), (0, 8), *SIZE_320X240
    )
    assert list(stated_sizes_px(frame)) == [(320, 240)]


def test_both_frames_of_a_superframe_are_read() -> None:
    key, shown, resilient, colour = (0, 1), (1, 1), (0, 1), (2, 4)
    frame = bits(*PROFILE_0, key, shown, resilient, (0x498342, 24), colour, *SIZE_320X240)
    again = bits((2, 2), (0, 2), (1, 1), (0, 3))
    marker = bytes([0b110_00_001])
    packet = frame + again + marker + bytes([len(frame), len(again)]) + marker
    assert list(stated_sizes_px(packet)) == [(320, 240)]


def test_a_header_that_is_cut_off() -> None:
    with pytest.raises(ValueError, match="cut off"):
        list(stated_sizes_px(bits(*PROFILE_0)))


def test_what_is_no_frame() -> None:
    with pytest.raises(ValueError, match="does not begin like one"):
        list(stated_sizes_px(bytes(20)))
