"""What oversight costs: two servers, a short stream of each in turn."""

from pathlib import Path

import pytest

from benchmarks.live_oversight import measure


def test_both_servers_serve_and_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIMO_TOKEN", "")  # which is put back
    report = measure(pairs=2, frames=2, folder=tmp_path)
    assert all(ms > 0 for ms in (*report["server_ms"], *report["with_engine_ms"]))
    assert report["with_engine_ms"][0] > report["server_ms"][0]
    assert "bench" in (tmp_path / "overseen" / "access.jsonl").read_text()
    assert not (tmp_path / "plain" / "access.jsonl").exists()
