"""The sound of a clip, between two of its times, in blocks of a second."""

import os
from collections.abc import Iterator

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from mimo_runtime.media.channel import Channel
from mimo_runtime.media.child.demuxing import opened
from mimo_runtime.media.child.ring_writer import RingWriter
from mimo_runtime.media.decode_job import DecodeJob

Samples = NDArray[np.int16]

RATES_HZ = (48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 96_000, 88_200)
CODECS = (
    "aac", "mp3", "mp2", "opus", "vorbis", "flac", "alac", "ac3", "eac3",
    "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_s16be", "pcm_s24be", "pcm_u8",
)  # fmt: skip
_JITTER_S = 0.02  # of time stamps; what is farther off is a gap


def decode_sound(channel: Channel, file: int, job: DecodeJob) -> None:
    """Hand the sound over, or say that there is none: a rate of 0."""
    with os.fdopen(os.dup(file), "rb") as source, opened(source, job) as container:
        stream = _chosen(container)
        if stream is None:
            channel.send({"rate_hz": 0, "channels": 0})
            return
        rate_hz = stream.rate if stream.rate in RATES_HZ else RATES_HZ[0]
        channels = 1 if stream.channels == 1 else 2
        channel.send({"rate_hz": rate_hz, "channels": channels})
        writer = RingWriter(channel)
        count = round(job.duration_s * rate_hz)
        blocks = Blocks(count, rate_hz, channels)
        for at, samples in _placed(container, stream, job, rate_hz, channels):
            for block in blocks.add(at, samples):
                writer.put(block.view(np.uint8).reshape(-1))
            if at >= count:
                break
        for block in blocks.rest():
            writer.put(block.view(np.uint8).reshape(-1))
        writer.flush()


class Blocks:
    """Puts pieces of sound, in time order, where they belong among `count` samples.

    Gaps are silent; of what overlaps, the later piece counts. Blocks have `size` samples, the last
    one is filled up with silence.
    """

    def __init__(self, count: int, size: int, channels: int) -> None:
        self._count = count
        self._size = size
        self._channels = channels
        self._start = 0
        self._block = self._silence()

    def add(self, at: int, samples: Samples) -> Iterator[Samples]:
        """Place int16 [n, channels] at sample `at`; gives blocks that nothing more belongs to."""
        begin, end = max(at, self._start), min(at + len(samples), self._count)
        while begin < end:
            if begin >= self._start + self._size:
                yield self._next()
                continue
            stop = min(end, self._start + self._size)
            self._block[begin - self._start : stop - self._start] = samples[begin - at : stop - at]
            begin = stop

    def rest(self) -> Iterator[Samples]:
        """The blocks that are left."""
        while self._start < self._count:
            yield self._next()

    def _next(self) -> Samples:
        block, self._block = self._block, self._silence()
        self._start += self._size
        return block

    def _silence(self) -> Samples:
        return np.zeros((self._size, self._channels), np.int16)


def _chosen(container: InputContainer) -> AudioStream | None:
    """The default sound of those that can be decoded, or the first."""
    usable = [
        stream
        for stream in container.streams.audio
        if stream.codec_context and stream.codec_context.codec.canonical_name in CODECS
    ]
    default = [stream for stream in usable if stream.disposition & av.stream.Disposition.default]
    return next(iter(default or usable), None)


def _placed(
    container: InputContainer, stream: AudioStream, job: DecodeJob, rate_hz: int, channels: int
) -> Iterator[tuple[int, Samples]]:
    """Pieces int16 [n, channels] and the sample at which each begins, from `start_s` on."""
    layout = "mono" if channels == 1 else "stereo"
    resampler = av.AudioResampler(format="s16", layout=layout, rate=rate_hz)
    expected: int | None = None
    for frame in _decoded(container, stream):
        for piece in resampler.resample(frame):
            samples = np.asarray(piece.to_ndarray(), np.int16).reshape(-1, channels)
            at = expected
            if piece.pts is not None and piece.time_base is not None:
                told = round((float(piece.pts * piece.time_base) - job.start_s) * rate_hz)
                if expected is None or abs(told - expected) > _JITTER_S * rate_hz:
                    at = told
            expected = (at or 0) + len(samples)
            yield at or 0, samples


def _decoded(container: InputContainer, stream: AudioStream) -> Iterator[av.AudioFrame | None]:
    """What can be decoded, and None at the end; a damaged packet is a gap."""
    for packet in container.demux(stream):
        try:
            yield from stream.decode(packet)
        except av.error.InvalidDataError:
            continue
    yield None
