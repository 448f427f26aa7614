"""Where a client puts what it receives: one MP4 file, or a folder of PNG files."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.files import write_errors
from mimo_runtime.frame_folder import FrameFolder
from mimo_runtime.wire.kinds import MANIFEST_SUFFIX, OutputKind, output_kind

FinishMovie = Callable[[Path, Path], None]  # reads the first file, writes the second


class PieceSink(Protocol):
    """Takes pieces of the result in order."""

    manifest: bytes

    def append(self, piece: pb.FrameChunk) -> None:
        """Keep the next piece."""


class MoviePieces:
    """Pieces of one fragmented MP4, and the manifest that signs it, which comes last."""

    def __init__(self, file: BinaryIO) -> None:
        self.manifest = b""
        self._file = file

    def append(self, piece: pb.FrameChunk) -> None:
        """Keep the next piece."""
        self._file.write(piece.data)


class PictureSink:
    """PNG files as they were sent, one a frame; a large one comes in several pieces."""

    def __init__(self, folder: FrameFolder) -> None:
        self.manifest = b""  # each is signed by itself
        self._folder = folder

    def append(self, piece: pb.FrameChunk) -> None:
        """Keep the next piece."""
        self._folder.append(piece.first_frame, piece.data)


@contextmanager
def open_sink(output: Path, finish_movie: FinishMovie) -> Iterator[PieceSink]:
    """A sink that becomes `output` when the block ends well, and nothing when it does not.

    The manifest of a movie that is kept as it came lies beside it, under the ending .c2pa.

    Raises:
        InvalidRequestError: `output` cannot be written.
        ResourceError: the disk is full.
    """
    if output_kind(output) is OutputKind.LOSSLESS:
        with _pictures(output) as pictures:
            yield pictures
    else:
        with write_errors(output), _movie(output, finish_movie) as movie:
            yield movie


@contextmanager
def _pictures(output: Path) -> Iterator[PictureSink]:
    folder = FrameFolder(output)
    try:
        yield PictureSink(folder)
        folder.commit()
    finally:
        folder.discard()


@contextmanager
def _movie(output: Path, finish_movie: FinishMovie) -> Iterator[MoviePieces]:
    received = output.with_name(f".{output.name}.{os.getpid()}.received")
    whole = output.with_name(f".{output.name}.{os.getpid()}.partial")
    try:
        with received.open("wb") as file:
            pieces = MoviePieces(file)
            yield pieces
        finish_movie(received, whole)
        whole.replace(output)
        beside = output.with_suffix(MANIFEST_SUFFIX)
        beside.unlink(missing_ok=True)  # that of another video
        if pieces.manifest and finish_movie is keep_movie:
            beside.write_bytes(pieces.manifest)
    finally:
        received.unlink(missing_ok=True)
        whole.unlink(missing_ok=True)


def keep_movie(received: Path, whole: Path) -> None:
    """Leave a movie in fragments, as it came."""
    received.replace(whole)
