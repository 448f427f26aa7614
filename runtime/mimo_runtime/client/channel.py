"""The channel of a client."""

import os
from pathlib import Path

import grpc

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.files import cannot_read
from mimo_runtime.wire.address import is_loopback, split_address

KEEPALIVE_S = 20.0
TOKEN = "MIMO_TOKEN"


def open_channel(server: str, tls_root: Path | None = None) -> grpc.Channel:
    """A channel to `HOST:PORT`; a context manager.

    With `tls_root`, the PEM file of the authority that signed the server's certificate, it
    speaks TLS. A server of this machine is never reached through a proxy. One that does not answer
    pings, though it accepted the connection, is unreachable after two times `KEEPALIVE_S`.

    Raises:
        InvalidRequestError: the address or the file cannot be used.
    """
    host, _ = split_address(server)
    options = [
        ("grpc.keepalive_time_ms", int(KEEPALIVE_S * 1000)),
        ("grpc.keepalive_timeout_ms", int(KEEPALIVE_S * 1000)),
        ("grpc.http2.ping_timeout_ms", int(KEEPALIVE_S * 1000)),  # else 60 s, whatever is above
        ("grpc.http2.max_pings_without_data", 0),  # a stream that waits has none for long
        ("grpc.max_reconnect_backoff_ms", 5000),  # a server that comes back is soon found
    ]
    if is_loopback(host):
        options.append(("grpc.enable_http_proxy", 0))
    if tls_root is None:
        return grpc.insecure_channel(server, options)
    try:
        root = tls_root.read_bytes()
    except OSError as error:
        raise InvalidRequestError(cannot_read(tls_root, error)) from error
    return grpc.secure_channel(server, grpc.ssl_channel_credentials(root), options)


def token_metadata() -> tuple[tuple[str, str], ...]:
    """The header with the token of the environment's MIMO_TOKEN, where there is one."""
    token = os.environ.get(TOKEN, "")
    return (("authorization", f"Bearer {token}"),) if token else ()
