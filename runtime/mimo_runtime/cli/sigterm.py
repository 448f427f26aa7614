"""SIGTERM as a scheduler sends it that wants the machine back: the work ends, and goes on later."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from mimo_runtime.errors import PreemptedError

if TYPE_CHECKING:
    from mimo_runtime.synthesis.cancellation import CancellationToken


@contextmanager
def preempted_on_sigterm(token: "CancellationToken") -> Iterator[None]:
    """The first SIGTERM ends what is going on here and by `token`; later ones change nothing.

    In another than the main thread, which gets no signals, nothing is watched.

    Raises:
        PreemptedError: there was one; also where it was lost on its way through a library, since
            `token` has it too.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)

    def end(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        error = PreemptedError(
            "The scheduler has ended this process; run the same command again: what is finished "
            "is kept."
        )
        token.cancel(error)
        raise error

    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
