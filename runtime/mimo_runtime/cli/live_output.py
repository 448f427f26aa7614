"""Where frames that come back live go: a movie in fragments, or a folder of pictures."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.errors import MediaError
from mimo_runtime.files import write_errors
from mimo_runtime.frame_folder import FrameFolder
from mimo_runtime.media.encode import FragmentEncoder
from mimo_runtime.wire.kinds import OutputKind, output_kind
from mimo_runtime.wire.live import PictureFormat


class LiveMovie:
    """H.264 in fragmented MP4, which can be watched while it grows.

    A frame that is left out is the one before it once more, so that the rate is kept.
    """

    picture = PictureFormat.JPEG

    def __init__(self, file: BinaryIO, rate_fps: Fraction) -> None:
        self._file = file
        self._rate_fps = rate_fps
        self._encoder: FragmentEncoder | None = None
        self._last: NDArray[np.uint8] | None = None
        self._next = 0

    def write(self, index: int, data: bytes) -> None:
        """Take the picture of the frame `index`."""
        rgb = _decoded(data)
        if self._encoder is None:
            height_px, width_px = rgb.shape[:2]
            self._encoder = FragmentEncoder(width_px, height_px, self._rate_fps)
            self._next = index
        while self._last is not None and self._next < index:
            self._put(self._encoder.encode(self._last))
            self._next += 1
        self._put(self._encoder.encode(rgb))
        self._last, self._next = rgb, index + 1

    def finish(self) -> None:
        """Write what is left."""
        if self._encoder is not None:
            self._put(self._encoder.finish())

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self._file.flush()


class LivePictureFolder:
    """One PNG a frame, named by the index of its posture."""

    picture = PictureFormat.PNG

    def __init__(self, folder: FrameFolder) -> None:
        self._folder = folder

    def write(self, index: int, data: bytes) -> None:
        """Take the picture of the frame `index`."""
        self._folder.append(index, data)


@contextmanager
def open_output(output: Path, rate_fps: Fraction) -> Iterator[LiveMovie | LivePictureFolder]:
    """What becomes `output` when the block ends well; "-" is standard output, at once.

    Raises:
        InvalidRequestError: `output` is of another kind, or cannot be written.
        ResourceError: the disk is full.
    """
    if str(output) == "-":
        movie = LiveMovie(sys.stdout.buffer, rate_fps)
        yield movie
        movie.finish()
    elif output_kind(output) is OutputKind.LOSSLESS:
        folder = FrameFolder(output)
        try:
            yield LivePictureFolder(folder)
            folder.commit()
        finally:
            folder.discard()
    else:
        partial = output.with_name(f".{output.name}.{os.getpid()}.partial")
        try:
            with write_errors(output), partial.open("wb") as file:
                movie = LiveMovie(file, rate_fps)
                yield movie
                movie.finish()
            partial.replace(output)
        finally:
            partial.unlink(missing_ok=True)


def _decoded(data: bytes) -> NDArray[np.uint8]:
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    if picture is None:
        raise MediaError("The server sent a frame that is no picture; it may be another version.")
    return np.asarray(picture, np.uint8)
