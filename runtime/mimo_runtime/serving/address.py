"""The address that a server listens on, and those of its clients."""

from urllib.parse import unquote

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.wire.address import is_loopback, split_address


def check_listen(listen: str, options: ServerOptions) -> None:
    """Check that what can be reached from other machines speaks TLS, or was allowed not to.

    Raises:
        InvalidRequestError: it is neither, or `listen` is no address.
    """
    host, _ = split_address(listen)
    if not (is_loopback(host) or options.insecure or options.tls_certificate):
        raise InvalidRequestError(
            f"{listen} can be reached from other machines; give a TLS certificate and key, or "
            "allow it in so many words (insecure)."
        )


def is_local(peer: str) -> bool:
    """Whether gRPC's name of a client, such as ipv4:127.0.0.1:50312, is one on this machine."""
    kind, _, address = unquote(peer).partition(":")
    if kind == "unix":
        return True
    return kind in ("ipv4", "ipv6") and is_loopback(address.rpartition(":")[0].strip("[]"))
