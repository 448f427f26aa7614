"""The table of long clips, from the file of `benchmarks.long_clips`."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.gpu_parts.report import Value, table


def long_clips(path: Path) -> Iterator[str]:
    """Paragraphs: what was run, and a row for each clip in each order."""
    result = json.loads(path.read_text("utf-8"))
    yield "## Long clips"
    yield (
        f"`{result['command']}`, {result['date']}, {result['machine']}, {result['threads']} "
        f"thread, {result['steps']} steps, mode corrected, the model of the tests and the painted "
        "template that ships, stretched; on a machine that did other work meanwhile: compare "
        "passes, CPU seconds and memory. Whole clip is the order of the official code, a step of "
        "all windows before the next; rolling is what the program does. Memory is the peak beyond "
        "the loaded engines. The frames of both orders are the same to the bit."
    )
    yield table([_row(clip) for clip in result["clips"]])


def _row(clip: Mapping[str, Any]) -> Mapping[str, Value]:
    return {
        "frames": clip["frames"],
        "order": clip["order"],
        "passes to the first frame": clip["passes_to_first_frame"],
        "passes": clip["passes"],
        "CPU s to the first frame": clip["first_frame_cpu_s"],
        "CPU s": clip["cpu_s"],
        "s to the first frame": clip["first_frame_s"],
        "s": clip["total_s"],
        "memory MiB": round(clip["peak_mib"]),
    }
