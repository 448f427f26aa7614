"""Clips that were trimmed or put together by an edit list: not all that is there is shown."""

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.reader import inspect_clip

from .clips import write_clip
from .frames import all_frames

COUNT, RATE = 36, 30
GREYS = [np.full((48, 64, 3), 20 + 6 * index, np.uint8) for index in range(COUNT)]
CODECS = {"libx264": {"bf": "0"}, "libx264 with B": {"bf": "2"},
          "libx265": {"x265-params": "log-level=none"}}  # fmt: skip


def with_edits(path: Path, parts: Sequence[tuple[int, int]]) -> Path:
    """The MP4 at `path`, whose index is at its end, with other edits: frames from and to.

    A negative number of frames lets that time pass before.
    """
    data = bytearray(path.read_bytes())
    place = data.index(b"elst") - 4
    length = int.from_bytes(data[place : place + 4], "big")
    media_ticks = struct.unpack(">i", data[place + 20 : place + 24])[0]
    ticks_per_frame = 15360 // RATE
    entries = b"".join(
        struct.pack(">IiHH", round(1000 * (end - first) / RATE),
                    media_ticks + first * ticks_per_frame if first >= 0 else -1, 1, 0)
        for first, end in parts
    )  # fmt: skip
    edits = struct.pack(">I4sII", 16 + len(entries), b"elst", 0, len(parts)) + entries
    data[place : place + length] = edits
    for box in (b"edts", b"trak", b"moov"):
        at = data.index(box) - 4
        size = int.from_bytes(data[at : at + 4], "big") + len(edits) - length
        data[at : at + 4] = size.to_bytes(4, "big")
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("codec", sorted(CODECS))
@pytest.mark.parametrize(
    "parts",
    [
        [(14, 36)], [(0, 15)], [(15, 24)], [(0, 9), (21, 36)], [(21, 36), (0, 9)],
        [(-9, 0), (12, 30)], [(0, 9), (0, 9)],
    ],
    ids=["begin", "end", "middle", "two parts", "the other way round", "time before", "twice"],
)  # fmt: skip
def test_what_an_edit_list_shows_is_taken(
    tmp_path: Path, codec: str, parts: list[tuple[int, int]]
) -> None:
    """As a phone trims; the samples of whole groups of pictures are never shown."""
    encoder, options = codec.split()[0], CODECS[codec]
    path = write_clip(tmp_path / "a.mp4", GREYS, codec=encoder, codec_options=options,
                      rate_fps=RATE)  # fmt: skip
    frames = all_frames(with_edits(path, parts))
    shown = [index for first, end in parts if first >= 0 for index in range(first, end)]
    found = np.rint((frames.mean(axis=(1, 2, 3)) - 20) / 6).astype(int).tolist()
    assert found == shown
    assert inspect_clip(path, MediaLimits()).rate_fps == RATE
