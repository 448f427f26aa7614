"""A network that can be cut: a proxy between client and server."""

import contextlib
import socket
import struct
import threading

_RESET = struct.pack("ii", 1, 0)  # closing sends RST: the other side learns of it at once


class CuttingProxy:
    """Passes bytes on to `target` from a port of its own, until `cut`; new connections are taken.

    While `is_down`, new ones are closed at once; while `flowing` is not set, no byte goes either
    way.
    """

    def __init__(self, target: str) -> None:
        host, _, port = target.rpartition(":")
        self._target = host, int(port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self.is_down = False
        self.flowing = threading.Event()
        self.flowing.set()
        self.connections = self.refused = 0
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> "CuttingProxy":
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self.flowing.set()
        self.cut()

    def cut(self) -> None:
        """Cut all connections that are open."""
        with self._lock:
            ends, self._open = self._open, []
        for end in ends:
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self.is_down:
                    client.close()
                    self.refused += 1
                    continue
                server = socket.create_connection(self._target)
                with self._lock:
                    self._open += [client, server]
                    self.connections += 1
                for source, sink in ((client, server), (server, client)):
                    way = threading.Thread(target=self._pass, args=(source, sink), daemon=True)
                    way.start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self.flowing.wait()
                sink.sendall(data)
