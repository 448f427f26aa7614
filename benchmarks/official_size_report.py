"""The table of what the official size costs, from the file of `benchmarks.official_size`."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.gpu_parts.report import Value, table


def official_size(path: Path) -> Iterator[str]:
    """Paragraphs; none where nothing was measured."""
    if not path.exists():
        return
    yield "## The official size"
    result = json.loads(path.read_text("utf-8"))
    yield (
        f"`{result['command']}`, {result['date']}, {result['machine']}, {result['cores']} cores "
        "that others used at the same time: compare CPU seconds. Weights are random. Memory is "
        "what cannot be taken back; files that are mapped come on top where there is room. "
        "Libraries are what a single pass held of it before its component was loaded. Foreseen is "
        "what the program asks for on top of them before it begins. Steps of the command that are "
        "missing here have not been recorded yet."
    )
    yield table([_row(title, facts) for title, facts in result["steps"].items()])


def _row(title: str, facts: Mapping[str, Any]) -> Mapping[str, Value]:
    foreseen_bytes = facts["foreseen_bytes"]
    before_bytes = facts.get("before_bytes", 0)
    return {
        "step": title,
        "ended": "yes" if facts["exit_code"] == 0 else f"no ({facts['exit_code']})",
        "CPU s": round(facts["cpu_s"]),
        "s": round(facts["wall_s"]),
        "memory GB": facts["anonymous_bytes"] / 1e9,
        "libraries GB": before_bytes / 1e9 if before_bytes else None,
        "with files GB": facts["resident_bytes"] / 1e9,
        "foreseen GB": None if foreseen_bytes is None else foreseen_bytes / 1e9,
    }
