"""Addresses: HOST:PORT."""

import ipaddress

from mimo_runtime.errors import InvalidRequestError


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
