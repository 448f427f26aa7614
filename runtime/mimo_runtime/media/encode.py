"""Frames to a video that can be played while it is still being made."""

from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.media.h264 import add_h264_stream, rgb_frame, to_h264_frame
from mimo_runtime.media.note import VIDEO_KEY


class FragmentEncoder:
    """H.264 in fragmented MP4, one fragment per frame.

    What `encode` and `finish` return, joined, is one file. The muxer needs the next frame to know
    how long a frame lasts, so that bytes come one frame late. `note` is text that travels with it.
    """

    def __init__(self, width_px: int, height_px: int, rate_fps: Fraction, note: str = "") -> None:
        self._outlet = _Outlet()
        movflags = "empty_moov+default_base_moof+frag_every_frame"
        options = {"movflags": movflags, "flush_packets": "1"}
        self._container = av.open(self._outlet, "w", format="mp4", container_options=options)
        if note:
            self._container.metadata[VIDEO_KEY] = note
        self._stream = add_h264_stream(self._container, width_px, height_px, rate_fps)
        self._index = 0

    def encode(self, frame: NDArray[np.uint8], index: int | None = None) -> bytes:
        """The bytes that uint8 RGB [height, width, 3] completes; may be empty.

        `index` counts frames at the rate and rises, and may leave some out: the one before them is
        shown for longer then. Without it a frame follows the one before.
        """
        self._index = self._index if index is None else index
        picture = to_h264_frame(rgb_frame(frame), self._index, self._stream)
        self._index += 1
        self._container.mux(self._stream.encode(picture))
        return self._outlet.take()

    def finish(self) -> bytes:
        """The last bytes; the encoder cannot be used after that."""
        self._container.mux(self._stream.encode(None))
        self._container.close()
        return self._outlet.take()


class _Outlet:
    """A sink that cannot seek."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)
