"""Somebody followed in encoded frames, beside the server, so that neither waits for the other."""

import contextlib
import json
import os
import select
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mimo_runtime.capture.packets import write_packet
from mimo_runtime.capture.worker import order_line
from mimo_runtime.errors import LimitExceededError, MediaError, ResourceError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.wire.driving import Driven, DrivenPerson, DrivingFrame
from mimo_runtime.wire.live import CameraNumbers, LiveSettings, PoseFrame, QueuePolicy
from mimo_runtime.wire.status import error_for

MAX_WAITING = 1000
MAX_WAITING_BYTES = 64 << 20
_NICE = 5  # frames of streams that are at work go first
_BOOT = """
import json, os, sys
sys.path[:] = json.loads(sys.argv[1])
os.nice(int(sys.argv[2]))
from mimo_runtime.capture.worker import main
main()
"""


class DrivingCapture:
    """Motion capture of one stream's frames, in a process that decodes them and looks at them.

    `put` and `end` never wait and come from one thread, `events` from another. Leaving the context
    ends the process, whatever it is doing.

    Raises:
        ResourceError: no process can be started.
    """

    def __init__(self, settings: LiveSettings, limits: MediaLimits) -> None:
        self._lossless = settings.policy is QueuePolicy.LOSSLESS
        self._patience_s = limits.decode_timeout_s
        self._changed = threading.Condition()
        self._waiting: deque[DrivingFrame | None] = deque()
        self._waiting_bytes = self._sent = self._taken = 0
        self._process = _started()
        self._lines = self._said()
        self._write_order(order_line(settings, limits))
        self._writer = threading.Thread(target=self._write, daemon=True)
        self._writer.start()

    def __enter__(self) -> "DrivingCapture":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self.end()
        self._writer.join()
        self._process.__exit__(None, None, None)

    def kill(self) -> None:
        """End the process from any thread; whoever waits for it hears so."""
        self._process.kill()

    def put(self, frame: DrivingFrame) -> None:
        """Take the next frame.

        Raises:
            LimitExceededError: too many wait.
        """
        with self._changed:
            waiting_bytes = self._waiting_bytes + len(frame.data)
            if len(self._waiting) >= MAX_WAITING or waiting_bytes > MAX_WAITING_BYTES:
                raise LimitExceededError(
                    f"{len(self._waiting) + 1} driving frames of {waiting_bytes >> 20} MiB would "
                    "wait to be decoded, more than are held; send smaller frames, or fewer a "
                    "second."
                )
            self._waiting_bytes = waiting_bytes
            self._waiting.append(frame)
            self._changed.notify()

    def end(self) -> None:
        """Hear that no frame comes any more."""
        with self._changed:
            self._waiting.append(None)
            self._changed.notify()

    def wait_until_ready(self) -> None:
        """Wait for its networks. Raises ResourceError where it does not start."""
        if "ready" not in next(self._lines):
            raise ResourceError("The process that follows the person did not start; try again.")

    def events(self) -> Iterator[PoseFrame | Driven]:
        """Postures with their cameras, and what is seen, until the frames end.

        Raises:
            MediaError: a frame cannot be decoded, or nobody is seen in any.
            LimitExceededError: a frame is too large, or takes too long.
        """
        person = DrivenPerson.SOUGHT
        yield Driven(0, person)
        for said in self._lines:
            if "reason" in said:
                raise error_for(said["reason"], said["sentence"])
            if "person" in said:
                person = DrivenPerson(said["person"])
                yield Driven(self._taken, person)
            elif "pose" in said:
                yield _pose(said["pose"])
            elif "taken" in said:
                self._taken += 1
                if self._lossless:
                    yield Driven(self._taken, person)
            else:
                return

    def _write_order(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode())

    def _write(self) -> None:
        """Hand frames over until there are no more, or nobody takes them."""
        stdin = self._process.stdin
        assert stdin is not None
        with contextlib.suppress(OSError):  # that it has ended shows in what it says
            stdin.flush()
            while (frame := self._next()) is not None:
                write_packet(stdin, frame)
        with contextlib.suppress(OSError):
            stdin.close()

    def _next(self) -> DrivingFrame | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting)
            frame = self._waiting.popleft()
            if frame is not None:
                self._waiting_bytes -= len(frame.data)
                self._sent += 1
            return frame

    def _said(self) -> Iterator[dict[str, Any]]:
        """What it says, line by line; how it ended where that was not its own doing."""
        assert self._process.stdout is not None
        rest = b""
        while self._wait() and (data := os.read(self._process.stdout.fileno(), 1 << 16)):
            *lines, rest = (rest + data).split(b"\n")
            yield from map(json.loads, lines)
        code = self._process.wait()
        if code == -9:
            raise ResourceError(
                "The process that follows the person was killed, as the system does when memory "
                "is short; try again later."
            )
        raise MediaError(
            f"The decoder of the driving frames ended unexpectedly ({code}); they may be damaged: "
            "encode them again."
        )

    def _wait(self) -> bool:
        """Wait until it says something. Raises LimitExceededError: a frame takes too long."""
        assert self._process.stdout is not None
        began_s = time.monotonic()
        while not select.select([self._process.stdout], [], [], 1.0)[0]:
            if self._sent == self._taken:
                began_s = time.monotonic()
            elif time.monotonic() - began_s > self._patience_s:
                self._process.kill()
                raise LimitExceededError(
                    f"A driving frame took more than {self._patience_s:g} s and was stopped; send "
                    "smaller ones."
                )
        return True


def _started() -> "subprocess.Popen[bytes]":
    paths = json.dumps([path or str(Path.cwd()) for path in sys.path])
    try:
        return subprocess.Popen(
            [sys.executable, "-c", _BOOT, paths, str(_NICE)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the server to handle
        )  # fmt: skip
    except OSError as error:
        raise ResourceError(
            f"No process can be started to follow the person: {error.strerror}; try again when "
            "the machine is less busy."
        ) from error


def _pose(values: dict[str, Any]) -> PoseFrame:
    camera = dict(values["camera"])
    lists = {name: tuple(camera[name]) for name in ("centre_px", "rotation", "translation_m")}
    return PoseFrame(
        values["index"],
        values["capture_s"],
        tuple(values["root_m"]),
        tuple(values["rotations"]),
        CameraNumbers(**(camera | lists)),
    )
