"""A session or a preparation at work in a thread, its place given back when the work is done."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from contextlib import asynccontextmanager

from mimo_runtime.sessions.event_queue import EventQueue
from mimo_runtime.sessions.preparing import Preparing
from mimo_runtime.sessions.session import Event, Session


@asynccontextmanager
async def at_work(
    session: Session | Preparing, workers: Executor, leave: Callable[[], None]
) -> AsyncIterator[EventQueue[Event]]:
    """What a session says while it works; leaving the block ends it and waits for its thread.

    `leave` is called once, when the work is done, however slowly its events are read.

    Raises:
        MimoError: why the work stopped.
    """
    try:
        work = asyncio.wrap_future(workers.submit(session.work))
    except BaseException:
        leave()
        raise
    work.add_done_callback(lambda _: leave())
    try:
        yield session.events
    finally:
        session.cancel()
        await asyncio.wait([work])
        work.exception()  # which counts as seen, also where the client has left
    work.result()
