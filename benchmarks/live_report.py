"""Solvers and live streams, as paragraphs of benchmarks/README.md."""

import json
from collections.abc import Iterator
from pathlib import Path

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
        f"{found['settled_steps']} steps of second order at even angles."
    )
    yield table(found["rows"])


def live_seams(path: Path) -> Iterator[str]:
    """What `benchmarks.live_seams` found, if it was run."""
    if not path.exists():
        return
    found = json.loads(path.read_text("utf-8"))
    yield "## Live streams beside offline"
    drift = ""
    if found.get("slope_de_per_min") is not None:
        minutes = found["drift_frames"] / found["rate_fps"] / 60
        drift = (
            f" The person's mean colour moves {found['slope_de_per_min']:.2f} dE a minute over "
            f"{minutes:.1f} minutes."
        )
    yield (
        f"`python -m benchmarks.live_seams`, {found['date']}, the model that ships, "
        f"{found['frames']} frames. `to_offline_db` is the person beside the same frames made with "
        "all of them known; `seam_ratio` the median change into the first frame of a chunk, of "
        "that within chunks; `offline_ratio` is the same places offline, where there is no seam: "
        f"what the motion does there.{drift}"
    )
    yield table(found["rows"])
