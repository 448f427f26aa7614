"""Where finished frames are written: one MP4 file, or a folder of PNG or EXR pictures."""

from fractions import Fraction
from pathlib import Path

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.frame_folder import PNG_FILES, FrameFiles, FrameFormat
from mimo_runtime.media.exr import require_exr
from mimo_runtime.media.exr_sink import ExrSink
from mimo_runtime.media.frame_sink import FrameSink
from mimo_runtime.media.mp4_sink import Mp4Sink
from mimo_runtime.media.png_sink import PngSink
from mimo_runtime.media.seal import Seal
from mimo_runtime.media.sound import Sound
from mimo_runtime.wire.kinds import OutputKind, output_kind

__all__ = ["FrameSink", "check_frame_format", "open_sink"]


def check_frame_format(path: Path, form: FrameFormat) -> None:
    """Refuse pictures that cannot become `path`, before they are made.

    Raises InvalidRequestError: EXR pictures are asked for, and `path` is a video, or the library
    is missing.
    """
    if form is FrameFormat.PNG:
        return
    if output_kind(path) is OutputKind.VIDEO:
        raise InvalidRequestError(
            f"EXR pictures are asked for, and the output '{path}' is a video; name a folder."
        )
    require_exr()


def open_sink(
    path: Path,
    width_px: int,
    height_px: int,
    rate_fps: Fraction,
    note: str = "",
    sound: Sound | None = None,
    files: FrameFiles = PNG_FILES,
    seal: Seal | None = None,
) -> FrameSink:
    """A sink for `path`: "NAME.mp4" is an H.264 file, a name without suffix a folder of pictures.

    `note` is text that travels with it (`media.note`), `sound` what is heard with a video, `files`
    how pictures are written, `seal` what signs it; EXR pictures cannot be signed.

    Raises:
        InvalidRequestError: another name, a folder that holds other files, a place where nothing
            can be written, or what `check_frame_format` refuses.
    """
    check_frame_format(path, files.form)
    if output_kind(path) is OutputKind.VIDEO:
        return Mp4Sink(path, width_px, height_px, rate_fps, note, sound, seal=seal)
    if files.form is FrameFormat.EXR:
        return ExrSink(path, files.first_frame, rate_fps, note)
    return PngSink(path, files, note, seal)
