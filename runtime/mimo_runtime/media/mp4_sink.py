"""A video file."""

import contextlib
import os
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.files import write_errors
from mimo_runtime.media.frame_sink import FrameSink
from mimo_runtime.media.h264 import add_h264_stream, rgb_frame, to_h264_frame
from mimo_runtime.media.note import VIDEO_KEY
from mimo_runtime.media.sound import Sound
from mimo_runtime.media.sound_track import SoundTrack


class Mp4Sink(FrameSink):
    """H.264 in MP4 with the index at the front; an older file of that name is replaced.

    `note` is text that travels with it (`media.note`), `sound` what is heard with it.

    A frame is converted and encoded in a thread while the next one is made; what fails there is
    raised by the next call.
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
    ) -> None:
        self._path = path
        self._partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
        with write_errors(path):
            self._partial.touch(exist_ok=False)
            options = {"movflags": "faststart"}
            self._container = av.open(
                str(self._partial), "w", format="mp4", container_options=options
            )
        if note:
            self._container.metadata[VIDEO_KEY] = note
        self._stream = add_h264_stream(self._container, width_px, height_px, rate_fps)
        self._rate_fps = rate_fps
        self._track = SoundTrack(self._container, sound, sound_codec) if sound else None
        self._thread = ThreadPoolExecutor(1, "encoder")
        self._encoding: Future[None] | None = None

    def write(self, index: int, frame: NDArray[np.uint8]) -> None:
        """See `FrameSink.write`."""
        with write_errors(self._path):
            picture = rgb_frame(frame)
            self._finish()
            self._encoding = self._thread.submit(self._encode, picture, index)

    def commit(self) -> None:
        """See `FrameSink.commit`."""
        with write_errors(self._path):
            self._finish()
            self._thread.shutdown()
            self._container.mux(self._stream.encode(None))
            if self._track:
                self._track.finish()
            self._container.close()
            self._partial.replace(self._path)

    def discard(self) -> None:
        """See `FrameSink.discard`."""
        self._thread.shutdown()
        if self._track:
            self._track.close()
        with contextlib.suppress(OSError):
            self._container.close()
        self._partial.unlink(missing_ok=True)

    def _encode(self, picture: av.VideoFrame, index: int) -> None:
        frame = to_h264_frame(picture, index, self._stream)
        self._container.mux(self._stream.encode(frame))
        if self._track:
            self._track.write_until((index + 1) / self._rate_fps)

    def _finish(self) -> None:
        """Wait for the frame that is being encoded."""
        if self._encoding is not None:
            self._encoding.result()
