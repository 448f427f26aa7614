"""Clips with a click track: a click belongs to the beginning of every frame."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

RATE_HZ = 48_000
LEVEL = 24_000


def clicks(
    times_s: Sequence[float], duration_s: float, rate_hz: int = RATE_HZ
) -> NDArray[np.int16]:
    """int16 [n], one sample at each time."""
    samples = np.zeros(round(duration_s * rate_hz), np.int16)
    samples[[round(time_s * rate_hz) for time_s in times_s]] = LEVEL
    return samples


def write_clip_with_sound(
    path: Path,
    pictures: Sequence[NDArray[np.uint8]],
    rate_fps: Fraction,
    sound: NDArray[np.int16],
    *,
    codec: str = "flac",
    layout: str = "mono",
    video_delay_s: Fraction = Fraction(0),
    rate_hz: int = RATE_HZ,
) -> Path:
    """Pictures, the first shown at `video_delay_s`, and int16 sound [n] on every channel from 0."""
    height_px, width_px = pictures[0].shape[:2]
    options = {"strict": "experimental"}
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=rate_fps, options={"tune": "zerolatency"})
        video.width, video.height, video.pix_fmt = width_px, height_px, "yuv420p"
        video.codec_context.time_base = Fraction(1, 90_000)
        audio = container.add_stream(codec, rate=rate_hz, options=options)
        audio.layout = layout
        for index, rgb in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(rgb).reformat(format="yuv420p")
            frame.pts = round((index / rate_fps + video_delay_s) * 90_000)
            frame.time_base = Fraction(1, 90_000)
            container.mux(video.encode(frame))
        channels = 1 if layout == "mono" else 2
        for start in range(0, len(sound), 4096):
            block = np.repeat(sound[start : start + 4096], channels).reshape(1, -1)
            piece = av.AudioFrame.from_ndarray(block, "s16", layout)
            piece.sample_rate, piece.pts = rate_hz, start
            piece.time_base = Fraction(1, rate_hz)
            container.mux(audio.encode(piece))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    return path


def heard_clicks(path: Path) -> tuple[int, list[int]]:
    """The rate of a video's sound, and the samples at which clicks are, from the first frame on."""
    with av.open(str(path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        begins_s = min(float(frame.time) for frame in container.decode(video))
        rate_hz = audio.rate
        container.seek(0)
        heard = np.zeros(0, np.float64)
        for frame in container.decode(audio):
            at = round((float(frame.time) - begins_s) * rate_hz)
            samples = np.abs(frame.to_ndarray().astype(np.float64))
            is_packed = not frame.format.is_planar
            channel = (
                samples.reshape(-1, len(frame.layout.channels)).T[0] if is_packed else samples[0]
            )
            heard = np.pad(heard, (0, max(at + len(channel) - len(heard), 0)))
            heard[max(at, 0) : at + len(channel)] = channel[max(-at, 0) :]
    return rate_hz, peaks(heard)


def peaks(heard: NDArray[np.float64]) -> list[int]:
    """The samples at which clicks are, of the size of each."""
    is_peak = heard > heard.max() / 2
    is_peak[1:-1] &= (heard[1:-1] >= heard[:-2]) & (heard[1:-1] > heard[2:])
    return [int(at) for at in np.flatnonzero(is_peak)]
