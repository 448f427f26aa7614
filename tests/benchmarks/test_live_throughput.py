"""How streams on a server are told of: every row, and how many are shown evenly."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from benchmarks.live_report import live_throughput
from benchmarks.live_throughput import MOST_INTERVAL, SIZE_PX, address_in, load_of
from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.bench.live_load import LoadRun
from mimo_runtime.bench.samples import FrameSample, StreamSamples
from mimo_runtime.bench.throughput import ThroughputRow, row_values

PERIOD_S = 0.2


def row(count: int, late_s: float) -> ThroughputRow:
    """Streams of ten frames, of which the sixth is that late."""
    frames = [
        FrameSample(n * PERIOD_S, n * PERIOD_S + 0.1 + late_s * (n == 5), 0.0, 0.1, 0.001)
        for n in range(10)
    ]
    stream = StreamSamples(PERIOD_S, 0.15, sent=10, most_on_their_way=3, frames=frames)
    ready = pb.LiveReady(chunk_frames=1, busy=0.4, agreed_ms=150)
    return ThroughputRow(count, LoadRun((stream,) * count, ready, 0))


def test_rows_tell_what_a_player_shows_and_what_was_granted() -> None:
    even, uneven = row_values(row(2, 0.0)), row_values(row(1, 0.25))
    assert even["presented_interval_p99_periods"] == pytest.approx(1.0, rel=2e-3)
    assert uneven["presented_interval_p99_periods"] == pytest.approx(2.0, rel=2e-3)
    assert (even["deadline_misses"], uneven["deadline_misses"]) == (0, 1)
    assert (even["most_on_their_way"], even["chunk_frames"], even["agreed_ms"]) == (3, 1, 150)
    refused = row_values(ThroughputRow(4, None))
    assert (refused["streams"], refused["refused"]) == (0, 4)
    assert list(refused) == list(even)


def test_a_paragraph_of_them(tmp_path: Path) -> None:
    rows = [row(1, 0.0), row(2, 0.25), ThroughputRow(4, None)]
    values = {
        "date": "today", "command": "python -m benchmarks.live_throughput", "cores": 2,
        "rate_fps": 5, "size_px": SIZE_PX, "credits": 8, "most_interval_periods": MOST_INTERVAL,
        "rows": [{"asked_ms": None} | row_values(each) for each in rows],
    }  # fmt: skip
    path = tmp_path / "live_throughput.json"
    assert not list(live_throughput(path))
    path.write_text(json.dumps(values), encoding="utf-8")
    _, said, table = live_throughput(path)
    assert "1 of 2 rows are within 1.5 periods" in said
    assert len(table.splitlines()) == 2 + len(rows)


def test_what_is_played() -> None:
    assert address_in("Serving on localhost:50123.") == "localhost:50123"
    load = load_of("localhost:1", Fraction(5), 3.0)
    assert load.settings.rate_fps == 5
    assert (load.settings.camera.width_px, load.settings.camera.height_px) == SIZE_PX
    assert len(load.frames) > 100
