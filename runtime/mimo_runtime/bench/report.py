"""A run as JSON, and as one HTML page that needs nothing else."""

import html
import json
import math
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mimo_runtime import __version__
from mimo_runtime.bench.live_load import LiveLoad, LoadRun
from mimo_runtime.bench.samples import PERCENTILES, StreamSamples, figures, samples_ms
from mimo_runtime.files import write_errors

SCHEMA = "mimo-bench-latency/1"
_WIDTH, _HEIGHT, _MARGIN = 640, 220, 44
STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;"
    "color:#222}table{border-collapse:collapse}td,th{padding:.2rem .8rem .2rem 0;text-align:right}"
    "td:first-child,th:first-child{text-align:left}svg{background:#fafafa}p.reason{color:#555}"
)


def origin_values(schema: str, command: str) -> dict[str, Any]:
    """What every report.json begins with: its schema, and what made it when and where."""
    return {
        "schema": schema,
        "command": command,
        "program": __version__,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "client": {"machine": platform.machine(), "system": platform.platform()},
    }


def report_values(load: LiveLoad, run: LoadRun, command: str) -> dict[str, Any]:
    """What report.json holds: how it was measured, what was planned, every figure."""
    ready = run.ready
    return {
        **origin_values(SCHEMA, command),
        "bundle": {"name": ready.bundle.name, "sha256": ready.bundle.model_sha256},
        "load": {
            "streams": load.streams,
            "seconds": load.seconds,
            "rate_fps": float(load.settings.rate_fps),
            "size_px": [ready.width_px, ready.height_px],
            "credits": load.credits,
            "policy": str(load.settings.policy),
            "latency_ms": load.settings.latency_s and load.settings.latency_s * 1000,
        },
        "plan": {
            "steps": ready.steps,
            "ramp": list(ready.ramp),
            "chunk_frames": ready.chunk_frames,
            "carried_frames": ready.carried_frames,
            "first_frame_ms": ready.first_frame_ms,
            "latency_ms": ready.latency_ms,
            "agreed_ms": ready.agreed_ms,
            "busy": ready.busy,
            "reasons": list(ready.reasons),
        },
        "figures": figures(run.streams),
        "samples_ms": samples_ms(run.streams),
    }


def write_report(folder: Path, values: Mapping[str, Any], page: str) -> None:
    """Write report.json and report.html into `folder`, which is made where it is missing."""
    with write_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.json").write_text(json.dumps(values, indent=2) + "\n")
        (folder / "report.html").write_text(page)


def report_page(values: Mapping[str, Any], streams: Sequence[StreamSamples]) -> str:
    """The page, HTML with its pictures in it."""
    found, plan = values["figures"], values["plan"]
    names = ("first_frame_ms", "motion_to_photon_ms", "inter_frame_ms", "presented_interval_ms")
    rows = {name.removesuffix("_ms").replace("_", " "): found[name] for name in names}
    rows |= {f"stage: {name}": stage for name, stage in found["stages_ms"].items()}
    latencies = [[frame.latency_s * 1000 for frame in stream.frames] for stream in streams]
    counts = (
        f"{found['streams']} streams, {found['frames']} of {found['sent']} frames, "
        f"{found['dropped']} dropped, {found['deadline_misses']} deadline misses, "
        f"{found['frames_per_s']:.2f} frames a second in all, jitter {found['jitter_ms']:.1f} ms."
    )
    reasons = "".join(f'<p class="reason">{html.escape(r)}</p>' for r in plan["reasons"])
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Live latency</title>'
        f"<style>{STYLE}</style><h1>Live latency</h1><p>{html.escape(counts)}</p>{reasons}"
        f"<h2>Milliseconds</h2>{_table(rows)}"
        f"<h2>Motion to photon over time</h2>{_over_time(latencies, plan['agreed_ms'])}"
        f"<h2>Motion to photon by share of frames</h2>{_shares(latencies)}"
        f"<p><code>{html.escape(values['command'])}</code><br>{html.escape(values['time'])}, "
        f"{html.escape(values['client']['system'])}, {html.escape(values['bundle']['name'])}</p>"
        "</html>\n"
    )


def _table(rows: Mapping[str, Mapping[str, float]]) -> str:
    columns = [*(f"p{p:g}" for p in PERCENTILES), "max", "count"]
    head = "".join(f"<th>{column}</th>" for column in ("", *columns))
    body = ""
    for name, row in rows.items():
        cells = "".join(f"<td>{row.get(column, math.nan):.5g}</td>" for column in columns)
        body += f"<tr><td>{html.escape(name)}</td>{cells}</tr>"
    return f"<table><tr>{head}</tr>{body}</table>"


def _over_time(latencies: Sequence[Sequence[float]], agreed_ms: float) -> str:
    longest = max(map(len, latencies), default=1)
    top = max([agreed_ms, *(x for stream in latencies for x in stream)])
    lines = [
        [(index / max(longest - 1, 1), value / top) for index, value in enumerate(stream)]
        for stream in latencies
    ]
    return _picture([*lines, [(0, agreed_ms / top), (1, agreed_ms / top)]], top, "frames")


def _shares(latencies: Sequence[Sequence[float]]) -> str:
    """Latency against the share of frames that took no longer, the rest on a logarithmic axis."""
    ordered = sorted(x for stream in latencies for x in stream)
    if not ordered:
        return ""
    top, most = ordered[-1], math.log10(len(ordered) + 1)
    line = [
        (-math.log10(1 - index / len(ordered)) / most, value / top)
        for index, value in enumerate(ordered)
    ]
    return _picture([line], top, "share of frames: half, 90 %, 99 %, ...")


def _picture(lines: Iterable[Sequence[tuple[float, float]]], top_ms: float, axis: str) -> str:
    """Lines of points in 0..1, as SVG; the last of several is the agreed latency."""
    wide, high = _WIDTH - 2 * _MARGIN, _HEIGHT - 2 * _MARGIN
    drawn = ""
    colours = ("#1f6feb", "#d1242f", "#1a7f37", "#8250df", "#9a6700")
    for number, line in enumerate(lines):
        points = " ".join(
            f"{_MARGIN + x * wide:.1f},{_HEIGHT - _MARGIN - y * high:.1f}" for x, y in line
        )
        colour = colours[number % len(colours)]
        drawn += f'<polyline fill="none" stroke="{colour}" points="{points}"/>'
    label = f'<text x="4" y="{_MARGIN}" font-size="12">{top_ms:.0f} ms</text>'
    label += f'<text x="{_MARGIN}" y="{_HEIGHT - 12}" font-size="12">{html.escape(axis)}</text>'
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">{drawn}{label}</svg>'
