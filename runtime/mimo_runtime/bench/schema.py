"""The JSON schemas of reports, as they are published."""

from pathlib import Path


def schema_text(report: str) -> str:
    """The schema of a `latency`, `throughput` or `waterfall` report, JSON Schema 2020-12."""
    return (Path(__file__).parent / f"{report}.schema.json").read_text(encoding="utf-8")
