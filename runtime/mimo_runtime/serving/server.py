"""The server around the service: port, TLS, health, reflection, and a calm end."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import grpc.aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from mimo.v1 import server_pb2_grpc, synthesis_pb2_grpc
from mimo_runtime.errors import InvalidRequestError, MimoError, UnsupportedError
from mimo_runtime.jobs.jobs import Jobs
from mimo_runtime.runner.runner import Runner
from mimo_runtime.serving.access_log import AccessLog
from mimo_runtime.serving.address import check_listen
from mimo_runtime.serving.call_guard import CallGuard
from mimo_runtime.serving.call_record import CallObserver
from mimo_runtime.serving.credentials import server_credentials
from mimo_runtime.serving.identity import identity_of
from mimo_runtime.serving.inference.service import serve_inference
from mimo_runtime.serving.kept_jobs import NAMES, http_door, open_jobs, serve_jobs
from mimo_runtime.serving.options import MAX_MESSAGE_BYTES, ServerOptions
from mimo_runtime.serving.oversight import open_oversight
from mimo_runtime.serving.server_service import NAME as SERVER_NAME
from mimo_runtime.serving.server_service import ServerService
from mimo_runtime.serving.service import NAME, SynthesisService
from mimo_runtime.serving.stream_table import StreamTable
from mimo_runtime.serving.tokens import Tokens
from mimo_runtime.sessions.admission import closing
from mimo_runtime.sessions.spool_root import SpoolRoot
from mimo_runtime.wire.address import join_address, split_address

if TYPE_CHECKING:
    from mimo_runtime.serving.http.door import HttpDoor

DRAIN_POLL_S = 0.02
LAST_WORDS_S = 1.0


def channel_options(options: ServerOptions) -> tuple[tuple[str, int], ...]:
    """What gRPC is told of connections.

    A client may ping now and then, as many do behind a load balancer, and is pinged itself; one
    that never speaks is closed.
    """
    return (
        ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
        ("grpc.so_reuseport", 0),
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.http2.ping_timeout_ms", 10_000),  # else 60 s, whatever is above
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_ping_interval_without_data_ms", int(options.min_ping_interval_s * 1000)),
        ("grpc.server_handshake_timeout_ms", 10_000),
        ("grpc.max_concurrent_streams", options.max_streams_per_connection),
        ("grpc.max_allowed_incoming_connections", options.max_connections),
    )


class Server:
    """One port with the services, grpc.health.v1 and reflection. Made inside an event loop.

    `ask_to_end` is called where an operator asks for that over the wire. `http_address` is where
    HTTP is answered, once it is open.
    """

    def __init__(
        self, runner: Runner, options: ServerOptions, ask_to_end: Callable[[], None]
    ) -> None:
        self._options = options
        self._runner = runner
        self._door: HttpDoor | None = None
        self.http_address = ""
        self._workers = ThreadPoolExecutor(options.max_sessions, thread_name_prefix="mimo-work")
        self._health = health.aio.HealthServicer()
        watches = StreamTable(options.max_watches, options.max_watches)
        self._watches = StreamTable(options.max_watches, options.max_streams_per_host)
        self._observers: list[CallObserver] = []
        self._tokens = Tokens(options.tokens) if options.tokens else None
        guard = CallGuard(
            watches, options.idle_timeout_s, self._observers, self._tokens,
            identity_of(runner.bundle),
        )  # fmt: skip
        self._server = grpc.aio.server(options=channel_options(options), interceptors=[guard])
        self._spool = SpoolRoot(options.spool_dir)
        self._endings = [self._spool.close]
        self._jobs: Jobs | None = None
        try:
            self._oversight = oversight = open_oversight(options, runner.bundle)
            self._endings.append(oversight.close)
            self._service = SynthesisService(
                runner, options, self._workers, self._spool.folder, oversight
            )
            self._jobs = open_jobs(runner, options, self._service, self._workers, oversight)
            if self._jobs is not None:
                self._endings.append(self._jobs.state.close)
            self._observe(runner)
        except MimoError:
            self.close()
            raise
        self._add_services(ask_to_end)

    @property
    def sentences(self) -> tuple[str, ...]:
        """How results are signed, and where clients' files lie."""
        return self._oversight.marking.sentence, self._spool.sentence

    async def open(self, listen: str) -> str:
        """Begin to answer on `HOST:PORT`; returns the real address where the port was 0.

        Raises:
            InvalidRequestError: the address cannot be had, or not without TLS, or the TLS files
                cannot be read.
        """
        try:
            port = self._add_port(listen)
            self.http_address = await self._open_http()
        except (InvalidRequestError, UnsupportedError):
            self.close()
            raise
        await self._health.set(NAME, health_pb2.HealthCheckResponse.SERVING)
        await self._server.start()
        return join_address(split_address(listen)[0], port)

    def refuse(self) -> None:
        """Refuse every stream but those at work, in a sentence."""
        self._service.admission.close()
        self._service.live.admission.close()
        if self._jobs is not None:
            self._jobs.refuse()
        if self._door is not None:
            self._door.refuse()
        self._service.streams.end_unsettled(closing)
        self._watches.end_unsettled(closing)

    async def drain(self, within_s: float) -> None:
        """Refuse new streams, give the others `within_s` to finish, then cancel what is left.

        May be called again with a shorter time.
        """
        self.refuse()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_S):  # behind a watcher that does not read
                await self._health.enter_graceful_shutdown()
        await asyncio.gather(*self._work_ends(within_s))
        if self._door is not None:
            await self._door.close()
        await self._server.stop(min(within_s, LAST_WORDS_S))
        with contextlib.suppress(RuntimeError):  # no thread can be started any more
            await self._service.live.close()
            await asyncio.to_thread(self._workers.shutdown)
        self.close()

    def _work_ends(self, within_s: float) -> list[Coroutine[Any, Any, None]]:
        """What waits for streams and jobs to end, at most `within_s`."""

        async def streams() -> None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within_s):
                    while len(self._service.streams):
                        await asyncio.sleep(DRAIN_POLL_S)

        return [streams()] + ([self._jobs.close(within_s)] if self._jobs else [])

    def close(self) -> None:
        """Remove the files of clients; nothing is logged or measured any more."""
        while self._endings:
            self._endings.pop()()

    def _add_services(self, ask_to_end: Callable[[], None]) -> None:
        """Have the port answer for every service."""
        options, runner = self._options, self._runner
        synthesis_pb2_grpc.add_SynthesisServiceServicer_to_server(self._service, self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        operations = ServerService(options, self._service.streams, self._jobs, ask_to_end)
        server_pb2_grpc.add_ServerServiceServicer_to_server(operations, self._server)
        inference = serve_inference(runner.bundle, options, self._service, self._server)
        names = [NAME, SERVER_NAME, inference, health.SERVICE_NAME, reflection.SERVICE_NAME]
        if self._jobs is not None:
            names += NAMES
            streams = self._service.streams
            serve_jobs(self._jobs, runner, options, streams, self._watches, self._server)
        if options.reflection:
            reflection.enable_server_reflection(names, self._server)

    def _observe(self, runner: Runner) -> None:
        """Have calls logged and counted, where that is asked for."""
        options, service = self._options, self._service
        if options.access_log:
            log = AccessLog(options.access_log)
            self._observers.append(log)
            self._endings.append(log.close)
        if options.metrics_listen:
            from mimo_runtime.serving.metrics import Metrics

            metrics = Metrics(
                runner.bundle,
                service.admission,
                service.live.admission,
                service.open_streams,
                self._jobs,
            )
            self._endings.append(metrics.serve(options.metrics_listen))
            self._observers.append(metrics)

    async def _open_http(self) -> str:
        """Open the HTTP door, where one is asked for; its address, or nothing."""
        options, jobs = self._options, self._jobs
        if not options.http_listen or jobs is None:
            return ""
        door = http_door(self._runner.bundle, jobs, options, self._tokens, self._observers,
                         self._service.streams)  # fmt: skip
        address = await door.open(options.http_listen)
        self._door = door
        return address

    def _add_port(self, listen: str) -> int:
        check_listen(listen, self._options)
        credentials = server_credentials(self._options)
        try:
            if credentials is None:
                return self._server.add_insecure_port(listen)
            return self._server.add_secure_port(listen, credentials)
        except RuntimeError:
            raise InvalidRequestError(
                f"Cannot listen on {listen}: the port is taken or the host is not this "
                "machine's; choose another address."
            ) from None
