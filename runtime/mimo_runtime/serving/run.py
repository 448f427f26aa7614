"""A server process: from a bundle until it is told to end."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import Callable

from mimo_runtime.bundle import Bundle
from mimo_runtime.runner.process import ProcessRunner
from mimo_runtime.serving.address import check_listen
from mimo_runtime.serving.ending import GRACE_S, end_after, end_now
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.serving.server import LAST_WORDS_S, Server

OnMessage = Callable[[str], None]


def serve(bundle: Bundle, listen: str, options: ServerOptions, report: OnMessage) -> None:
    """Serve a bundle on `HOST:PORT` until SIGTERM or SIGINT; a second signal ends at once.

    `report` is told, a sentence at a time, what the server does. The port opens after a dry pass.

    Raises:
        InvalidRequestError: the address or the TLS files cannot be used.
        BundleError: the bundle cannot be used.
    """
    check_listen(listen, options)
    runner = start_engines(bundle, options, report)
    settle()
    try:
        asyncio.run(_serve(runner, listen, options, report))
    finally:
        runner.close()


def settle() -> None:
    """Have nothing in this process take longer than the frame that it interrupts.

    OpenCV works in one thread: others that it wakes to turn a picture's colours spin for longer
    than they help. The garbage collector does not go through what was loaded until now, for which
    all streams would stop.
    """
    import cv2

    cv2.setNumThreads(1)
    gc.collect()
    gc.freeze()


def start_engines(bundle: Bundle, options: ServerOptions, report: OnMessage) -> ProcessRunner:
    """Start the engine process on a bundle, reporting the memory and time of its dry pass.

    Raises:
        BundleError: the bundle cannot be used.
    """
    report(f"Loading {bundle.folder}.")
    runner = ProcessRunner(bundle, options.engine, options.threads, report=report)
    dry = runner.ready
    report(f"Dry pass: {dry.seconds:.2f} s; {dry.resident_bytes / 2**20:.0f} MiB resident.")
    return runner


async def _serve(
    runner: ProcessRunner, listen: str, options: ServerOptions, report: OnMessage
) -> None:
    asked = asyncio.Queue[None]()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.put_nowait, None)
    server = Server(runner, options, lambda: asked.put_nowait(None))
    address = await server.open(listen)
    for sentence in server.sentences:
        report(sentence)
    if server.http_address:
        report(f"HTTP on {server.http_address}.")
    report(f"Serving on {address}.")
    await asked.get()
    end_after(options.drain_s + GRACE_S)
    server.refuse()
    report(f"Ending: open streams have {options.drain_s:g} s to finish. Ask again to end at once.")
    hurry = asyncio.create_task(_hurry(server, runner, asked))
    await server.drain(options.drain_s)
    hurry.cancel()


async def _hurry(server: Server, runner: ProcessRunner, asked: asyncio.Queue[None]) -> None:
    """At a second signal end at once, whatever is waited for; nothing of clients stays."""
    await asked.get()
    end_after(GRACE_S)
    runner.kill()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LAST_WORDS_S):
            await server.drain(within_s=0)
    server.close()
    end_now()
