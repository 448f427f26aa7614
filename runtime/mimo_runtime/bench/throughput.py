"""The same load with more and more streams: what all of them get, and what each does."""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mimo_runtime.bench.live_load import LiveLoad, LoadRun, run_load
from mimo_runtime.bench.report import STYLE, origin_values
from mimo_runtime.bench.samples import figures
from mimo_runtime.errors import BusyError

SCHEMA = "mimo-bench-throughput/1"
_COLUMNS = {
    "streams": "streams",
    "refused": "refused",
    "frames_per_s": "frames a second in all",
    "frames_per_s_each": "each",
    "chunk_frames": "frames of a chunk",
    "busy": "engine busy for each",
    "agreed_ms": "agreed, ms",
    "deadline_misses": "deadline misses",
    "dropped": "dropped",
    "most_on_their_way": "most on their way",
    "first_frame_p50_ms": "first frame p50, ms",
    "first_frame_max_ms": "max, ms",
    "motion_to_photon_p50_ms": "motion to photon p50, ms",
    "motion_to_photon_p99_ms": "p99, ms",
    "inter_frame_p99_ms": "interval p99, ms",
    "presented_interval_p99_ms": "presented interval p99, ms",
    "presented_interval_p99_periods": "in periods",
}
_WIDTH, _ROW_PX = 560, 26


@dataclass(frozen=True, slots=True)
class ThroughputRow:
    """One number of streams: `run` is None where the server took none of them."""

    asked: int
    run: LoadRun | None


def run_throughput(
    load: LiveLoad, counts: Sequence[int], on_row: Callable[[ThroughputRow], None]
) -> list[ThroughputRow]:
    """Play `load` with each number of streams, one after the other.

    A stream that the server refuses, since it would break others, is counted and not an error.

    Raises:
        MimoError: why one ended early.
    """
    rows = []
    for count in counts:
        try:
            row = ThroughputRow(count, run_load(replace(load, streams=count), lambda _: None, True))
        except BusyError:
            row = ThroughputRow(count, None)
        rows.append(row)
        on_row(row)
    return rows


def row_values(row: ThroughputRow) -> dict[str, Any]:
    """The figures of a row; times in milliseconds, None where nothing came.

    The plan is that of its first stream.
    """
    if row.run is None:
        return dict.fromkeys(_COLUMNS) | {"streams": 0, "refused": row.asked}
    run, found = row.run, figures(row.run.streams)
    streams: int = len(run.streams)
    frames_per_s = float(str(found["frames_per_s"]))
    values: dict[str, Any] = {
        "streams": streams,
        "refused": run.refused,
        "frames_per_s": frames_per_s,
        "frames_per_s_each": frames_per_s / streams,
        "chunk_frames": run.ready.chunk_frames,
        "busy": run.ready.busy,
        "agreed_ms": run.ready.agreed_ms,
        "deadline_misses": found["deadline_misses"],
        "dropped": found["dropped"],
        "most_on_their_way": found["most_on_their_way"],
    }
    for column, (name, percentile) in _PERCENTILES.items():
        distribution = found[name]
        assert isinstance(distribution, dict)
        values[column] = distribution.get(percentile)
    shown_ms, period_ms = values["presented_interval_p99_ms"], run.streams[0].period_s * 1000
    values["presented_interval_p99_periods"] = shown_ms and shown_ms / period_ms
    return {column: values[column] for column in _COLUMNS}


_PERCENTILES = {
    "first_frame_p50_ms": ("first_frame_ms", "p50"),
    "first_frame_max_ms": ("first_frame_ms", "max"),
    "inter_frame_p99_ms": ("inter_frame_ms", "p99"),
    "motion_to_photon_p50_ms": ("motion_to_photon_ms", "p50"),
    "motion_to_photon_p99_ms": ("motion_to_photon_ms", "p99"),
    "presented_interval_p99_ms": ("presented_interval_ms", "p99"),
}


def throughput_values(
    load: LiveLoad, rows: Sequence[ThroughputRow], command: str
) -> dict[str, Any]:
    """What report.json holds."""
    ready = next((row.run.ready for row in rows if row.run is not None), None)
    return {
        **origin_values(SCHEMA, command),
        "bundle": ready and {"name": ready.bundle.name, "sha256": ready.bundle.model_sha256},
        "load": {
            "seconds": load.seconds,
            "rate_fps": float(load.settings.rate_fps),
            "credits": load.credits,
            "policy": str(load.settings.policy),
            "latency_ms": load.settings.latency_s and load.settings.latency_s * 1000,
        },
        "rows": [row_values(row) for row in rows],
    }


def throughput_page(values: dict[str, Any]) -> str:
    """The page, HTML with its picture in it."""
    head = "".join(f"<th>{html.escape(name)}</th>" for name in _COLUMNS.values())
    body = "".join(
        "<tr>" + "".join(f"<td>{_cell(row[name])}</td>" for name in _COLUMNS) + "</tr>"
        for row in values["rows"]
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Live throughput</title>'
        f"<style>{STYLE}</style><h1>Live throughput</h1>"
        f"<table><tr>{head}</tr>{body}</table>"
        f"<h2>Frames a second in all</h2>{_bars(values['rows'])}"
        f"<p><code>{html.escape(values['command'])}</code><br>{html.escape(values['time'])}, "
        f"{html.escape(values['client']['system'])}</p></html>\n"
    )


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.5g}"


def _bars(rows: Sequence[dict[str, Any]]) -> str:
    most = max((row["frames_per_s"] or 0 for row in rows), default=0) or 1
    drawn = ""
    for number, row in enumerate(rows):
        top, rate = number * _ROW_PX, row["frames_per_s"] or 0
        label = f"{row['streams']} streams: {rate:.2f}"
        drawn += (
            f'<rect x="0" y="{top}" width="{rate / most * _WIDTH:.1f}" height="18" fill="#9ec5fe"/>'
            f'<text x="6" y="{top + 13}" font-size="12">{label}</text>'
        )
    height = len(rows) * _ROW_PX
    return f'<svg viewBox="0 0 {_WIDTH} {height}" role="img">{drawn}</svg>'
