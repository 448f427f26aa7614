import asyncio
import threading

import pytest

from mimo_runtime.errors import CancelledError
from mimo_runtime.sessions.outbox import Outbox


def test_items_come_in_order_and_the_end_ends_the_reader() -> None:
    async def scenario() -> list[int]:
        outbox: Outbox[int] = Outbox(capacity=2)

        def work() -> None:
            for item in range(100):
                outbox.put(item)
            outbox.end()

        worker = asyncio.create_task(asyncio.to_thread(work))
        items = [item async for item in outbox]
        await worker
        return items

    assert asyncio.run(scenario()) == list(range(100))


def test_a_slow_reader_holds_the_writer_back() -> None:
    async def scenario() -> list[int]:
        outbox: Outbox[int] = Outbox(capacity=3)
        ahead = []
        put = 0

        def work() -> None:
            nonlocal put
            for item in range(20):
                outbox.put(item)
                put += 1
            outbox.end()

        worker = asyncio.create_task(asyncio.to_thread(work))
        async for item in outbox:
            await asyncio.sleep(0.002)
            ahead.append(put - item)
        await worker
        return ahead

    # One item is in the reader's hands, three lie in the outbox.
    assert max(asyncio.run(scenario())) <= 4


def test_closing_wakes_a_writer_that_waits() -> None:
    async def scenario() -> None:
        outbox: Outbox[str] = Outbox(capacity=1)
        outbox.put("fills it")
        waiting = threading.Event()

        def work() -> None:
            waiting.set()
            outbox.put("has to wait")

        worker = asyncio.create_task(asyncio.to_thread(work))
        await asyncio.to_thread(waiting.wait)
        outbox.close()
        with pytest.raises(CancelledError):
            await worker
        with pytest.raises(CancelledError):
            outbox.put("too late")

    asyncio.run(scenario())
