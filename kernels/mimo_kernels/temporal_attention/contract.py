"""`mimo::TemporalAttention`: at each pixel, the frames of a window attend to each other.

Inputs `query`, `key`, `value` [branches * frames, length, width] and `frame_mask` bool [frames],
false for padding frames, which no frame attends to; attributes `heads` and `frames`. Output
[branches * frames, length, width]. Nothing is transposed in memory: a row is a frame. At least one
frame is real. Source: MIMO release, AnimateDiff motion module.

The kernel can also add folded positions, tables [frames, width] that are the position table times
the weight of q, k or v: (x + position) W = x W + position W.

On a GPU the kernel is `kernel.temporal_attention_kernel`; `torch_op` runs it from torch.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mimo_kernels.attention import Array, attention_fp64
from mimo_kernels.launch import GRID_LIMITS, Argument, Constant, Dtype, Launch
from mimo_kernels.reference_attention.contract import Strides
from mimo_kernels.temporal_attention.tiles import pieces, temporal_tiles
from mimo_kernels.tiles import Tile, power_of_two

NAME = "TemporalAttention"
ATTRIBUTES = ("heads", "frames")

KERNEL = "mimo_kernels.temporal_attention.kernel:temporal_attention_kernel"
POSITIONS_KERNEL = "mimo_kernels.temporal_attention.kernel:temporal_positions_kernel"
INPUTS = ("query", "key", "value")
TABLES = ("q_pos", "k_pos", "v_pos")
HEAD_SIZES = (8, 256)  # smallest and largest that the kernel takes
MOST_FRAMES = 32


@dataclass(frozen=True, slots=True)
class TemporalProblem:
    """All sizes of one call; strides of a row (frame) and of a token (pixel).

    `positions` is the dtype of the three tables, None without; `position_row` is how many
    elements lie between the rows of each.
    """

    branches: int
    frames: int
    length: int
    heads: int
    head_size: int
    query: Strides
    key: Strides
    value: Strides
    output: Strides
    positions: Dtype | None = None
    position_row: int = 0

    @classmethod
    def contiguous(
        cls,
        branches: int,
        frames: int,
        length: int,
        heads: int,
        head_size: int,
        positions: Dtype | None = None,
    ) -> "TemporalProblem":
        """The problem whose tensors have no gaps: what an engine's plugin is given."""
        width = heads * head_size
        own = Strides(length * width, width)
        return cls(
            branches, frames, length, heads, head_size,
            query=own, key=own, value=own, output=own, positions=positions,
            position_row=width if positions else 0,
        )  # fmt: skip

    def unsupported_reason(self) -> str | None:
        """In a sentence why no kernel takes this problem, or None."""
        smallest, largest = HEAD_SIZES
        if not smallest <= self.head_size <= largest:
            return f"The head size is {self.head_size}, outside {smallest}..{largest}."
        if self.frames > MOST_FRAMES:
            return f"A window has {self.frames} frames, more than {MOST_FRAMES}."
        if min(self.branches, self.frames, self.length, self.heads) < 1:
            return (
                f"{self.branches} branches of {self.frames} frames, {self.length} pixels are empty."
            )
        if self.branches > GRID_LIMITS[1] or self.length * self.heads > GRID_LIMITS[0]:
            return f"{self.branches} branches of {self.length} pixels are more than a grid holds."
        return None


def launches(problem: TemporalProblem, dtype: Dtype, arch: str) -> tuple[Launch, ...]:
    """The kernel's tactics for `arch` ("sm_90"), best first by table, the smallest last.

    `dtype` is that of q, k, v and the output: fp16, bf16, or fp32, which multiplies in full
    precision. The last tactic needs at most 48 KiB of shared memory. Raises ValueError with the
    sentence of `problem.unsupported_reason()`.
    """
    reason = problem.unsupported_reason()
    if reason is not None:
        raise ValueError(f"{reason} Use the plain operators instead.")
    tiles = temporal_tiles(arch, problem.head_size, dtype)
    return tuple(_launch(problem, dtype, tile) for tile in tiles)


def temporal_attention_fp64(
    query: Array,
    key: Array,
    value: Array,
    frame_mask: NDArray[np.bool_],
    heads: int,
    frames: int,
    positions: Sequence[Array] | None = None,
) -> Array:
    """The operator in fp64; shapes as in the module's text, `positions` for q, k and v."""
    rows, length, width = query.shape
    branches = rows // frames

    def by_pixel(x: Array, table: Array | None) -> Array:
        split = x.reshape(branches, frames, length, width)
        if table is not None:
            split = split + table[:, None]
        return split.swapaxes(1, 2).reshape(branches * length, frames, width)

    bias = np.where(frame_mask, 0.0, -np.inf)
    tables = (None, None, None) if positions is None else positions
    q, k, v = (by_pixel(*pair) for pair in zip((query, key, value), tables, strict=True))
    mixed = attention_fp64(q, k, v, heads, bias)
    return (
        mixed.reshape(branches, length, frames, width).swapaxes(1, 2).reshape(rows, length, width)
    )


def _launch(problem: TemporalProblem, dtype: Dtype, tile: Tile) -> Launch:
    arguments = [Argument(name, dtype, "in") for name in INPUTS]
    arguments.append(Argument("frame_mask", "u8", "in"))
    if problem.positions is not None:
        arguments += [Argument(name, problem.positions, "in") for name in TABLES]
    arguments.append(Argument("output", dtype, "out"))
    heads = min(int(tile.constants["heads"]), power_of_two(problem.heads))
    pixels = int(tile.constants["products"]) // heads
    cut: dict[str, Constant] = {"pixel_tile": pixels, "head_tile": heads}
    split = pieces(problem.head_size, int(tile.constants["columns"]))
    return Launch(
        kernel=KERNEL if problem.positions is None else POSITIONS_KERNEL,
        arguments=tuple(arguments),
        constants=_constants(problem) | cut | split,
        grid=(-(-problem.length // pixels) * -(-problem.heads // heads), problem.branches, 1),
        warps=tile.warps,
        stages=tile.stages,
    )


def _constants(problem: TemporalProblem) -> dict[str, Constant]:
    strided = {"query": problem.query, "key": problem.key, "value": problem.value}
    strided["output"] = problem.output
    span = max(s.row * problem.frames + s.token * problem.length for s in strided.values())
    return {
        "positions": problem.positions is not None,
        "frames": problem.frames,
        "length": problem.length,
        "heads": problem.heads,
        "head_size": problem.head_size,
        "scale": math.log2(math.e) / math.sqrt(problem.head_size),
        **{f"{name}_row": strides.row for name, strides in strided.items()},
        **{f"{name}_token": strides.token for name, strides in strided.items()},
        "position_row": problem.position_row,
        "wide_offsets": span >= 2**31,
        "frame_tile": power_of_two(problem.frames, 16),
    }
