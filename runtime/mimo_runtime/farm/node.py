"""A process that keeps what renders loaded, for the tasks that a node is given one after the other.

It listens on a socket of the file system. A task connects, sends its arguments as a line of JSON
and reads lines of JSON: `{"out": text}` and `{"err": text}` as they come, at last `{"exit": code}`.
A task that goes away is stopped before its next piece of work.
"""

import contextlib
import io
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from mimo_runtime.errors import PreemptedError, ResourceError, ServerUnreachableError
from mimo_runtime.synthesis.cancellation import CancellationToken

END: Final = "end"
_MAX_LINE: Final = 1 << 20

Task = Callable[[Sequence[str], CancellationToken], int]


def serve_node(path: Path, idle_s: float, task: Task, on_ready: Callable[[], None]) -> None:
    """Do tasks one at a time until somebody says END, or nobody has come for `idle_s`.

    Args:
        path: of the socket, which is made; only this user may connect.
        idle_s: seconds.
        task: does one; what it prints goes to who asked, what it returns is the exit code.
        on_ready: called once tasks can connect.

    Raises:
        ResourceError: the socket cannot be made.
    """
    with _listening(path) as server:
        server.settimeout(idle_s)
        on_ready()
        while True:
            try:
                connection, _ = server.accept()
            except TimeoutError:
                return
            with connection:
                if not _do(connection, task):
                    return


def ask_node(path: Path, arguments: Sequence[str], tell: Callable[[str, str], None]) -> int:
    """Have a task done; returns its exit code. `tell` hears "out" or "err", and the text.

    Raises:
        ServerUnreachableError: nobody listens there, or the process ended in the middle.
    """
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(str(path))
            message = {"arguments": list(arguments), "folder": str(Path.cwd())}
            connection.sendall(json.dumps(message).encode() + b"\n")
            with connection.makefile("rb") as lines:
                for line in lines:
                    for kind, value in json.loads(line).items():
                        if kind == "exit":
                            return int(value)
                        tell(kind, value)
    except OSError as error:
        raise ServerUnreachableError(
            f"The process that renders on this node cannot be reached at {path}: "
            f"{error.strerror}; start it again."
        ) from None
    raise ServerUnreachableError(
        "The process that renders on this node ended in the middle of a task; start it again."
    )


def end_node(path: Path) -> None:
    """End the process that listens at `path`, once its task is done, if there is one."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asked:
        asked.connect(str(path))
        asked.sendall(json.dumps(END).encode() + b"\n")
        asked.recv(_MAX_LINE)


@contextmanager
def _listening(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        before = os.umask(0o177)
        try:
            server.bind(str(path))
            server.listen()
        except OSError as error:
            raise ResourceError(
                f"Nothing can listen at {path}: {error}; choose another, shorter place."
            ) from None
        finally:
            os.umask(before)
        try:
            yield server
        finally:
            path.unlink(missing_ok=True)


def _do(connection: socket.socket, task: Task) -> bool:
    """Do what a connection asks for; False where it asks to end."""
    with connection.makefile("rb") as lines:
        message = json.loads(lines.readline(_MAX_LINE) or "null")
    if message == END:
        _send(connection, {"exit": 0})
        return False
    if message is not None:
        token = CancellationToken()
        threading.Thread(target=_watch, args=(connection, token), daemon=True).start()
        out, err = _Lines(connection, "out"), _Lines(connection, "err")
        with (
            contextlib.chdir(message["folder"]),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = task(message["arguments"], token)
        _send(connection, {"exit": code})
    return True


def _watch(connection: socket.socket, token: CancellationToken) -> None:
    """Stop the work of somebody who goes away."""
    try:
        gone = not connection.recv(1)
    except OSError:  # it went with lines unread
        gone = True
    if gone:
        token.cancel(PreemptedError("Who asked for the frames has gone; ask again."))


def _send(connection: socket.socket, message: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):  # it has gone, which its watcher has seen
        connection.sendall(json.dumps(message).encode() + b"\n")


class _Lines(io.TextIOBase):
    """Text that goes to who asked."""

    def __init__(self, connection: socket.socket, kind: str) -> None:
        self._connection = connection
        self._kind = kind

    def write(self, text: str) -> int:
        """Send it."""
        _send(self._connection, {self._kind: text})
        return len(text)
