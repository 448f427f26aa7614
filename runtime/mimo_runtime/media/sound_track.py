"""The sound track of a video that is being written."""

from fractions import Fraction
from typing import cast

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer

from mimo_runtime.media.sound import Sound

BITS_PER_CHANNEL = 128_000


class SoundTrack:
    """Encodes a sound beside the frames of a video, from the same beginning.

    AAC for what is to be watched; FLAC, which loses nothing, for what is worked on; PCM where
    that is usual.
    """

    def __init__(self, container: OutputContainer, sound: Sound, codec: str = "aac") -> None:
        self._container = container
        self._blocks = sound.blocks()
        self._layout = "mono" if sound.channels == 1 else "stereo"
        self._rate_hz = sound.rate_hz
        self._next = 0
        # What FFmpeg calls experimental here is FLAC in MP4.
        options = {"strict": "experimental"} if codec == "flac" else {}
        stream = container.add_stream(codec, rate=sound.rate_hz, options=options)
        self._stream = cast(AudioStream, stream)
        self._stream.layout = self._layout
        if codec == "aac":
            self._stream.bit_rate = BITS_PER_CHANNEL * sound.channels

    def write_until(self, time_s: Fraction) -> None:
        """Encode what is heard before `time_s`, and at most a second more."""
        while self._next < time_s * self._rate_hz:
            block = next(self._blocks, None)
            if block is None:
                return
            frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), "s16", self._layout)
            frame.sample_rate, frame.pts = self._rate_hz, self._next
            frame.time_base = Fraction(1, self._rate_hz)
            self._next += len(block)
            self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        """Encode the rest."""
        self.write_until(Fraction(1 << 62))
        self._container.mux(self._stream.encode(None))

    def close(self) -> None:
        """End what decodes the sound."""
        self._blocks.close()
