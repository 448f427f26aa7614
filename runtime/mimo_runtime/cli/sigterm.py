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
def preempted_on_sigterm() -> "Iterator[CancellationToken]":
    """The first SIGTERM ends what is going on here and by the token; later ones change nothing.

    In another than the main thread, which gets no signals, nothing is watched.

    Raises:
        PreemptedError: there was one; also where a library has made another error of it, or
            lost it on its way, since the token has it too.
    """
    from mimo_runtime.synthesis.cancellation import CancellationToken

    token = CancellationToken()
    if threading.current_thread() is not threading.main_thread():
        yield token
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
        yield token
    except Exception:
        token.check()  # raises what the signal meant
        raise
    finally:
        signal.signal(signal.SIGTERM, before)
