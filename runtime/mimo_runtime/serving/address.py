"""The address that a server listens on."""

import ipaddress

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.serving.options import ServerOptions


def split_address(listen: str) -> tuple[str, int]:
    """Host and port of `HOST:PORT` or `[IPV6]:PORT`; port 0 means any free one.

    Raises:
        InvalidRequestError: it is no such address.
    """
    host, _, port = listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise InvalidRequestError(
            f"'{listen}' is no address to listen on; give HOST:PORT, such as 127.0.0.1:50051."
        )
    return host, int(port)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host; a name other than localhost may be anything."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def join_address(host: str, port: int) -> str:
    """The address in the form that `split_address` reads."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


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
