"""Operations and bytes that an operator cannot do without, and the time they take at least.

An input is read once, an output written once, in two bytes per element. A multiply-add counts as
two operations. Nothing is padded.
"""

from dataclasses import dataclass

from benchmarks.gpu_parts.chips import Rates
from benchmarks.gpu_parts.sizes import Level

ELEMENT_BYTES = 2
FORMULAS = {
    "reference": "scores = heads length (rows length + conditional_rows reference); "
    "flop = 4 head_size scores; bytes = 2 (4 rows length width + 2 reference width); exps = scores",
    "temporal": "scores = branches length heads frames^2; flop = 4 head_size scores; bytes = 2 x 4 "
    "rows length width; exps = scores",
    "floor": "the largest of flop / 790 TFLOP/s, bytes / 4.3 TB/s and exps / (16 per clock and "
    "multiprocessor at 1.755 GHz) on an H200; rates measured in the same run on other chips",
}


@dataclass(frozen=True, slots=True)
class Work:
    """What has to be done."""

    flop: float
    bytes: float
    exps: float

    def floor_ms(self, rates: Rates) -> float:
        """Milliseconds below which no version runs."""
        return 1e3 * max(
            self.flop / rates.flop_per_s,
            self.bytes / rates.bytes_per_s,
            self.exps / rates.exps_per_s,
        )


def reference_work(level: Level, rows: int, unconditional_rows: int) -> Work:
    """Own tokens for all rows, as many of the reference for the conditional rows."""
    pairs = rows * level.length + (rows - unconditional_rows) * level.length
    scores = level.heads * level.length * pairs
    elements = 4 * rows * level.length * level.width + 2 * level.length * level.width
    return Work(4.0 * level.head_size * scores, ELEMENT_BYTES * elements, scores)


def temporal_work(level: Level, branches: int, frames: int) -> Work:
    """Frames of a window at each pixel."""
    scores = branches * level.length * level.heads * frames**2
    elements = 4 * branches * frames * level.length * level.width
    return Work(4.0 * level.head_size * scores, ELEMENT_BYTES * elements, scores)
