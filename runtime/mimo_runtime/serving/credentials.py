"""TLS of a server: its certificate, read again when the files change, and whom it lets in."""

from pathlib import Path

import grpc

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.files import cannot_read
from mimo_runtime.serving.options import ServerOptions

Stamp = tuple[tuple[int, int], ...]


class Certificates:
    """The files of a server's TLS, read when they are new."""

    def __init__(self, certificate: Path, key: Path, client_ca: Path | None) -> None:
        self._files = [certificate, key] + ([client_ca] if client_ca else [])
        self._stamp: Stamp = ()

    def read(self) -> grpc.ServerCertificateConfiguration:
        """What the files hold now.

        Raises:
            InvalidRequestError: one cannot be read.
        """
        self._stamp = self._stamp_now()
        certificate, key, *client_ca = (_read(path) for path in self._files)
        return grpc.ssl_server_certificate_configuration(
            [(key, certificate)], client_ca[0] if client_ca else None
        )

    def changed(self) -> grpc.ServerCertificateConfiguration | None:
        """What the files hold, if that is new and can be read; asked before each handshake."""
        try:
            return None if self._stamp_now() == self._stamp else self.read()
        except (OSError, InvalidRequestError):
            return None  # they are just being replaced

    def _stamp_now(self) -> Stamp:
        try:
            found = [path.stat() for path in self._files]
        except OSError as error:
            raise InvalidRequestError(cannot_read(error.filename, error, "the TLS file")) from error
        return tuple((each.st_mtime_ns, each.st_ino) for each in found)


def server_credentials(options: ServerOptions) -> grpc.ServerCredentials | None:
    """The credentials that the options name; None without TLS.

    Raises:
        InvalidRequestError: a file cannot be read.
    """
    if options.tls_certificate is None or options.tls_key is None:
        return None
    files = Certificates(options.tls_certificate, options.tls_key, options.tls_client_ca)
    return grpc.dynamic_ssl_server_credentials(
        files.read(),
        files.changed,  # type: ignore[arg-type]  # None for no change, as its docstring says
        require_client_authentication=bool(options.tls_client_ca),
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidRequestError(cannot_read(path, error, "the TLS file")) from error
