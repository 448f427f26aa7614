"""Two reports beside each other: a difference that is there is found, noise is none."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mimo_runtime.bench.compare import differences, read_report
from mimo_runtime.bench.report import SCHEMA
from mimo_runtime.errors import InvalidRequestError, MediaError


def report(seed: int, shift_ms: float = 0.0, frames: int = 400) -> dict[str, Any]:
    """Latencies that wander slowly, so that frames which follow each other are alike."""
    generator = np.random.default_rng(seed)
    wander = np.convolve(generator.normal(0, 10, frames + 5), np.ones(5) / 5, "valid")[:frames]
    values = 200 + shift_ms + wander + generator.normal(0, 1, frames)
    samples = [values[: frames // 2].tolist(), values[frames // 2 :].tolist()]
    return {
        "schema": SCHEMA,
        "load": {"rate_fps": 10.0},
        "samples_ms": {"motion_to_photon": samples, "presented_interval": samples},
    }


def test_a_difference_is_found_with_its_size() -> None:
    for shift, verdict in ((20.0, "slower"), (-20.0, "faster")):
        found = differences(report(1), report(1, shift), 300)
        median = found[0]
        assert (median.name, median.percentile) == ("motion to photon", 50)
        assert median.is_sure
        assert median.low_ms < shift < median.high_ms
        assert median.sentence.endswith(f"{verdict}.")
    assert [(each.name, each.percentile) for each in found] == [
        ("motion to photon", 50),
        ("motion to photon", 99),
        ("presented interval", 50),
        ("presented interval", 99),
    ]


def test_of_equal_ones_about_one_in_twenty_is_said_to_differ() -> None:
    """Frames drawn by themselves would say so of most: they are alike for a second."""
    sure = [differences(report(seed), report(seed + 100), 200)[0].is_sure for seed in range(12)]
    assert sum(sure) <= 3


def test_the_same_report_differs_by_nothing() -> None:
    (median, *_) = differences(report(3), report(3), 300)
    assert median.before_ms == median.after_ms
    assert not median.is_sure
    assert "no sure difference" in median.sentence


def test_reports_are_read_from_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text(json.dumps(report(1)))
    assert read_report(tmp_path) == read_report(tmp_path / "report.json") == report(1)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "mimo-bench-throughput/1"}'])
def test_what_is_no_report_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(text)
    with pytest.raises(InvalidRequestError, match="no report of the kind"):
        read_report(path)


def test_a_missing_report_is_told(tmp_path: Path) -> None:
    with pytest.raises(MediaError):
        read_report(tmp_path)


def test_a_report_without_frames_is_told() -> None:
    empty = report(1) | {"samples_ms": {"motion_to_photon": [[]], "presented_interval": [[]]}}
    with pytest.raises(InvalidRequestError, match="no frame to compare"):
        differences(report(1), empty, 2)
