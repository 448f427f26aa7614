"""What FFmpeg's own programs say of a file: built by others, of another version than ours."""

import json
import subprocess
from pathlib import Path
from typing import Any

import ffmpeg
import numpy as np
from numpy.typing import NDArray

from tests.runtime.media.clicks import peaks


def probed(path: Path) -> dict[str, Any]:
    """Streams, format and chapters, as ffprobe prints them."""
    command = [ffmpeg.FFPROBE_PATH, "-v", "error", "-of", "json", "-show_streams", "-show_format"]
    ran = subprocess.run([*command, str(path)], capture_output=True, check=True)
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def decoded_by_ffmpeg(path: Path, form: str, *decoder: str) -> bytes:
    """The frames of a file in a pixel format, one behind the other; `decoder` are its options."""
    return _ran(*decoder, "-i", str(path), "-f", "rawvideo", "-pix_fmt", form)


def clicks_by_ffmpeg(path: Path, rate_hz: int) -> list[int]:
    """The samples at which clicks are, as a player hears them beside the first frame."""
    sound = _ran("-i", str(path), "-vn", "-ac", "1", "-ar", str(rate_hz), "-f", "s16le")
    heard: NDArray[np.float64] = np.abs(np.frombuffer(sound, "<i2").astype(np.float64))
    return peaks(heard)


def _ran(*options: str) -> bytes:
    command = [ffmpeg.FFMPEG_PATH, "-v", "error", *options, "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout
