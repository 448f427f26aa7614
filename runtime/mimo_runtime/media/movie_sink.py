"""A video file that is being written: its frames, its sound, and what is said of it."""

import contextlib
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

from mimo_runtime.files import publish, write_errors
from mimo_runtime.media.frame_sink import Target
from mimo_runtime.media.movie_codec import MovieCodec
from mimo_runtime.media.seal import Seal
from mimo_runtime.media.sound import Sound
from mimo_runtime.media.sound_track import SoundTrack
from mimo_runtime.work_folder import beside

_INDEX_FIRST = {"movflags": "faststart"}
_X265, _REORDERED = "libx265", 3


class MovieSink(Target):
    """MP4 or MOV, by the name's ending, with the index at the front; an older file is replaced.

    `metadata` are texts that travel with it, `sound` what is heard with it, `seal` what signs it.

    A frame is converted and encoded in a thread while the next one is made; what fails there is
    raised by the next call.
    """

    def __init__(
        self,
        path: Path,
        size_px: tuple[int, int],
        rate_fps: Fraction,
        codec: MovieCodec,
        metadata: Mapping[str, str],
        sound: Sound | None = None,
        sound_codec: str = "aac",
        seal: Seal | None = None,
    ) -> None:
        self._path = path
        self._seal = seal
        self._codec = codec
        container = "mov" if path.suffix.lower() == ".mov" else "mp4"
        self._media_type = "video/quicktime" if container == "mov" else "video/mp4"
        with ExitStack() as stack, write_errors(path):
            self._partial = stack.enter_context(beside(path)) / path.name
            self._container = av.open(
                str(self._partial), "w", format=container, container_options=_INDEX_FIRST
            )
            self._container.metadata.update(metadata)
            self._stream = codec.add_stream(self._container, *size_px, rate_fps)
            self._leaving = stack.pop_all()
        self._rate_fps, self._frames = rate_fps, 0
        self._track = SoundTrack(self._container, sound, sound_codec) if sound else None
        self._thread = ThreadPoolExecutor(1, "encoder")
        self._encoding: Future[None] | None = None

    def write(self, index: int, pixels: NDArray[np.generic]) -> None:
        """Take a frame [height, width, channels] as the codec takes it; indices ascend from 0.

        Errors as in `FrameSink.write`.
        """
        with write_errors(self._path):
            picture = self._codec.picture(pixels)
            self._frames += 1
            self._finish()
            self._encoding = self._thread.submit(self._encode, picture, index)

    def commit(self) -> None:
        """See `Target.commit`."""
        with write_errors(self._path):
            self._finish()
            self._thread.shutdown()
            self._container.mux(self._last_packets())
            if self._track:
                self._track.finish()
            self._container.close()
            if self._seal:
                self._seal.file(self._partial, self._media_type)
            publish(self._partial, self._path)

    def _last_packets(self) -> "list[av.Packet[VideoStream]]":
        """What the encoder has kept.

        libx265 knows no time of decoding while it has seen fewer frames than it may reorder, and
        leaves what was in memory; those few are decoded as they are shown.
        """
        packets = self._stream.encode(None)
        if self._stream.codec_context.name == _X265 and self._frames < _REORDERED:
            for packet in packets:
                packet.dts = packet.pts
        return packets

    def discard(self) -> None:
        """See `Target.discard`."""
        self._thread.shutdown()
        if self._track:
            self._track.close()
        with contextlib.suppress(OSError):
            self._container.close()
        self._leaving.close()

    def _encode(self, picture: av.VideoFrame, index: int) -> None:
        frame = self._codec.converted(picture, index, self._stream)
        self._container.mux(self._stream.encode(frame))
        if self._track:
            self._track.write_until((index + 1) / self._rate_fps)

    def _finish(self) -> None:
        """Wait for the frame that is being encoded."""
        if self._encoding is not None:
            self._encoding.result()
