"""Solvers and live streams, as paragraphs of benchmarks/README.md."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.gpu_parts.report import table


def solvers(path: Path) -> Iterator[str]:
    """What `benchmarks.solvers` found, if it was run."""
    if not path.exists():
        return
    found = json.loads(path.read_text("utf-8"))
    yield "## Modes, solvers and steps"
    yield (
        f"`{found['command']}`, {found['date']}, the model that ships, without guidance, as it was "
        f"trained: people it never saw ({found['people']}), {found['frames']} frames of each. "
        "`body_db` is the person beside the truth, `settled_db` beside "
        f"{found['settled_steps']} steps of second order at even angles, `jod` the frames beside "
        "the truth, in just-objectionable differences below 10 (ColorVideoVDP)."
    )
    yield table(found["rows"])


_STREAMS = {
    "asked_ms": "asked ms",
    "streams": "streams",
    "refused": "refused",
    "chunk_frames": "chunk",
    "frames_per_s_each": "frames/s each",
    "agreed_ms": "agreed ms",
    "deadline_misses": "misses",
    "dropped": "dropped",
    "most_on_their_way": "on their way",
    "first_frame_p50_ms": "first ms p50",
    "first_frame_max_ms": "max",
    "motion_to_photon_p50_ms": "way ms p50",
    "motion_to_photon_p99_ms": "p99",
    "presented_interval_p99_periods": "interval p99, periods",
}


def live_throughput(path: Path) -> Iterator[str]:
    """What `benchmarks.live_throughput` found, if it was run."""
    if not path.exists():
        return
    found = json.loads(path.read_text("utf-8"))
    rows = [{said: row[name] for name, said in _STREAMS.items()} for row in found["rows"]]
    shown = [row["interval p99, periods"] for row in rows if row["streams"]]
    even = sum(periods <= found["most_interval_periods"] for periods in shown)
    yield "## Live streams on a server"
    yield (
        f"`{found['command']}`, {found['date']}, {found['cores']} processors for server, engine "
        f"and client, the model that ships, {found['rate_fps']} frames a second of "
        f"{found['size_px'][0]}x{found['size_px'][1]} px, {found['credits']} credits a stream. "
        "Without `asked ms` the latency is the least. `interval` is what a player shows that waits "
        f"until a frame is due: {even} of {len(shown)} rows are within "
        f"{found['most_interval_periods']:g} periods. `on their way` frames were at once at most."
    )
    yield table(rows)


def live_seams(path: Path) -> Iterator[str]:
    """What `benchmarks.live_seams` found, if it was run."""
    if not path.exists():
        return
    found = json.loads(path.read_text("utf-8"))
    yield "## Live streams beside offline"
    minutes, drift = found["drift_frames"] / found["rate_fps"] / 60, ""
    if any("slope_de_per_min" in row for row in found["rows"]):
        drift = (
            " `slope_de_per_min` is how fast the person's mean colour moves, over "
            f"{minutes:.1f} minutes of each stream."
        )
    yield (
        f"`{found.get('command', 'python -m benchmarks.live_seams')}`, {found['date']}, the model "
        f"that ships, {found['frames']} frames made in both ways. `to_offline_db` is the person "
        "beside the same frames made with all of them known; `seam_ratio` the median change into "
        "the first frame of a chunk, of that within chunks; `offline_ratio` is the same places "
        "offline, where there is no seam: what the motion does there. `seam` is the one of the "
        f"other: what chunks do. `jod` is ColorVideoVDP, of whole frames.{drift}"
    )
    yield table([row | {"seam": _seam(row)} for row in found["rows"]])


def _seam(row: dict[str, Any]) -> float | None:
    own, usual = row["seam_ratio"], row["offline_ratio"]
    return own and usual and own / usual
