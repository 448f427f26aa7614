"""Where frames that come back live go: a movie in fragments, or a folder of pictures."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from mimo_runtime.cli.live_sinks import (
    Behind,
    LiveFragments,
    LiveMovie,
    LivePictureFolder,
    LiveSink,
)
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.files import write_errors
from mimo_runtime.frame_folder import FrameFolder
from mimo_runtime.wire.kinds import OutputKind, output_kind
from mimo_runtime.wire.live import PictureFormat


def check_output(output: Path, picture: PictureFormat | None) -> None:
    """Refuse what cannot be written, before anything else is opened.

    Raises:
        InvalidRequestError: `output` is of no kind that is written, or not of such frames.
    """
    if str(output) == "-" or output_kind(output) is not OutputKind.LOSSLESS:
        return
    if picture is PictureFormat.H264:
        raise InvalidRequestError(
            "A folder of pictures cannot be made of H.264; name an .mp4, or let the server "
            "send png or raw."
        )


@contextmanager
def open_output(
    output: Path, rate_fps: Fraction, picture: PictureFormat | None = None
) -> Iterator[Behind]:
    """What becomes `output`, which is checked, when the block ends well; "-" is standard output.

    `picture` is how the server encodes frames; None for what costs least. The block calls `finish`
    of what it is given.

    Raises:
        InvalidRequestError: `output` cannot be written.
        ResourceError: the disk is full.
    """
    if str(output) == "-":
        with _behind(_movie(sys.stdout.buffer, rate_fps, picture)) as sink:
            yield sink
    elif output_kind(output) is OutputKind.LOSSLESS:
        folder = FrameFolder(output)
        try:
            with _behind(LivePictureFolder(folder, picture or PictureFormat.PNG)) as sink:
                yield sink
            folder.commit()
        finally:
            folder.discard()
    else:
        partial = output.with_name(f".{output.name}.{os.getpid()}.partial")
        try:
            with (
                write_errors(output),
                partial.open("wb") as file,
                _behind(_movie(file, rate_fps, picture)) as sink,
            ):
                yield sink
            partial.replace(output)
        finally:
            partial.unlink(missing_ok=True)


def _movie(file: BinaryIO, rate_fps: Fraction, picture: PictureFormat | None) -> LiveSink:
    if picture is PictureFormat.H264:
        return LiveFragments(file)
    return LiveMovie(file, rate_fps, picture or PictureFormat.JPEG)


@contextmanager
def _behind(sink: LiveSink) -> Iterator[Behind]:
    behind = Behind(sink)
    try:
        yield behind
    finally:
        behind.close()
