import asyncio

import pytest

from mimo_runtime.errors import BusyError, ServerUnreachableError
from mimo_runtime.serving.stream_table import StreamTable, host_of


async def stay(table: StreamTable, peer: str, lag_s: float, settled: bool = False) -> None:
    with table.entered(peer, lambda: lag_s) as entry:
        entry.settled = settled
        await asyncio.Event().wait()


async def started(*streams: "asyncio.Task[None]") -> None:
    await asyncio.sleep(0)
    assert not any(each.done() for each in streams)


def test_the_idlest_of_the_host_with_the_most_makes_room() -> None:
    async def scenario() -> None:
        table = StreamTable(most=4, most_per_host=4)
        lags = {"greedy": [5.0, 9.0, 7.0], "modest": [60.0]}
        tasks = [
            asyncio.create_task(stay(table, f"ipv4:{host}:{port}", lag_s))
            for host, each in lags.items()
            for port, lag_s in enumerate(each)
        ]
        await started(*tasks)
        newest = asyncio.create_task(stay(table, "ipv4:new:1", 0))
        with pytest.raises(BusyError, match="kept this stream waiting"):
            await tasks[1]
        await started(tasks[0], tasks[2], tasks[3], newest)
        assert len(table) == 4

    asyncio.run(scenario())


def test_where_nobody_idles_the_new_one_is_refused() -> None:
    async def scenario() -> None:
        table = StreamTable(most=9, most_per_host=1)
        first = asyncio.create_task(stay(table, "ipv4:a:1", 0.5))
        await started(first)
        with pytest.raises(BusyError, match="try again later"):
            await stay(table, "ipv4:a:2", 0)
        other = asyncio.create_task(stay(table, "ipv4:b:1", 0))
        await started(first, other)

    asyncio.run(scenario())


def test_a_stream_that_its_client_leaves_is_no_eviction() -> None:
    async def scenario() -> None:
        table = StreamTable(1, 1)
        stream = asyncio.create_task(stay(table, "ipv4:a:1", 0))
        await started(stream)
        stream.cancel()
        with pytest.raises(asyncio.CancelledError):
            await stream
        assert len(table) == 0

    asyncio.run(scenario())


def test_an_end_spares_who_is_settled() -> None:
    async def scenario() -> None:
        table = StreamTable(9, 9)
        early = asyncio.create_task(stay(table, "ipv4:a:1", 0))
        working = asyncio.create_task(stay(table, "ipv4:a:2", 0, settled=True))
        await started(early, working)
        table.end_unsettled(lambda: ServerUnreachableError("It ends; go elsewhere."))
        with pytest.raises(ServerUnreachableError):
            await early
        await started(working)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("peer", "host"),
    [
        ("ipv4:10.0.0.7:50312", "10.0.0.7"),
        ("ipv6:%5B::1%5D:50312", "%5B::1%5D"),
        ("unix:/run/mimo.sock", "unix:/run/mimo.sock"),
    ],
)
def test_hosts(peer: str, host: str) -> None:
    assert host_of(peer) == host
