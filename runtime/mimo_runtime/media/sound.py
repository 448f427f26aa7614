"""Sound that goes with a video: samples in blocks, from a clip or a WAV file of ours."""

import contextlib
import wave
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.errors import MediaError
from mimo_runtime.media.decode_job import DecodeJob
from mimo_runtime.media.fork_server import PYAV_FORK_SERVER
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.open_file import open_file
from mimo_runtime.media.ring import RING_SLOTS, FrameRing
from mimo_runtime.media.sniffing import sniff_sound
from mimo_runtime.media.stop import NEVER, Stop
from mimo_runtime.media.supervision import SupervisedChild

Samples = NDArray[np.int16]
_SAMPLE_BYTES = 2


class Sound(Protocol):
    """Sound of 1 or 2 channels, as long as the video that it goes with."""

    @property
    def rate_hz(self) -> int:
        """Samples a second."""

    @property
    def channels(self) -> int:
        """1 or 2."""

    def blocks(self) -> Generator[Samples]:
        """All samples, int16 [n, channels], about a second at a time."""


@dataclass(frozen=True, slots=True)
class ClipSound:
    """The sound of the clip at `path` from `start_s` on, on the clock of its time stamps, for
    `duration_s`; silent where the clip has none.
    """

    path: Path
    limits: MediaLimits
    start_s: float
    duration_s: float
    rate_hz: int
    channels: int
    stop: Stop = NEVER

    def blocks(self) -> Generator[Samples]:
        """Decode it in a child process. Raises MediaError, LimitExceededError."""
        count, block_bytes = (
            round(self.duration_s * self.rate_hz),
            self.rate_hz * self.channels * _SAMPLE_BYTES,
        )
        with _child(self) as child:
            child.receive()
            shape = (1, block_bytes)
            with contextlib.closing(FrameRing(shape)) as ring:
                child.send({"shape": shape}, [ring.descriptor])
            for index, first in enumerate(range(0, count, self.rate_hz)):
                if index:
                    child.send({"read": index})
                child.receive()
                samples = ring.slots[index % RING_SLOTS, 0].view(np.int16)
                yield samples.reshape(-1, self.channels)[: count - first].copy()


@dataclass(frozen=True, slots=True)
class WavSound:
    """The sound of a WAV file that `write_wav` made."""

    path: Path
    rate_hz: int
    channels: int

    def blocks(self) -> Generator[Samples]:
        """Read it. Raises OSError."""
        with wave.open(str(self.path), "rb") as file:
            while data := file.readframes(self.rate_hz):
                yield np.frombuffer(data, np.int16).reshape(-1, self.channels)


def open_sound(
    path: Path, limits: MediaLimits, start_s: float, duration_s: float, stop: Stop = NEVER
) -> ClipSound | None:
    """The sound of a clip, for `duration_s` from `start_s` on; None where it has none.

    Raises:
        MediaError: the file is no video, or a damaged one.
        LimitExceededError: it is larger than `limits` allow.
    """
    sound = ClipSound(path, limits, start_s, duration_s, 0, 0, stop)
    with _child(sound) as child:
        told = child.receive()
    rate_hz, channels = int(told["rate_hz"]), int(told["channels"])
    return replace(sound, rate_hz=rate_hz, channels=channels) if rate_hz else None


def write_wav(path: Path, sound: Sound) -> None:
    """Write all of a sound as 16-bit WAV. Raises OSError, and what its decoder raises."""
    with wave.open(str(path), "wb") as file:
        file.setparams((sound.channels, _SAMPLE_BYTES, sound.rate_hz, 0, "NONE", ""))
        for block in sound.blocks():
            file.writeframes(block.tobytes())


def read_wav(path: Path) -> WavSound:
    """The sound of a file that `write_wav` made. Raises MediaError where it is damaged."""
    try:
        with wave.open(str(path), "rb") as file:
            return WavSound(path, file.getframerate(), file.getnchannels())
    except (OSError, EOFError, wave.Error) as error:
        raise MediaError(f"'{path}' cannot be read: {error}; write it again.") from None


def _child(sound: ClipSound) -> SupervisedChild:
    with open_file(sound.path, sound.limits, sniff_sound) as file:
        job = DecodeJob(
            "sound", sound.path.name, file.container, sound.limits,
            start_s=sound.start_s, duration_s=sound.duration_s,
        )  # fmt: skip
        return SupervisedChild(PYAV_FORK_SERVER, job, file.descriptor, sound.stop)
