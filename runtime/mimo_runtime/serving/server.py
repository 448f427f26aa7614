"""The server around the service: port, TLS, health, reflection, and a calm end."""

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc.aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from mimo.v1 import synthesis_pb2_grpc
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.runner.runner import Runner
from mimo_runtime.serving.address import check_listen
from mimo_runtime.serving.options import MAX_MESSAGE_BYTES, ServerOptions
from mimo_runtime.serving.service import NAME, SynthesisService
from mimo_runtime.wire.address import join_address, split_address

SPARE_CALLS = 64
DRAIN_POLL_S = 0.02
LAST_WORDS_S = 1.0
CHANNEL_OPTIONS = (
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.so_reuseport", 0),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
)


class Server:
    """One port with the service, grpc.health.v1 and reflection. Made inside an event loop."""

    def __init__(self, runner: Runner, options: ServerOptions) -> None:
        self._options = options
        self._workers = ThreadPoolExecutor(options.max_sessions, thread_name_prefix="mimo-work")
        self._health = health.aio.HealthServicer()
        calls = options.max_sessions + options.max_waiting + options.max_live + SPARE_CALLS
        self._server = grpc.aio.server(options=CHANNEL_OPTIONS, maximum_concurrent_rpcs=calls)
        self._service = SynthesisService(runner, options, self._workers)
        synthesis_pb2_grpc.add_SynthesisServiceServicer_to_server(self._service, self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        names = (NAME, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, self._server)

    async def open(self, listen: str) -> str:
        """Begin to answer on `HOST:PORT`; returns the real address where the port was 0.

        Raises:
            InvalidRequestError: the address cannot be had, or not without TLS, or the TLS files
                cannot be read.
        """
        check_listen(listen, self._options)
        credentials = _credentials(self._options)
        try:
            if credentials is None:
                port = self._server.add_insecure_port(listen)
            else:
                port = self._server.add_secure_port(listen, credentials)
        except RuntimeError:
            raise InvalidRequestError(
                f"Cannot listen on {listen}: the port is taken or the host is not this "
                "machine's; choose another address."
            ) from None
        await self._health.set(NAME, health_pb2.HealthCheckResponse.SERVING)
        await self._server.start()
        return join_address(split_address(listen)[0], port)

    def refuse(self) -> None:
        """Refuse every new stream from now on, in a sentence."""
        self._service.admission.close()
        self._service.live.admission.close()

    async def drain(self, within_s: float) -> None:
        """Refuse new streams, give the others `within_s` to finish, then cancel what is left.

        May be called again with a shorter time.
        """
        self.refuse()
        await self._health.enter_graceful_shutdown()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self._service.admission.inside or self._service.live.admission.inside:
                    await asyncio.sleep(DRAIN_POLL_S)
        await self._server.stop(min(within_s, LAST_WORDS_S))
        await asyncio.to_thread(self._workers.shutdown)
        await asyncio.to_thread(self._service.live.close)


def _credentials(options: ServerOptions) -> grpc.ServerCredentials | None:
    if options.tls_certificate is None or options.tls_key is None:
        return None
    pair = (_read(options.tls_key), _read(options.tls_certificate))
    return grpc.ssl_server_credentials([pair])


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidRequestError(
            f"Cannot read the TLS file {path}: {error.strerror}; name one that can be read."
        ) from error
