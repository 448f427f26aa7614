import asyncio

import pytest

from mimo_runtime.serving import pace


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now_s = [100.0]
    monkeypatch.setattr(pace.time, "monotonic", lambda: now_s[0])
    return now_s


def wait(client: pace.Pace, clock: list[float], seconds: float) -> None:
    """Wait for a client that takes so long."""

    async def scenario() -> None:
        async with client.waiting():
            clock[0] += seconds

    asyncio.run(scenario())


def test_bytes_restore_what_waiting_uses_up(clock: list[float]) -> None:
    client = pace.Pace(patience_s=30, min_bytes_per_s=100)
    wait(client, clock, 20)
    assert client.lag_s == pytest.approx(20)
    client.moved(0)
    assert client.lag_s == pytest.approx(20)
    client.moved(500)
    assert client.lag_s == pytest.approx(15)
    client.moved(1_000_000)
    assert client.lag_s == 0
    wait(client, clock, 10)
    client.restore()
    assert client.lag_s == 0


def test_a_client_that_is_too_slow_for_long_is_late() -> None:
    client = pace.Pace(patience_s=0.2, min_bytes_per_s=1000)

    async def scenario() -> None:
        while True:
            async with client.waiting():
                await asyncio.sleep(0.01)
            client.moved(1)  # 100 a second

    with pytest.raises(TimeoutError):
        asyncio.run(scenario())
    assert client.lag_s >= 0.19
