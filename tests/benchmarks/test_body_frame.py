"""The benchmark draws the frames that it times, and writes what it found."""

import json
from fractions import Fraction
from pathlib import Path

from benchmarks.body_frame import measure, table, write_results
from mimo_runtime.body.shipped import load_body
from mimo_runtime.motions.procedural import walk


def test_it_times_frames_that_show_the_body(tmp_path: Path) -> None:
    body = load_body()
    measured = measure(body, walk(body.skeleton, 2, Fraction(30)), 48)
    assert 0.05 < measured.covered < 0.4
    assert measured.frames == 2
    write_results(tmp_path / "r.json", [measured])
    (row,) = json.loads((tmp_path / "r.json").read_text())["results"]
    assert row["size_px"] == 48
    assert f"**{row['cpu_ms']:.1f}**" in table([measured])
