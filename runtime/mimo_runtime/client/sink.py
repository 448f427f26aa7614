"""Where a client puts what it receives: one MP4 file, or a folder of PNG files."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

import av

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.media.frame_sink import write_errors
from mimo_runtime.media.png_sink import PngSink
from mimo_runtime.sessions.packing import OutputKind


class Sink(Protocol):
    """Takes pieces of the result in order."""

    def append(self, piece: pb.FrameChunk) -> None:
        """Keep the next piece."""


class MovieSink:
    """Pieces of one fragmented MP4."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def append(self, piece: pb.FrameChunk) -> None:
        """Keep the next piece."""
        self._file.write(piece.data)


class PictureSink(PngSink):
    """PNG files as they were sent, one a frame; a large one comes in several pieces."""

    def append(self, piece: pb.FrameChunk) -> None:
        """Keep the next piece."""
        path = self._partial / f"frame_{piece.first_frame:06d}.png"
        with write_errors(self._path), path.open("ab") as file:
            file.write(piece.data)


def kind_of(output: Path) -> OutputKind:
    """What to ask the server for, from the name of the output.

    Raises:
        InvalidRequestError: it is neither an .mp4 file nor a folder.
    """
    if output.suffix.lower() == ".mp4":
        return OutputKind.VIDEO
    if output.suffix == "" or output.is_dir():
        return OutputKind.LOSSLESS
    raise InvalidRequestError(
        f"The output {output} is of a kind that is not written; give a name that ends in .mp4, "
        "or one without a suffix for a folder of PNG pictures."
    )


@contextmanager
def open_sink(output: Path) -> Iterator[Sink]:
    """A sink that becomes `output` when the block ends well, and nothing when it does not.

    Raises:
        InvalidRequestError: `output` cannot be written.
        ResourceError: the disk is full.
    """
    if kind_of(output) is OutputKind.LOSSLESS:
        with PictureSink(output) as pictures:
            yield pictures
    else:
        with write_errors(output), _movie(output) as movie:
            yield movie


@contextmanager
def _movie(output: Path) -> Iterator[MovieSink]:
    received = output.with_name(f".{output.name}.{os.getpid()}.received")
    whole = output.with_name(f".{output.name}.{os.getpid()}.partial")
    try:
        with received.open("wb") as file:
            yield MovieSink(file)
        _remux(received, whole)
        whole.replace(output)
    finally:
        received.unlink(missing_ok=True)
        whole.unlink(missing_ok=True)


def _remux(fragmented: Path, plain: Path) -> None:
    """Copy the packets of a fragmented MP4 into a plain one with its index at the front."""
    options = {"movflags": "faststart"}
    with (
        av.open(str(fragmented)) as source,
        av.open(str(plain), "w", format="mp4", container_options=options) as target,
    ):
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
