"""`Tile`: how one kernel cuts its work; a table of them says which for each chip and head size.

A table is plain data, best first by what the compiler reports (registers, spills, shared memory,
instructions); a run of `benchmarks/gpu.py` may reorder it. The last tile of every row needs no
more than 48 KiB of shared memory, which every launcher grants without asking.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

SMALLEST_SHARED_BYTES = 48 * 1024


@dataclass(frozen=True, slots=True)
class Tile:
    """One tactic: the kernel's tile constants by parameter name, warps and pipeline stages."""

    warps: int
    stages: int
    constants: Mapping[str, int | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TileKey:
    """Where a row of a table applies; None means any.

    `arch` is written as "sm_90", `dtype` as "fp16", `head_size` is in elements.
    """

    arch: str | None = None
    head_size: int | None = None
    dtype: str | None = None


Table = Mapping[TileKey, tuple[Tile, ...]]


def choose(table: Table, arch: str, head_size: int, dtype: str) -> tuple[Tile, ...]:
    """The tiles of the most specific row: dtype before chip before head size.

    Raises ValueError when no row applies.
    """
    for kind in (dtype, None):
        for chip in (arch, None):
            for size in (head_size, None):
                found = table.get(TileKey(chip, size, kind))
                if found is not None:
                    return found
    raise ValueError(f"No tile for head size {head_size} in {dtype} on {arch} is in the table.")


def power_of_two(size: int, least: int = 1) -> int:
    """The smallest power of two that holds `size` and is at least `least`."""
    return max(least, 1 << (size - 1).bit_length())
