"""TLS of the HTTP door, by the same files as the gRPC port's and as fresh."""

import ssl
from typing import Any

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.serving.options import ServerOptions

Stamp = tuple[tuple[int, int], ...]


class FreshContext:
    """A context whose handshakes use the certificate that the files hold now.

    Raises:
        InvalidRequestError: a file cannot be used.
    """

    def __init__(self, options: ServerOptions) -> None:
        self._options = options
        self._stamp = self._stamp_now()
        self._newest = self._made()
        self.context = self._made()
        self.context.sni_callback = self._choose  # called in every handshake

    def _choose(self, handshake: ssl.SSLObject, _name: str | None, _context: Any) -> None:
        try:
            stamp = self._stamp_now()
            if stamp != self._stamp:
                self._newest, self._stamp = self._made(), stamp
        except InvalidRequestError:
            pass  # they are just being replaced
        handshake.context = self._newest

    def _made(self) -> ssl.SSLContext:
        options = self._options
        assert options.tls_certificate is not None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(options.tls_certificate, options.tls_key)
            if options.tls_client_ca is not None:
                context.load_verify_locations(options.tls_client_ca)
                context.verify_mode = ssl.CERT_REQUIRED
        except (OSError, ssl.SSLError) as error:
            raise InvalidRequestError(
                f"The TLS files of the HTTP door cannot be used: {error}; name others."
            ) from error
        return context

    def _stamp_now(self) -> Stamp:
        options = self._options
        files = (options.tls_certificate, options.tls_key, options.tls_client_ca)
        try:
            found = [file.stat() for file in files if file is not None]
        except OSError as error:
            raise InvalidRequestError(
                f"The TLS file {error.filename} cannot be read: {error.strerror}; name another."
            ) from error
        return tuple((each.st_mtime_ns, each.st_ino) for each in found)
