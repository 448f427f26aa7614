"""The benchmark compares like with like and writes what it found."""

import json
from pathlib import Path

import pytest

from benchmarks.denoiser_step import measure, table, write_results
from benchmarks.subjects import SIZES, Size, subjects


def test_both_compute_the_same_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy = Size((32, 32, 32, 32), heads=4, layers=1, frames=3, latent=5, token_width=16)
    monkeypatch.setitem(SIZES, "toy", toy)
    with subjects(toy, threads=1) as pair:
        measured = measure("toy", pair, runs=2)
    assert 0 < measured.largest_difference < 1e-4
    write_results(tmp_path / "r.json", [measured], threads=1)
    (row,) = json.loads((tmp_path / "r.json").read_text())["results"]
    assert row["ratio"] == pytest.approx(row["official_ms"] / row["ours_ms"])
    assert f"**{measured.ratio:.2f}**" in table([measured])
