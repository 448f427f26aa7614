"""The command that a report names holds no place of the machine that ran it."""

import json
import re
import sys
from pathlib import Path

import pytest

from benchmarks.command_line import command_line

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"


def test_places_are_left_out_and_all_else_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["x", "--runs", "3", "--sheet", "/some/where/s.png", "--json=/else/r.json", "a/b.mp4"]
    monkeypatch.setattr(sys, "argv", words)
    expected = "python -m benchmarks.one --runs 3 --sheet s.png --json=r.json a/b.mp4"
    assert command_line("one") == expected


@pytest.mark.parametrize("path", sorted(RESULTS.glob("*.json")), ids=lambda path: path.stem)
def test_no_result_that_is_kept_names_a_place(path: Path) -> None:
    command = json.loads(path.read_text()).get("command", "")
    assert not re.search(r"[ =]/", command)
