"""Finished frames turned into the bytes that leave: a fragmented MP4, or one PNG a frame."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from mimo_runtime.media.encode import FragmentEncoder
from mimo_runtime.media.picture import encode_png
from mimo_runtime.media.seal import Seal
from mimo_runtime.synthesis.request import OutputFormat, OutputFrame
from mimo_runtime.wire.kinds import OutputKind


@dataclass(frozen=True, slots=True)
class EncodedFrames:
    """Encoded bytes and the frames that they finish; `timestamps_s` has one entry a frame."""

    first_frame: int
    timestamps_s: tuple[float, ...]
    data: bytes


class FrameEncoder(Protocol):
    """Takes frames in order and gives their bytes when there are any."""

    def add(self, frame: OutputFrame) -> Iterator[EncodedFrames]:
        """Take the next frame."""

    def finish(self) -> Iterator[EncodedFrames]:
        """Give what is left after the last frame."""


class PngEncoder:
    """One PNG file for each frame, with a note in it, and signed by `seal`."""

    def __init__(self, note: str = "", seal: Seal | None = None) -> None:
        self._note = note
        self._seal = seal

    def add(self, frame: OutputFrame) -> Iterator[EncodedFrames]:
        """Take the next frame."""
        png = encode_png(frame.rgb, self._note)
        data = self._seal.picture(png) if self._seal else png
        yield EncodedFrames(frame.index, (frame.timestamp_s,), data)

    def finish(self) -> Iterator[EncodedFrames]:
        """Nothing is left after the last frame."""
        yield from ()


class VideoEncoder:
    """Pieces of one fragmented MP4; the encoder gives a frame's bytes when it takes the next."""

    def __init__(self, output: OutputFormat, note: str = "") -> None:
        size_px = output.width_px, output.height_px
        self._encoder = FragmentEncoder(*size_px, output.rate_fps, note)
        self._first_frame = 0
        self._timestamps_s: list[float] = []

    def add(self, frame: OutputFrame) -> Iterator[EncodedFrames]:
        """Take the next frame."""
        done = len(self._timestamps_s)
        self._timestamps_s.append(frame.timestamp_s)
        yield from self._piece(self._encoder.encode(frame.rgb), done)

    def finish(self) -> Iterator[EncodedFrames]:
        """Give what the encoder still held."""
        yield from self._piece(self._encoder.finish(), len(self._timestamps_s))

    def _piece(self, data: bytes, done: int) -> Iterator[EncodedFrames]:
        if data:
            yield EncodedFrames(self._first_frame, tuple(self._timestamps_s[:done]), data)
            self._first_frame += done
            del self._timestamps_s[:done]


def encoder_for(
    kind: OutputKind, output: OutputFormat, note: str = "", seal: Seal | None = None
) -> FrameEncoder:
    """The encoder of an output kind; a video is signed by whoever has all of it."""
    if kind is OutputKind.VIDEO:
        return VideoEncoder(output, note)
    return PngEncoder(note, seal)
