"""The server's end of one engine process: start, messages both ways, and whether it lives."""

import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import SimpleQueue

from mimo_runtime.errors import ResourceError
from mimo_runtime.media.channel import Channel, ChannelClosedError, channel_pair
from mimo_runtime.runner.engine_health import EngineHealth, Patience
from mimo_runtime.runner.messages import (
    EngineFailed,
    EngineReady,
    Message,
    Ping,
    Pong,
    StartEngine,
    ToEngine,
    error_from,
    from_wire,
    to_wire,
)

ENGINE_PROGRAM = "mimo_runtime.runner.engine_process"

_BOOT = """
import importlib, json, sys
sys.path[:] = json.loads(sys.argv[2])
from mimo_runtime.speech import speak_on_stderr
speak_on_stderr()
importlib.import_module(sys.argv[3]).run(int(sys.argv[1]))
"""


class EngineChild:
    """One engine process, from its start to its end; `program` is the module whose `run` it is.

    Raises:
        ResourceError: no process can be started, or it does not answer.
        MimoError: what it said when it failed to start.
    """

    def __init__(
        self, start: StartEngine, patience: Patience, program: str = ENGINE_PROGRAM
    ) -> None:
        self._patience = patience
        self._channel, theirs = channel_pair()
        try:
            self._process = _spawn(theirs, program)
        except OSError as error:
            self._channel.close()
            raise ResourceError(
                f"No process can be started to run the engines in: {error.strerror}; try again "
                "when the machine is less busy."
            ) from error
        finally:
            theirs.close()
        self._outgoing: SimpleQueue[tuple[ToEngine, Sequence[int]] | None] = SimpleQueue()
        self._sender = threading.Thread(target=self._send_all, name="mimo-to-engine", daemon=True)
        self._sender.start()
        self.send(start)
        try:
            self.ready = self._handshake()
        except BaseException:
            self.end()
            raise

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    def send(self, message: ToEngine, descriptors: Sequence[int] = ()) -> None:
        """Send a message without waiting; `descriptors` are closed when they have been sent."""
        self._outgoing.put((message, descriptors))

    def watch(self, on_message: Callable[[Message], None], report: Callable[[str], None]) -> None:
        """Hand over every message until the process has ended, or is ended because it is dead."""
        health = EngineHealth(self._patience, self.ready.seconds, report)
        while health.alive():
            try:
                message = self._receive(health.until_ping_s)
            except ChannelClosedError:
                return
            if message is None:
                health.pinged()
                self.send(Ping())
                continue
            health.heard(message.busy_s if isinstance(message, Pong) else None)
            if not isinstance(message, Pong):
                on_message(message)

    def end(self) -> str:
        """End the process, whatever it is doing; how it ended, as a word."""
        self._process.kill()
        status = self._process.wait()
        self._outgoing.put(None)
        self._channel.shut_down()
        self._sender.join()
        return signal.Signals(-status).name if status < 0 else f"exit code {status}"

    def kill(self) -> None:
        """End the process at once; that it has ended shows in `watch`."""
        self._process.kill()

    def _handshake(self) -> EngineReady:
        try:
            message = self._receive(self._patience.start_s)
        except ChannelClosedError:
            message = None
        if isinstance(message, EngineReady):
            return message
        if isinstance(message, EngineFailed):
            raise error_from(message.error, message.sentence)
        raise ResourceError(
            "The engine process ended or fell silent before it was ready; see stderr, free memory "
            "and start again."
        )

    def _receive(self, within_s: float) -> Message | None:
        poll = select.poll()
        poll.register(self._channel, select.POLLIN)
        if not poll.poll(max(within_s, 0.0) * 1000):
            return None
        return from_wire(self._channel.receive())

    def _send_all(self) -> None:
        while (item := self._outgoing.get()) is not None:
            message, descriptors = item
            try:
                self._channel.send(to_wire(message), descriptors)
            except (ChannelClosedError, OSError):
                pass  # that it has ended shows in `watch`
            finally:
                for descriptor in descriptors:
                    os.close(descriptor)


def _spawn(theirs: Channel, program: str) -> "subprocess.Popen[bytes]":
    paths = json.dumps([path or str(Path.cwd()) for path in sys.path])
    return subprocess.Popen(
        [sys.executable, "-c", _BOOT, str(theirs.fileno()), paths, program],
        stdin=subprocess.DEVNULL,
        pass_fds=[theirs.fileno()],
        start_new_session=True,  # Ctrl-C is for the server to handle
    )
