"""The aims that were set before any measurement, each with what was found."""

from collections.abc import Sequence

from benchmarks.gpu_parts.modes import MODES
from benchmarks.gpu_parts.passes import ALL, OFFICIAL, row_of
from benchmarks.gpu_parts.report import Row, Section

SIDE_PX, LIVE_PX = 784, 512
MOST_ERROR = 2.0  # times the error of the official walk at the same precision
# Sum over all operators of the larger of arithmetic and memory time of a guided step at half
# precision, what can be fused fused, at 790 TFLOP/s and 4.3 TB/s.
STEP_FLOORS_MS = {784: 244.0, 512: 83.0}


def aims(attention: Section, passes: Section, modes: Section) -> Section:
    """One row per aim; `met` is empty where it was not measured."""
    ratio, share = _attention(attention.rows)
    found = (
        ("two-source attention at 98x98 over PyTorch's best, x", 1.5, ratio),
        ("two-source attention at 98x98, share of its floor", 0.5, share),
        ("784-px step over official eager, x", 4.0, _ratio(passes, "ms", OFFICIAL, ALL)),
        ("512-px frames per second, 8 steps with guidance on 3", 25.0, _frames_per_s(modes)),
    )
    section = Section("Aims")
    for aim, wanted, value in found:
        met = None if value is None else value >= wanted
        section.rows.append({"aim": aim, "wanted": wanted, "measured": value, "met": met})
    off = _ratio(passes, "error", ALL, OFFICIAL)
    section.rows.append(
        {
            "aim": "784-px step's error over that of official eager, at most",
            "wanted": MOST_ERROR,
            "measured": off,
            "met": None if off is None else off <= MOST_ERROR,
        }
    )
    for side_px, floor_ms in STEP_FLOORS_MS.items():
        row = row_of(passes, side_px, ALL)
        value = floor_ms / float(row["ms"] or 0) if row else None
        section.rows.append({"aim": f"{side_px}-px step, share of its floor", "measured": value})
    return section


def _attention(rows: Sequence[Row]) -> tuple[float | None, float | None]:
    """Speed over the fastest of PyTorch's backends, and share of the floor, of our best tactic."""
    level = [r for r in rows if (r["px"], r["level"], r["kernel"]) == (SIDE_PX, 0, "reference")]
    ours = [r for r in level if str(r["version"]).startswith("ours")]
    theirs = [float(r["ms"] or 0) for r in level if str(r["version"]).startswith("sdpa")]
    if not ours:
        return None, None
    best = min(ours, key=lambda row: float(row["ms"] or 0))
    ratio = min(theirs) / float(best["ms"] or 0) if theirs else None
    return ratio, None if best["of_floor"] is None else float(best["of_floor"])


def _ratio(passes: Section, column: str, over: str, under: str) -> float | None:
    """What one version of the large step has in a column, over what another has."""
    rows = [row_of(passes, SIDE_PX, version) for version in (over, under)]
    if rows[0] is None or rows[1] is None:
        return None
    return float(rows[0][column] or 0) / float(rows[1][column] or 0)


def _frames_per_s(modes: Section) -> float | None:
    for row in modes.rows:
        if (row["px"], row["mode"]) == (LIVE_PX, MODES[-1].name):
            return float(row["frames_per_s"] or 0)
    return None
