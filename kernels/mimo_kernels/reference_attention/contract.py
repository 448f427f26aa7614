"""`mimo::ReferenceAttention`: a frame's tokens attend to themselves and to the character.

Inputs `query`, `key`, `value` [rows, length, width] and `reference_key`, `reference_value`
[reference_length, width]; attributes `heads` and `unconditional_rows`. The first
`unconditional_rows` rows (the unconditional branch) see only their own tokens; all others see the
reference's too, after their own. Output [rows, length, width]. Source: MIMO release, mutual
self-attention.

On a GPU the kernel is `kernel.reference_attention_kernel`; `torch_op` runs it from torch.
"""

import math
from dataclasses import dataclass

import numpy as np

from mimo_kernels.attention import Array, attention_fp64
from mimo_kernels.launch import GRID_LIMITS, Argument, Constant, Dtype, Launch
from mimo_kernels.reference_attention.tiles import reference_tiles
from mimo_kernels.tiles import Tile

NAME = "ReferenceAttention"
ATTRIBUTES = ("heads", "unconditional_rows")

KERNEL = "mimo_kernels.reference_attention.kernel:reference_attention_kernel"
HEAD_SIZES = (8, 160)  # smallest and largest that the kernel takes
INPUTS = ("query", "key", "value", "reference_key", "reference_value")


@dataclass(frozen=True, slots=True)
class Strides:
    """Elements from one row to the next and from one token to the next; columns are adjacent."""

    row: int
    token: int


@dataclass(frozen=True, slots=True)
class ReferenceProblem:
    """All sizes of one call; `reference_key` and `reference_value` are token strides."""

    rows: int
    unconditional_rows: int
    length: int
    reference_length: int
    heads: int
    head_size: int
    query: Strides
    key: Strides
    value: Strides
    reference_key: int
    reference_value: int
    output: Strides

    @classmethod
    def contiguous(
        cls,
        rows: int,
        unconditional_rows: int,
        length: int,
        reference_length: int,
        heads: int,
        head_size: int,
    ) -> "ReferenceProblem":
        """The problem whose tensors have no gaps: what an engine's plugin is given."""
        width = heads * head_size
        own = Strides(length * width, width)
        return cls(
            rows, unconditional_rows, length, reference_length, heads, head_size,
            query=own, key=own, value=own,
            reference_key=width, reference_value=width, output=own,
        )  # fmt: skip

    def unsupported_reason(self) -> str | None:
        """In a sentence why no kernel takes this problem, or None."""
        smallest, largest = HEAD_SIZES
        if not smallest <= self.head_size <= largest:
            return f"The head size is {self.head_size}, outside {smallest}..{largest}."
        if max(self.rows, self.heads) > GRID_LIMITS[2]:
            return f"There are {self.rows} rows and {self.heads} heads, over {GRID_LIMITS[2]}."
        if min(self.rows, self.length, self.heads) < 1:
            return f"{self.rows} rows of {self.length} tokens in {self.heads} heads are empty."
        own = max(s.token for s in (self.query, self.key, self.value, self.output)) * self.length
        extra = max(self.reference_key, self.reference_value) * self.reference_length
        if max(own, extra) >= 2**31:
            return "The tokens of one row span more than 2^31 elements."
        return None


def launches(problem: ReferenceProblem, dtype: Dtype, arch: str) -> tuple[Launch, ...]:
    """The kernel's tactics for `arch` ("sm_90"), best first by table, the smallest last.

    `dtype` is that of all tensors: fp16, bf16, or fp32, which multiplies in full precision. The
    last tactic needs at most 48 KiB of shared memory. Raises ValueError with the sentence of
    `problem.unsupported_reason()`.
    """
    reason = problem.unsupported_reason()
    if reason is not None:
        raise ValueError(f"{reason} Use the plain operators instead.")
    tiles = reference_tiles(arch, problem.head_size, dtype)
    return tuple(_launch(problem, dtype, tile) for tile in tiles)


def reference_attention_fp64(
    query: Array,
    key: Array,
    value: Array,
    reference_key: Array,
    reference_value: Array,
    heads: int,
    unconditional_rows: int,
) -> Array:
    """The operator in fp64; shapes as in the module's text."""
    plain = slice(None, unconditional_rows)
    told = slice(unconditional_rows, None)
    count = len(query) - unconditional_rows
    keys, values = (
        np.concatenate([own[told], np.repeat(extra[None], count, axis=0)], axis=1)
        for own, extra in ((key, reference_key), (value, reference_value))
    )
    return np.concatenate(
        [
            attention_fp64(query[plain], key[plain], value[plain], heads),
            attention_fp64(query[told], keys, values, heads),
        ]
    )


def _launch(problem: ReferenceProblem, dtype: Dtype, tile: Tile) -> Launch:
    arguments = [Argument(name, dtype, "in") for name in INPUTS] + [
        Argument("output", dtype, "out")
    ]
    query_tiles = -(-problem.length // int(tile.constants["query_tile"]))
    return Launch(
        kernel=KERNEL,
        arguments=tuple(arguments),
        constants=_constants(problem) | dict(tile.constants),
        grid=(query_tiles, problem.heads, problem.rows),
        warps=tile.warps,
        stages=tile.stages,
    )


def _constants(problem: ReferenceProblem) -> dict[str, Constant]:
    strided = {"query": problem.query, "key": problem.key, "value": problem.value}
    strided["output"] = problem.output
    told = problem.unconditional_rows < problem.rows
    return {
        "unconditional_rows": problem.unconditional_rows,
        "length": problem.length,
        "reference_length": problem.reference_length if told else 0,
        "head_size": problem.head_size,
        **{f"{name}_row": strides.row for name, strides in strided.items()},
        **{f"{name}_token": strides.token for name, strides in strided.items()},
        "reference_key_token": problem.reference_key,
        "reference_value_token": problem.reference_value,
        "scale": math.log2(math.e) / math.sqrt(problem.head_size),
    }
