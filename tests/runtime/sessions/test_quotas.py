"""Quotas: who has taken too much is kept out, and nobody else; later it may come again."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.errors import BusyError, InvalidRequestError, MediaError
from mimo_runtime.sessions.quotas import DAY_S, Quota, Quotas, Usage, read_quotas

NOON_S = 1000 * DAY_S + DAY_S / 2


class Clock:
    def __init__(self) -> None:
        self.now_s = NOON_S

    def __call__(self) -> float:
        return self.now_s


def test_streams_at_once() -> None:
    quotas = Quotas(by_caller={"ann": Quota(streams=1)})
    with quotas.stream("ann"):
        with pytest.raises(BusyError, match="1 streams open"), quotas.stream("ann"):
            pass
        with quotas.stream("bob"), quotas.stream("bob"):
            pass
    with quotas.stream("ann"):
        pass


def test_device_seconds_until_midnight() -> None:
    clock = Clock()
    quotas = Quotas(Quota(device_s_per_day=10), now_s=clock)
    with quotas.stream("ann") as usage:
        usage.device_s = 11.0
    with pytest.raises(BusyError, match="11 of its 10 device seconds of today; try again in 43200"):
        quotas.check("ann")
    quotas.check("bob")
    clock.now_s += DAY_S / 2
    quotas.check("ann")


def test_pixels_a_second_on_average() -> None:
    clock = Clock()
    quotas = Quotas(Quota(pixels_per_s=100), now_s=clock)
    quotas.charge("ann", Usage(pixels=6000))
    quotas.check("ann")  # a minute's may be taken at once
    quotas.charge("ann", Usage(pixels=1000))
    with pytest.raises(BusyError, match="try again in 10 s"):
        quotas.check("ann")
    clock.now_s += 10
    quotas.check("ann")


def test_a_clock_that_is_set_back_owes_nobody_anything() -> None:
    clock = Clock()
    quotas = Quotas(Quota(pixels_per_s=100), now_s=clock)
    quotas.charge("a", Usage(pixels=5000))
    clock.now_s -= 3600
    quotas.check("a")


@given(st.lists(st.tuples(st.floats(0, 100), st.integers(0, 10_000)), max_size=30))
def test_nobody_makes_more_than_its_rate_and_a_minute(steps: list[tuple[float, int]]) -> None:
    clock, made = Clock(), 0
    quotas = Quotas(Quota(pixels_per_s=100), now_s=clock)
    for wait_s, pixels in steps:
        clock.now_s += wait_s
        try:
            with quotas.stream("ann") as usage:
                usage.pixels = pixels
                made += pixels
        except BusyError:
            pass
        assert made <= 100 * (clock.now_s - NOON_S) + 100 * 60 + 10_000  # and the one that is late


def failed_after(device_s: float, usage: Usage) -> None:
    usage.device_s = device_s
    raise MediaError("Torn.")


def test_a_stream_that_fails_is_charged_too() -> None:
    quotas = Quotas(Quota(streams=1, device_s_per_day=1))
    with pytest.raises(MediaError), quotas.stream("ann") as usage:
        failed_after(2.0, usage)
    with pytest.raises(BusyError, match="device seconds"):
        quotas.check("ann")


def test_a_file(tmp_path: Path) -> None:
    file = tmp_path / "quotas.toml"
    file.write_text("[default]\nstreams = 2\n\n[studio]\nstored_bytes = 1e9\n")
    quotas = read_quotas(file)
    assert quotas.of("anybody") == Quota(streams=2)
    assert quotas.of("studio") == Quota(stored_bytes=1e9)
    for text in ("streams = 2", "[a]\nstream = 1", "[a]\nstreams = 0", "[a]\nstreams = true", "["):
        file.write_text(text)
        with pytest.raises(InvalidRequestError):
            read_quotas(file)
    with pytest.raises(InvalidRequestError, match="cannot be read"):
        read_quotas(tmp_path / "none")
