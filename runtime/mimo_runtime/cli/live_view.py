"""A window in which frames are seen while they come: FFmpeg's player, fed through a pipe."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from typing import BinaryIO, cast

from mimo_runtime.cli.live_sinks import LiveFragments, LiveMovie, LiveSink
from mimo_runtime.errors import UnsupportedError
from mimo_runtime.wire.live import PictureFormat

PLAYER = "ffplay"
_SOON = ("-hide_banner", "-loglevel", "error", "-fflags", "nobuffer", "-flags", "low_delay",
         "-framedrop", "-autoexit", "-window_title", "mimo live", "-i", "-")  # fmt: skip


def check_view() -> None:
    """Refuse a window where there is no player. Raises UnsupportedError."""
    if shutil.which(PLAYER) is None:
        raise UnsupportedError(
            "There is no ffplay here, which shows what --view asks for; install FFmpeg, or write "
            "to standard output (-o -) and let another player read that."
        )


@contextmanager
def open_view(
    rate_fps: Fraction, picture: PictureFormat, on_close: Callable[[], None]
) -> Iterator[LiveSink]:
    """A window for frames that come encoded as `picture`; it stays until its last frame was shown.

    `on_close` is called once if its user closes it before.
    """
    with subprocess.Popen([PLAYER, *_SOON], stdin=subprocess.PIPE) as player:
        pipe = cast(BinaryIO, player.stdin)
        movie: LiveSink = (
            LiveFragments(pipe)
            if picture is PictureFormat.H264
            else LiveMovie(pipe, rate_fps, picture)
        )
        try:
            yield ViewWindow(movie, on_close)
        except BaseException:
            player.terminate()
            raise
        finally:
            with suppress(BrokenPipeError):
                pipe.close()


class ViewWindow:
    """A sink that goes on when nobody looks any more."""

    def __init__(self, movie: LiveSink, on_close: Callable[[], None]) -> None:
        self.picture = movie.picture
        self._movie, self._on_close = movie, on_close
        self._is_closed = False

    def begin(self, width_px: int, height_px: int) -> None:
        """See `LiveSink`."""
        self._movie.begin(width_px, height_px)

    def write(self, index: int, data: bytes) -> None:
        """See `LiveSink`."""
        self._show(lambda: self._movie.write(index, data))

    def finish(self, tail: bytes) -> None:
        """See `LiveSink`."""
        self._show(lambda: self._movie.finish(tail))

    def _show(self, work: Callable[[], None]) -> None:
        if self._is_closed:
            return
        try:
            work()
        except BrokenPipeError:
            self._is_closed = True
            self._on_close()


class Both:
    """Two sinks that take the same frames."""

    def __init__(self, first: LiveSink, second: LiveSink) -> None:
        self.picture = first.picture
        self._sinks = first, second

    def begin(self, width_px: int, height_px: int) -> None:
        """See `LiveSink`."""
        for sink in self._sinks:
            sink.begin(width_px, height_px)

    def write(self, index: int, data: bytes) -> None:
        """See `LiveSink`."""
        for sink in self._sinks:
            sink.write(index, data)

    def finish(self, tail: bytes) -> None:
        """See `LiveSink`."""
        for sink in self._sinks:
            sink.finish(tail)
