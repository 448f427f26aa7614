import asyncio
import threading
from collections.abc import Callable

import pytest

from mimo_runtime.errors import CancelledError, IdleError
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


def test_what_is_kept_elsewhere_comes_in_order_and_holds_nobody_back() -> None:
    async def scenario() -> list[int]:
        kept: list[int] = []

        def keep(item: int) -> Callable[[], int]:
            kept.append(item)
            return lambda: item

        queue: EventQueue[int] = EventQueue(2, keep)
        for item in range(20):
            queue.put(item)  # nobody reads
        queue.end()
        assert kept == list(range(2, 20))
        return [item async for item in queue]

    assert asyncio.run(scenario()) == list(range(20))


@pytest.mark.parametrize("contended", [True, False])
def test_patience_runs_out_only_while_others_wait(contended: bool) -> None:
    async def scenario() -> None:
        queue: EventQueue[int] = EventQueue(1, contended=lambda: contended, patience_s=0.1)
        queue.put(0)
        worker = asyncio.create_task(asyncio.to_thread(queue.put, 1))
        if contended:
            with pytest.raises(IdleError, match="others wait"):
                await worker
        else:
            done, _ = await asyncio.wait([worker], timeout=1.0)
            assert not done
            queue.close()
            with pytest.raises(CancelledError):
                await worker

    asyncio.run(scenario())
