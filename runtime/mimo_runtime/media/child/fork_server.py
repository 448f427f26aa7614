"""The fork server: one child forked per request; ends those that nobody waits for."""

import contextlib
import ctypes
import gc
import importlib
import os
import select
import signal
import socket
from collections.abc import Sequence

from mimo_runtime.media.channel import Channel, ChannelClosedError, Message
from mimo_runtime.media.child.work import work
from mimo_runtime.media.decode_job import DecodeJob

_PR_SET_PDEATHSIG = 1


def run(requests: int, preload: Sequence[str]) -> None:
    """Serve requests until the other end of the descriptor `requests` is closed."""
    for module in preload:
        with contextlib.suppress(ImportError):  # the choice of the decoder says what is missing
            importlib.import_module(module)
    gc.freeze()
    ForkServerMain(Channel(socket.socket(fileno=requests))).serve()


class ForkServerMain:
    """The children that are alive, each with the fork server's copy of its connection.

    That copy shows when the parent has hung up, which ends the child, and carries the last word:
    how the child ended.
    """

    def __init__(self, requests: Channel) -> None:
        self._requests = requests
        self._children: dict[int, Channel] = {}
        self._pid = os.getpid()
        self._libc = ctypes.CDLL(None)
        self._wakeup, self._wakeup_end = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(self._wakeup_end)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._poll = select.poll()
        self._poll.register(self._wakeup, select.POLLIN)
        self._poll.register(self._requests, select.POLLIN)

    def serve(self) -> None:
        """One round per event; ends when the parent is gone."""
        with contextlib.suppress(ChannelClosedError):
            while True:
                self._serve_events()
        for child in self._children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)

    def _serve_events(self) -> None:
        owners = {channel.fileno(): child for child, channel in self._children.items()}
        for descriptor, _ in self._poll.poll():
            if descriptor == self._wakeup:
                os.read(self._wakeup, 4096)
            elif descriptor in owners:
                os.kill(owners[descriptor], signal.SIGKILL)
                self._poll.unregister(descriptor)  # or this loop is busy until the child is gone
            else:
                self._start_child()
        self._reap()

    def _start_child(self) -> None:
        request, (connection, file) = self._requests.receive_descriptors()
        channel = Channel(socket.socket(fileno=connection))
        try:
            child = os.fork()
        except OSError as error:
            message = (
                f"No process could be started to decode in ({error.strerror}); try again when the "
                "machine is less busy."
            )
            channel.send_last_word({"error": "ResourceError", "message": message})
            channel.close()
        else:
            if child == 0:
                self._become_child(channel, file, request)
            self._children[child] = channel
            self._poll.register(channel, 0)  # reports only that the other end hung up
        os.close(file)

    def _become_child(self, channel: Channel, file: int, request: Message) -> None:
        status = 1
        try:
            self._libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            self._let_go()
            if os.getppid() == self._pid:  # not orphaned before the line above
                work(channel, file, DecodeJob.from_wire(request))
                status = 0
        finally:
            os._exit(status)  # no cleanup: destructors of a decoder that failed can crash

    def _let_go(self) -> None:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for channel in (self._requests, *self._children.values()):
            channel.close()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                child, status = ended
                channel = self._children.pop(child)
                with contextlib.suppress(KeyError):  # it was killed
                    self._poll.unregister(channel)
                channel.send_last_word({"exit": status})
                channel.close()
