"""Small messages between this process and its decoding children."""

import contextlib
import json
import socket
import time
from collections.abc import Sequence
from typing import Any

_PART_BYTES = 60_000
_MAX_MESSAGE_BYTES = 32 << 20

Message = dict[str, Any]


class ChannelClosedError(Exception):
    """There is no process at the other end any more."""


def channel_pair() -> tuple["Channel", "Channel"]:
    """Two connected ends."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    return Channel(ours), Channel(theirs)


class Channel:
    """One end of a connection that carries JSON and, from the parent, file descriptors.

    JSON and not pickle: the other end parses hostile files and may be taken over. Packets keep
    their bounds, so that the fork server can add a last word after a child that died in
    mid-message; long messages go in parts, marked "+" for more, "." for the last, "!" for that
    last word.
    """

    def __init__(self, end: socket.socket) -> None:
        self._socket = end

    def fileno(self) -> int:
        """The file descriptor, for polling and for passing on."""
        return self._socket.fileno()

    def close(self) -> None:
        """Close this end; the other end reads the end of the stream."""
        self._socket.close()

    def interrupt(self) -> None:
        """Have whoever waits here in another thread read the end of the stream."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def shut_down(self) -> None:
        """End the connection for every process that holds this end."""
        self.interrupt()
        self._socket.close()

    def send(self, message: Message, descriptors: Sequence[int] = ()) -> None:
        """Send one message.

        Raises:
            ChannelClosedError: nobody is there to read it.
        """
        body = json.dumps(message).encode()
        last = (len(body) - 1) // _PART_BYTES * _PART_BYTES
        try:
            for start in range(0, last, _PART_BYTES):
                self._socket.send(b"+" + body[start : start + _PART_BYTES])
            socket.send_fds(self._socket, [b"." + body[last:]], descriptors)
        except ConnectionError:
            raise ChannelClosedError from None

    def send_last_word(self, message: Message) -> None:
        """Send without waiting, whatever was said before; do nothing when that is impossible."""
        with contextlib.suppress(OSError):
            self._socket.send(b"!" + json.dumps(message).encode(), socket.MSG_DONTWAIT)

    def receive(self, timeout_s: float | None = None) -> Message:
        """The next message; descriptors sent along are dropped.

        Raises:
            ChannelClosedError: the stream has ended.
            TimeoutError: `timeout_s` have passed.
        """
        body = b""
        deadline_s = None if timeout_s is None else time.monotonic() + timeout_s
        while len(body) < _MAX_MESSAGE_BYTES:
            packet = self._receive_packet(deadline_s)
            if packet[:1] == b"!":
                body = b""
            body += packet[1:]
            if packet[:1] != b"+":
                message: Message = json.loads(body)
                return message
        raise ChannelClosedError("A message is longer than any that is sent here.")

    def _receive_packet(self, deadline_s: float | None) -> bytes:
        if deadline_s is not None:
            self._socket.settimeout(max(deadline_s - time.monotonic(), 1e-4))
        try:
            packet = self._socket.recv(_PART_BYTES + 1)
        except ConnectionResetError:
            # The other end left with packets unread. What it sent before is still in the queue.
            packet = self._socket.recv(_PART_BYTES + 1)
        if not packet:
            raise ChannelClosedError
        return packet

    def receive_descriptors(self) -> tuple[Message, list[int]]:
        """The next message, which fits one packet, with its descriptors.

        Raises:
            ChannelClosedError: the stream has ended.
        """
        try:
            packet, descriptors, _, _ = socket.recv_fds(self._socket, _PART_BYTES + 1, 4)
        except ConnectionResetError:  # as above
            packet, descriptors, _, _ = socket.recv_fds(self._socket, _PART_BYTES + 1, 4)
        if not packet:
            raise ChannelClosedError
        return json.loads(packet[1:]), descriptors
