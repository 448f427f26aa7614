"""Watching over one decoding child."""

import contextlib
import os
import signal
import time
from collections.abc import Sequence
from typing import NoReturn, Self

from mimo_runtime.errors import (
    LimitExceededError,
    MediaError,
    MimoError,
    ResourceError,
    UnsupportedError,
)
from mimo_runtime.media.channel import Channel, ChannelClosedError, Message
from mimo_runtime.media.decode_job import DecodeJob
from mimo_runtime.media.fork_server import ForkServer
from mimo_runtime.media.stop import NEVER, Stop

_CLASSES: dict[str, type[MimoError]] = {
    kind.__name__: kind
    for kind in (LimitExceededError, MediaError, ResourceError, UnsupportedError)
}


class SupervisedChild:
    """The parent's end of one child: its messages, its errors as ours, its end when it is late."""

    def __init__(
        self, fork_server: ForkServer, job: DecodeJob, file: int, stop: Stop = NEVER
    ) -> None:
        """Start the child on the open `file`; it ends early where `stop` says so."""
        stop.check()
        self._job = job
        self._stop = stop
        self._patience_s = job.limits.decode_timeout_s
        self._channel: Channel = fork_server.start_child(job, file)
        self._forget = stop.on_cancel(self._channel.interrupt)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child, whatever it is doing."""
        self._forget()
        self._channel.close()

    def send(self, message: Message, descriptors: Sequence[int] = ()) -> None:
        """Send a message; that the child has ended shows in what is received next."""
        with contextlib.suppress(ChannelClosedError):
            self._channel.send(message, descriptors)

    def receive(self) -> Message:
        """The child's next message.

        Whatever is raised ends the child.

        Raises:
            MimoError: the child reports it.
            MediaError: the child has crashed on the file.
            LimitExceededError: all waiting together exceeds the time limit.
            ResourceError: the child could not start or was killed.
            CancelledError, DeadlineExceededError: as `stop` has it.
        """
        try:
            message = self._wait()
            if "error" in message:
                raise _CLASSES[message["error"]](message["message"])
            if "exit" in message:
                self._fail_ended(message["exit"])
        except MimoError:
            self.close()
            raise
        return message

    def _wait(self) -> Message:
        began_s, left_s = time.monotonic(), self._stop.remaining_s
        try:
            return self._channel.receive(min(self._patience_s, left_s or self._patience_s))
        except TimeoutError:
            self._stop.check()
            self._fail_late()
        except ChannelClosedError:
            self._stop.check()
            raise ResourceError(
                f"The process that decodes '{self._job.name}' ended without a word: it could not "
                "start or was killed; see stderr, or try again."
            ) from None
        finally:
            self._patience_s -= time.monotonic() - began_s

    def _fail_late(self) -> NoReturn:
        raise LimitExceededError(
            f"Decoding '{self._job.name}' took more than {self._job.limits.decode_timeout_s:g} s "
            "and was stopped; use a shorter or smaller file."
        )

    def _fail_ended(self, status: int) -> NoReturn:
        code = os.waitstatus_to_exitcode(status)
        if code == -signal.SIGXCPU:
            self._fail_late()
        if code == -signal.SIGKILL:
            raise ResourceError(
                f"The process that decodes '{self._job.name}' was killed, as the system does when "
                "memory is short; try again later."
            )
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        raise MediaError(
            f"The decoder ended unexpectedly on '{self._job.name}' ({how}); "
            "the file may be damaged: encode it again, for instance to H.264 in MP4."
        )
