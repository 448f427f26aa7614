"""What becomes of frames that come back live."""

import threading
from collections.abc import Callable
from fractions import Fraction
from queue import Queue
from typing import BinaryIO, Protocol

import cv2
import numpy as np

from mimo_runtime.arrays import Pixels
from mimo_runtime.errors import MediaError
from mimo_runtime.frame_folder import FrameFolder
from mimo_runtime.media.encode import FragmentEncoder
from mimo_runtime.media.picture import encode_png
from mimo_runtime.wire.live import PictureFormat

_WAITING = 8  # frames that may wait for what writes them


class LiveSink(Protocol):
    """Takes frames as the server encodes them: `picture`."""

    picture: PictureFormat

    def begin(self, width_px: int, height_px: int) -> None:
        """Hear how large they are, before the first."""

    def write(self, index: int, data: bytes) -> None:
        """Take the frame `index`, which rises and may leave some out."""

    def finish(self, tail: bytes) -> None:
        """Write what is left; `tail` are the last bytes of a movie of the server's."""


class LiveMovie:
    """H.264 in fragmented MP4, which can be watched while it grows, of pictures of any kind.

    A frame that is left out is the one before it once more, so that the rate is kept.
    """

    def __init__(self, file: BinaryIO, rate_fps: Fraction, picture: PictureFormat) -> None:
        self.picture = picture
        self._file = file
        self._rate_fps = rate_fps
        self._size_px = (0, 0)
        self._encoder: FragmentEncoder | None = None
        self._last: Pixels | None = None
        self._first = self._next = 0

    @property
    def frames(self) -> range:
        """The indices that it shows, also of what was left out."""
        return range(self._first, self._next)

    def begin(self, width_px: int, height_px: int) -> None:
        """See `LiveSink`."""
        self._size_px = width_px, height_px

    def write(self, index: int, data: bytes) -> None:
        """See `LiveSink`."""
        rgb = decoded(data, self.picture, self._size_px)
        if self._encoder is None:
            self._encoder = FragmentEncoder(*self._size_px, self._rate_fps)
            self._first = self._next = index
        while self._last is not None and self._next < index:
            self._put(self._encoder.encode(self._last))
            self._next += 1
        self._put(self._encoder.encode(rgb))
        self._last, self._next = rgb, index + 1

    def finish(self, _tail: bytes) -> None:
        """See `LiveSink`."""
        if self._encoder is not None:
            self._put(self._encoder.finish())

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self._file.flush()


class LiveFragments:
    """The movie that the server makes, as it is."""

    picture = PictureFormat.H264

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.frames = range(0)
        """As in `LiveMovie`."""

    def begin(self, width_px: int, height_px: int) -> None:
        """See `LiveSink`; the movie says it itself."""

    def write(self, index: int, data: bytes) -> None:
        """See `LiveSink`."""
        self.frames = range(self.frames.start if self.frames else index, index + 1)
        self._put(data)

    def finish(self, tail: bytes) -> None:
        """See `LiveSink`."""
        self._put(tail)

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self._file.flush()


class LivePictureFolder:
    """One PNG a frame, named by the index of its posture."""

    def __init__(self, folder: FrameFolder, picture: PictureFormat) -> None:
        self.picture = picture
        self._folder = folder
        self._size_px = (0, 0)

    def begin(self, width_px: int, height_px: int) -> None:
        """See `LiveSink`."""
        self._size_px = width_px, height_px

    def write(self, index: int, data: bytes) -> None:
        """See `LiveSink`."""
        if self.picture is not PictureFormat.PNG:
            data = encode_png(decoded(data, self.picture, self._size_px))
        self._folder.append(index, data)

    def finish(self, _tail: bytes) -> None:
        """See `LiveSink`; there is nothing left."""


class Behind:
    """A sink that works in a thread of its own, so that frames are taken while one is encoded.

    `_WAITING` of them may wait; then `write` does. What goes wrong is raised by the next call.
    """

    def __init__(self, sink: LiveSink) -> None:
        self.picture = sink.picture
        self._sink = sink
        self._waiting: Queue[Callable[[], None] | None] = Queue(_WAITING)
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="mimo-output", daemon=True)
        self._thread.start()

    def begin(self, width_px: int, height_px: int) -> None:
        """See `LiveSink`."""
        self._put(lambda: self._sink.begin(width_px, height_px))

    def write(self, index: int, data: bytes) -> None:
        """See `LiveSink`."""
        self._put(lambda: self._sink.write(index, data))

    def finish(self, tail: bytes) -> None:
        """See `LiveSink`; all is written when it returns."""
        self._put(lambda: self._sink.finish(tail))
        self.close()
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """End the thread."""
        self._waiting.put(None)
        self._thread.join()

    def _put(self, work: Callable[[], None]) -> None:
        if self._error is not None:
            raise self._error
        self._waiting.put(work)

    def _run(self) -> None:
        while (work := self._waiting.get()) is not None:
            if self._error is None:
                try:
                    work()
                except Exception as error:  # whoever writes next is told
                    self._error = error


def decoded(data: bytes, picture: PictureFormat, size_px: tuple[int, int]) -> Pixels:
    """The pixels of a picture, uint8 [height, width, 3].

    Raises MediaError where they are not of `size_px`.
    """
    shape, values = (*size_px[::-1], 3), np.frombuffer(data, np.uint8)
    if picture is PictureFormat.RAW and values.size == np.prod(shape):
        return values.reshape(shape)
    rgb = None if picture is PictureFormat.RAW else cv2.imdecode(values, cv2.IMREAD_COLOR_RGB)
    if rgb is None or rgb.shape != shape:
        raise MediaError("The server sent a frame that is no picture; it may be another version.")
    return np.asarray(rgb, np.uint8)
