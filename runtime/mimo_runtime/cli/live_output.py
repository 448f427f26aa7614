"""Where frames that come back live go: a movie in fragments, or a folder of pictures."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from mimo_runtime.cli.live_sinks import (
    Behind,
    LiveFragments,
    LiveMovie,
    LivePictureFolder,
    LiveSink,
)
from mimo_runtime.cli.live_view import Both, check_view, open_view
from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.files import write_errors
from mimo_runtime.frame_folder import FrameFolder
from mimo_runtime.wire.kinds import OutputKind, output_kind
from mimo_runtime.wire.live import PictureFormat

if TYPE_CHECKING:
    from mimo_runtime.media.sound import Sound

    Heard = Callable[[range], Sound | None]


def check_output(output: Path | None, picture: PictureFormat | None, view: bool = False) -> None:
    """Refuse what cannot be written or shown, before anything else is opened.

    Raises:
        InvalidRequestError: `output` is of no kind that is written, or not of such frames, or there
            is neither one nor a `view`.
        UnsupportedError: no window can be opened here.
    """
    if output is None and not view:
        raise InvalidRequestError("Frames would go nowhere; name an output (-o), or give --view.")
    if view:
        check_view()
    if output is None or str(output) == "-" or output_kind(output) is not OutputKind.LOSSLESS:
        return
    if picture is PictureFormat.H264:
        raise InvalidRequestError(
            "A folder of pictures cannot be made of H.264; name an .mp4, or let the server "
            "send png or raw."
        )


@contextmanager
def open_output(
    output: Path | None,
    rate_fps: Fraction,
    picture: PictureFormat | None = None,
    on_close: Callable[[], None] | None = None,
    heard: "Heard | None" = None,
) -> Iterator[Behind]:
    """What becomes `output`, which is checked, when the block ends well; "-" is standard output.

    `picture` is how the server encodes frames; None for what costs least. With `on_close` they are
    seen in a window too, or there alone where `output` is None; it is called where that is closed.
    What is `heard` with its frames, by their indices, comes into a movie file when it ends.
    The block calls `finish` of what it is given.

    Raises:
        InvalidRequestError: `output` cannot be written.
        ResourceError: the disk is full.
    """
    with ExitStack() as stack:
        sink = (
            None
            if output is None
            else stack.enter_context(_written(output, rate_fps, picture, heard))
        )
        if on_close is not None:
            chosen = picture or PictureFormat.JPEG if sink is None else sink.picture
            view = stack.enter_context(open_view(rate_fps, chosen, on_close))
            sink = view if sink is None else Both(sink, view)
        assert sink is not None  # one of them was asked for
        behind = Behind(sink)
        try:
            yield behind
        finally:
            behind.close()


@contextmanager
def _written(
    output: Path, rate_fps: Fraction, picture: PictureFormat | None, heard: "Heard | None"
) -> Iterator[LiveSink]:
    if str(output) == "-":
        yield _movie(sys.stdout.buffer, rate_fps, picture)
    elif output_kind(output) is OutputKind.LOSSLESS:
        folder = FrameFolder(output)
        try:
            yield LivePictureFolder(folder, picture or PictureFormat.PNG)
            folder.commit()
        finally:
            folder.discard()
    else:
        partial = output.with_name(f".{output.name}.{os.getpid()}.partial")
        try:
            with write_errors(output), partial.open("wb") as file:
                movie = _movie(file, rate_fps, picture)
                yield movie
            if heard is not None and movie.frames:
                _add_sound(partial, movie.frames, heard)
            partial.replace(output)
        finally:
            partial.unlink(missing_ok=True)


def _add_sound(movie: Path, frames: range, heard: "Heard") -> None:
    """Put in what is heard with `frames`; a movie whose sound is damaged stays silent."""
    from mimo_runtime.media.remux import remux

    whole = movie.with_suffix(".whole")
    try:
        if (sound := heard(frames)) is not None:
            with write_errors(movie):
                remux(movie, whole, sound)
                whole.replace(movie)
    except MediaError as error:
        click.echo(f"Nothing is heard in the movie: {error}", err=True)
    finally:
        whole.unlink(missing_ok=True)


def _movie(
    file: BinaryIO, rate_fps: Fraction, picture: PictureFormat | None
) -> LiveMovie | LiveFragments:
    if picture is PictureFormat.H264:
        return LiveFragments(file)
    return LiveMovie(file, rate_fps, picture or PictureFormat.JPEG)
