"""A server in a thread of this process."""

import asyncio
import contextlib
import threading
from concurrent.futures import Future
from types import TracebackType

from mimo_runtime.errors import MimoError
from mimo_runtime.runner.runner import Runner
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.serving.server import Server


class LocalServer:
    """A real server on a free loopback port, in a thread of this process, while in `with`.

    `address` is where it listens, `http_address` where it answers HTTP.
    """

    def __init__(self, runner: Runner, options: ServerOptions | None = None) -> None:
        self.address = self.http_address = ""
        self._runner = runner
        self._options = options or ServerOptions()
        self._opened: Future[str] = Future()
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="mimo-server")

    def __enter__(self) -> "LocalServer":
        self._thread.start()
        self.address = self._opened.result()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with contextlib.suppress(RuntimeError):  # a client had it end, and its loop is closed
            self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        try:
            server = Server(self._runner, self._options, self._end.set)
            address = await server.open("127.0.0.1:0")
            self.http_address = server.http_address
            self._opened.set_result(address)
        except MimoError as error:
            self._opened.set_exception(error)
            return
        await self._end.wait()
        await server.drain(self._options.drain_s)
