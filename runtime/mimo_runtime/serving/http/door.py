"""The port of HTTP: uvicorn in the event loop of the server, and what is asked of it."""

import asyncio
import functools
import socket
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.serving.address import check_listen
from mimo_runtime.serving.http.guard import Doorkeeper, Guarded
from mimo_runtime.serving.http.openapi import document
from mimo_runtime.serving.http.tls import FreshContext
from mimo_runtime.serving.http.uploads import Uploads
from mimo_runtime.serving.http.videos import Videos
from mimo_runtime.serving.spiffe import SCOPE, transport_spiffe_id
from mimo_runtime.wire.address import join_address, split_address

_LONGEST_LAST_WORDS_S = 2


class PatientProtocol(H11Protocol):
    """HTTP/1.1 to a client that has to ask something, whole headers, within its patience."""

    patience_s = 30.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        if name := transport_spiffe_id(transport):
            self.app = _named(self.app, name)
        self._late = self.loop.call_later(self.patience_s, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._late.cancel()
        super().connection_lost(exc)

    def _give_up(self) -> None:
        if self.cycle is None:
            self.transport.close()


def _named(app: Any, spiffe_id: str) -> Any:
    """The same application, told in each request who the client is."""

    async def call(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, SCOPE: spiffe_id}, receive, send)

    return call


class HttpDoor:
    """Answers HTTP for videos and assets. Made inside an event loop."""

    def __init__(self, keeper: Doorkeeper, videos: Videos, uploads: Uploads) -> None:
        self._options = keeper.options
        self._ending = False
        self._app = Starlette(
            routes=routes(keeper, videos, uploads, self._health),
            exception_handlers={HTTPException: functools.partial(_no_such, keeper)},
        )
        self._server: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def open(self, listen: str) -> str:
        """Begin to answer on `HOST:PORT`; the real address where the port was 0.

        Raises:
            InvalidRequestError: the address cannot be had, or not without TLS, or the TLS files
                cannot be used.
        """
        check_listen(listen, self._options)
        host, port = split_address(listen)
        protocol = type(
            "Protocol", (PatientProtocol,), {"patience_s": self._options.idle_timeout_s}
        )
        config = uvicorn.Config(
            self._app, http=protocol, lifespan="off", log_config=None, log_level="error",
            access_log=False, server_header=False, ws="none",
            timeout_keep_alive=max(1, int(self._options.idle_timeout_s)),
            limit_concurrency=self._options.max_connections,
            timeout_graceful_shutdown=_LONGEST_LAST_WORDS_S, proxy_headers=False,
        )  # fmt: skip
        config.load()
        if self._options.tls_certificate is not None:
            config.ssl = FreshContext(self._options).context
        listener = _listener(host, port)
        self._server = uvicorn.Server(config)
        self._server.lifespan = config.lifespan_class(config)
        await self._server.startup(sockets=[listener])
        self._serving = asyncio.create_task(self._server.main_loop())
        return join_address(host, listener.getsockname()[1])

    def refuse(self) -> None:
        """Have health say that the server ends."""
        self._ending = True

    async def close(self) -> None:
        """Answer no more."""
        if self._server is None or self._serving is None:
            return
        server, self._server = self._server, None
        server.should_exit = True
        await self._serving
        await server.shutdown()

    async def _health(self, request: Request, caller: str) -> Response:  # noqa: ARG002
        """Whether the server takes work."""
        word = "ending" if self._ending else "serving"
        return JSONResponse({"status": word}, 503 if self._ending else 200)


def routes(keeper: Doorkeeper, videos: Videos, uploads: Uploads, health: Any) -> list[Route]:
    """Everything that can be asked; openapi.py describes it."""

    def route(method: str, path: str, name: str, handler: Any, **options: bool) -> Route:
        return Route(path, Guarded(keeper, name, handler, **options), methods=[method], name=name)

    async def openapi(request: Request, caller: str) -> Response:  # noqa: ARG001
        asked = [(next(iter(set(each.methods or ()) - {"HEAD"})), each.path, each.name)
                 for each in table]  # fmt: skip
        return JSONResponse(document(asked))

    video, asset = "/v1/videos/{id}", "/v1/assets/{sha256}"
    table = [
        route("GET", "/health", "http.Health", health, is_open=True),
        route("GET", "/openapi.json", "http.OpenApi", openapi, is_open=True),
        route("GET", "/v1/models", "http.ListModels", videos.models),
        route("POST", "/v1/videos", "http.CreateVideo", videos.create, carries_files=True),
        route("GET", "/v1/videos", "http.ListVideos", videos.list),
        route("GET", video, "http.GetVideo", videos.get),
        route("DELETE", video, "http.DeleteVideo", videos.delete),
        route("POST", f"{video}/cancel", "http.CancelVideo", videos.cancel),
        route("GET", f"{video}/content", "http.GetContent", videos.content, carries_files=True),
        route("POST", "/v1/assets", "http.CreateAsset", uploads.create, carries_files=True),
        route("GET", "/v1/assets", "http.ListAssets", uploads.list),
        route("PUT", asset, "http.PutAsset", uploads.put, carries_files=True),
        route("GET", asset, "http.GetAsset", uploads.get),
        route("DELETE", asset, "http.DeleteAsset", uploads.delete),
    ]
    return table


async def _no_such(keeper: Doorkeeper, request: Request, error: Exception) -> Response:
    code = error.status_code if isinstance(error, HTTPException) else 500
    sentence = (
        f"{request.method} {request.url.path[:80]} is nothing that can be asked here; "
        "/openapi.json tells what can."
    )
    content = {"message": sentence, "type": "invalid_request_error", "code": "NOT_FOUND"}
    return JSONResponse({"error": content | {"param": None}}, code, keeper.headers)


def _listener(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise InvalidRequestError(
            f"Cannot listen on {join_address(host, port)}: {error.strerror}; choose another "
            "address."
        ) from error
