"""Figures of a run, against hand-made frames."""

import json

import pytest

from mimo_runtime.bench.report import report_page
from mimo_runtime.bench.samples import (
    FrameSample,
    StreamSamples,
    figures,
    jitter_s,
    percentiles,
    presented,
)

PERIOD_S = 0.1


def stream(
    latencies_s: list[float], agreed_s: float = 0.2, sent: int | None = None
) -> StreamSamples:
    frames = [
        FrameSample(n * PERIOD_S, n * PERIOD_S + late, 0.01, late - 0.02, 0.005)
        for n, late in enumerate(latencies_s)
    ]
    count = len(frames) if sent is None else sent
    return StreamSamples(PERIOD_S, agreed_s, sent=count, dropped=count - len(frames), frames=frames)


def test_a_stall_is_seen_by_every_frame_that_it_held_back() -> None:
    """A second of silence: eleven frames come at once, and all of them count from their time."""
    held = [1.0 - n * PERIOD_S for n in range(11)]
    found = figures([stream([0.1] * 89 + held)])
    way = found["motion_to_photon_ms"]
    assert isinstance(way, dict)
    assert way["p50"] == pytest.approx(100, rel=2e-3)
    assert way["p95"] > 400
    assert way["max"] == pytest.approx(1000, rel=2e-3)
    assert found["deadline_misses"] == sum(late > 0.2 for late in held)


def test_what_never_came_is_missed() -> None:
    found = figures([stream([0.1] * 8, sent=10), stream([0.3] * 4)])
    assert (found["frames"], found["sent"], found["dropped"]) == (12, 14, 2)
    assert found["deadline_misses"] == 2 + 4
    assert found["frames_per_s"] == pytest.approx(20)


def test_presentation_is_even_unless_a_frame_is_late() -> None:
    even = presented(stream([0.05, 0.2, 0.11, 0.19]))
    assert even == pytest.approx([0.2, 0.3, 0.4, 0.5])
    late = presented(stream([0.1, 0.45, 0.1]))
    assert late == pytest.approx([0.2, 0.55, 0.55])


def test_jitter_is_that_of_rfc_3550() -> None:
    assert jitter_s(stream([0.1] * 5)) == pytest.approx(0)
    assert jitter_s(stream([0.1, 0.26])) == pytest.approx(0.16 / 16)
    assert jitter_s(stream([0.1, 0.26, 0.1])) == pytest.approx(0.01 + (0.16 - 0.01) / 16)


def test_percentiles_of_nothing_and_of_something() -> None:
    assert percentiles([]) == {"count": 0}
    found = percentiles(n / 1000 for n in range(1, 1001))
    assert found["p50"] == pytest.approx(500, rel=2e-3)
    assert found["p99.9"] == pytest.approx(999, rel=2e-3)
    assert found["count"] == 1000


def test_a_page_stands_alone() -> None:
    streams = [stream([0.1, 0.2, 0.15]), stream([0.3])]
    values = {
        "figures": figures(streams),
        "plan": {"reasons": ["Chunks of <2>."], "agreed_ms": 200.0},
        "command": "mimo bench latency",
        "time": "now",
        "client": {"system": "Linux"},
        "bundle": {"name": "tiny"},
    }
    json.dumps(values)
    page = report_page(values, streams)
    assert "Chunks of &lt;2&gt;." in page
    assert page.count("<svg") == 2
    assert "http" not in page
