"""A video file to be watched, and to be worked on here."""

from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.media.frame_sink import FrameSink
from mimo_runtime.media.movie_codec import H264
from mimo_runtime.media.movie_sink import MovieSink
from mimo_runtime.media.note import VIDEO_KEY
from mimo_runtime.media.seal import Seal
from mimo_runtime.media.sound import Sound


class Mp4Sink(FrameSink):
    """H.264 in MP4; see `MovieSink`.

    `note` is text that travels with it (`media.note`), `sound` what is heard with it, `seal` what
    signs it.
    """

    def __init__(
        self,
        path: Path,
        width_px: int,
        height_px: int,
        rate_fps: Fraction,
        note: str = "",
        sound: Sound | None = None,
        sound_codec: str = "aac",
        seal: Seal | None = None,
    ) -> None:
        metadata = {VIDEO_KEY: note} if note else {}
        size_px = width_px, height_px
        self._movie = MovieSink(path, size_px, rate_fps, H264(), metadata, sound, sound_codec, seal)

    def write(self, index: int, frame: NDArray[np.uint8]) -> None:
        """See `FrameSink.write`."""
        self._movie.write(index, frame)

    def commit(self) -> None:
        """See `Target.commit`."""
        self._movie.commit()

    def discard(self) -> None:
        """See `Target.discard`."""
        self._movie.discard()
