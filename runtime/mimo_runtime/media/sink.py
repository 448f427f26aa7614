"""Where finished frames are written: one MP4 file, or a folder of PNG pictures."""

from fractions import Fraction
from pathlib import Path

from mimo_runtime.media.frame_sink import FrameSink
from mimo_runtime.media.mp4_sink import Mp4Sink
from mimo_runtime.media.png_sink import PngSink
from mimo_runtime.media.sound import Sound
from mimo_runtime.wire.kinds import OutputKind, output_kind

__all__ = ["FrameSink", "open_sink"]


def open_sink(
    path: Path,
    width_px: int,
    height_px: int,
    rate_fps: Fraction,
    note: str = "",
    sound: Sound | None = None,
) -> FrameSink:
    """A sink for `path`: "NAME.mp4" is an H.264 file, a name without suffix a folder of PNGs.

    `note` is text that travels with it (`media.note`), `sound` what is heard with a video.

    Raises:
        InvalidRequestError: another name, a folder that holds other files, or a place where nothing
            can be written.
    """
    if output_kind(path) is OutputKind.VIDEO:
        return Mp4Sink(path, width_px, height_px, rate_fps, note, sound)
    return PngSink(path, note)
