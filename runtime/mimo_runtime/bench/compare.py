"""Two reports of live latency, one beside the other, with how sure a difference is.

A difference of percentiles has a 95 % interval by a moving block bootstrap (Künsch 1989): frames
that follow each other are alike, so that blocks of a second are drawn and not frames.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.bench.report import SCHEMA
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.files import read_input

RESAMPLES = 2000
_SEED = 7
_WITHIN = (2.5, 97.5)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Difference:
    """A percentile of A and of B in milliseconds, and the interval of B - A."""

    name: str
    percentile: float
    before_ms: float
    after_ms: float
    low_ms: float
    high_ms: float

    @property
    def is_sure(self) -> bool:
        """Whether the interval leaves out that there is none."""
        return self.low_ms > 0 or self.high_ms < 0

    @property
    def sentence(self) -> str:
        """What it means, for a person."""
        change = self.after_ms - self.before_ms
        verdict = "no sure difference"
        if self.is_sure:
            verdict = "faster" if change < 0 else "slower"
        return (
            f"{self.name} p{self.percentile:g}: {self.before_ms:.1f} ms, then {self.after_ms:.1f} "
            f"ms ({change:+.1f}, 95 % within {self.low_ms:+.1f} to {self.high_ms:+.1f}): {verdict}."
        )


def read_report(path: Path) -> dict[str, Any]:
    """A report of 'mimo bench latency', the file or its folder.

    Raises:
        MediaError: it cannot be read.
        InvalidRequestError: it is none.
    """
    file = path / "report.json" if path.is_dir() else path
    try:
        values = json.loads(read_input(file))
    except ValueError:
        values = None
    if not isinstance(values, dict) or values.get("schema") != SCHEMA or "samples_ms" not in values:
        raise InvalidRequestError(
            f"{file} is no report of the kind {SCHEMA} with its samples; make one anew with "
            "'mimo bench latency'."
        )
    return values


def differences(
    before: Mapping[str, Any], after: Mapping[str, Any], resamples: int = RESAMPLES
) -> list[Difference]:
    """Of motion to photon and presented intervals, p50 and p99, of two reports.

    `resamples` times as many values again are drawn for each interval.

    Raises:
        InvalidRequestError: one of them has no frame.
    """
    found = []
    for name in ("motion_to_photon", "presented_interval"):
        sides = [_streams(report, name) for report in (before, after)]
        blocks = [max(1, round(report["load"]["rate_fps"])) for report in (before, after)]
        for percentile in (50.0, 99.0):
            found.append(_difference(name.replace("_", " "), percentile, sides, blocks, resamples))
    return found


def _streams(report: Mapping[str, Any], name: str) -> list[Floats]:
    samples = [np.array(each, np.float64) for each in report["samples_ms"][name] if each]
    if not samples:
        raise InvalidRequestError(f"A report has no frame to compare ({name}); measure for longer.")
    return samples


def _difference(
    name: str,
    percentile: float,
    sides: Sequence[list[Floats]],
    blocks: Sequence[int],
    resamples: int,
) -> Difference:
    generator = np.random.default_rng(_SEED)
    before, after = (float(np.percentile(np.concatenate(side), percentile)) for side in sides)
    drawn = [
        [_percentile_drawn(side, block, percentile, generator) for _ in range(resamples)]
        for side, block in zip(sides, blocks, strict=True)
    ]
    low, high = np.percentile(np.array(drawn[1]) - np.array(drawn[0]), _WITHIN)
    return Difference(name, percentile, before, after, float(low), float(high))


def _percentile_drawn(
    streams: list[Floats], block: int, percentile: float, generator: np.random.Generator
) -> float:
    """The percentile of as many values again, drawn in blocks within each stream."""
    parts = []
    for values in streams:
        length = min(block, len(values))
        count = -(-len(values) // length)
        starts = generator.integers(0, len(values) - length + 1, count)
        drawn = values[(starts[:, None] + np.arange(length)).ravel()]
        parts.append(drawn[: len(values)])
    return float(np.percentile(np.concatenate(parts), percentile))
