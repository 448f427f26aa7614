"""A server process: from a bundle until it is told to end."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

from mimo_runtime.serving.address import check_listen
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.serving.server import Server
from mimo_runtime.synthesis.synthesizer import Synthesizer

Report = Callable[[str], None]


def serve(bundle_dir: Path, listen: str, options: ServerOptions, report: Report) -> None:
    """Serve a bundle on `HOST:PORT` until SIGTERM or SIGINT; a second signal ends at once.

    `report` is told, a sentence at a time, what the server does. The port opens after a dry pass.

    Raises:
        InvalidRequestError: the address or the TLS files cannot be used.
        BundleError: the bundle cannot be used.
    """
    check_listen(listen, options)
    synthesizer = load(bundle_dir, options, report)
    asyncio.run(_serve(synthesizer, listen, options, report))


def load(bundle_dir: Path, options: ServerOptions, report: Report) -> Synthesizer:
    """Load a bundle and run one dry pass, reporting its memory and time.

    Raises:
        BundleError: the bundle cannot be used.
    """
    report(f"Loading {bundle_dir}.")
    synthesizer = Synthesizer.load(bundle_dir, options.threads, options.engine)
    dry = synthesizer.dry_run()
    report(f"Dry pass: {dry.seconds:.2f} s; {dry.resident_bytes / 2**20:.0f} MiB resident.")
    return synthesizer


async def _serve(
    synthesizer: Synthesizer, listen: str, options: ServerOptions, report: Report
) -> None:
    asked = asyncio.Queue[None]()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.put_nowait, None)
    server = Server(synthesizer, options)
    report(f"Serving on {await server.open(listen)}.")
    await asked.get()
    server.refuse()
    report(f"Ending: open streams have {options.drain_s:g} s to finish. Ask again to end at once.")
    hurry = asyncio.create_task(_hurry(server, asked))
    await server.drain(options.drain_s)
    hurry.cancel()


async def _hurry(server: Server, asked: asyncio.Queue[None]) -> None:
    await asked.get()
    await server.drain(within_s=0)
