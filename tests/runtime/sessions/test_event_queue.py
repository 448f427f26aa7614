import asyncio
import threading

import pytest

from mimo_runtime.errors import CancelledError
from mimo_runtime.sessions.event_queue import EventQueue


def test_items_come_in_order_and_the_end_ends_the_reader() -> None:
    async def scenario() -> list[int]:
        queue: EventQueue[int] = EventQueue(capacity=2)

        def work() -> None:
            for item in range(100):
                queue.put(item)
            queue.end()

        worker = asyncio.create_task(asyncio.to_thread(work))
        items = [item async for item in queue]
        await worker
        return items

    assert asyncio.run(scenario()) == list(range(100))


def test_a_slow_reader_holds_the_writer_back() -> None:
    async def scenario() -> list[int]:
        queue: EventQueue[int] = EventQueue(capacity=3)
        ahead = []
        put = 0

        def work() -> None:
            nonlocal put
            for item in range(20):
                queue.put(item)
                put += 1
            queue.end()

        worker = asyncio.create_task(asyncio.to_thread(work))
        async for item in queue:
            await asyncio.sleep(0.002)
            ahead.append(put - item)
        await worker
        return ahead

    # One item is in the reader's hands, three lie in the queue.
    assert max(asyncio.run(scenario())) <= 4


def test_closing_wakes_a_writer_that_waits() -> None:
    async def scenario() -> None:
        queue: EventQueue[str] = EventQueue(capacity=1)
        queue.put("fills it")
        waiting = threading.Event()

        def work() -> None:
            waiting.set()
            queue.put("has to wait")

        worker = asyncio.create_task(asyncio.to_thread(work))
        await asyncio.to_thread(waiting.wait)
        queue.close()
        with pytest.raises(CancelledError):
            await worker
        with pytest.raises(CancelledError):
            queue.put("too late")

    asyncio.run(scenario())
