"""The address that a server listens on."""

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
