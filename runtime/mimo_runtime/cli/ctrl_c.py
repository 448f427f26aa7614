"""Ctrl-C as the way to end what has no end of its own."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click


@contextmanager
def ending_on_ctrl_c(stop: threading.Event) -> Iterator[None]:
    """The first Ctrl-C sets `stop`, the second one interrupts as usual. In the main thread only."""
    before = signal.getsignal(signal.SIGINT)

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(signal.SIGINT, before)
        click.echo("Ending with the frames that are on their way; Ctrl-C again discards.", err=True)

    signal.signal(signal.SIGINT, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
