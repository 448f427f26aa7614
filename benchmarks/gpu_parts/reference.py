"""Attention in fp64 on the device, for some rows and queries of a large problem."""

from collections.abc import Sequence

import torch
from torch import Tensor

from benchmarks.gpu_parts.inputs import AttentionInputs

_QUERIES = 192


def sampled_queries(length: int, device: torch.device) -> Tensor:
    """First, last and random tokens."""
    draw = torch.Generator(device).manual_seed(5)
    inside = torch.randint(0, length, (_QUERIES,), generator=draw, device=device)
    ends = torch.tensor([0, length - 1], device=device)
    return torch.cat([ends, inside]).unique()


def reference_fp64(
    inputs: AttentionInputs, row: int, queries: Tensor, heads: int, unconditional_rows: int
) -> Tensor:
    """The operator for one row: [queries, width]."""
    keys, values = inputs.k[row].double(), inputs.v[row].double()
    if row >= unconditional_rows:
        keys = torch.cat([keys, inputs.k_ref.double()])
        values = torch.cat([values, inputs.v_ref.double()])
    return _attend(inputs.q[row, queries].double(), keys, values, heads)


def temporal_fp64(
    inputs: AttentionInputs,
    pixels: Tensor,
    heads: int,
    frames: int,
    frame_mask: Tensor,
    positions: Sequence[Tensor] | None,
) -> Tensor:
    """The operator for some pixels: [branches * frames, pixels, width]."""
    parts = [x[:, pixels].double() for x in (inputs.q, inputs.k, inputs.v)]
    if positions is not None:
        branches = len(parts[0]) // frames
        parts = [
            x + table.double().repeat(branches, 1)[:, None]
            for x, table in zip(parts, positions, strict=True)
        ]
    q, k, v = (x.unflatten(0, (-1, frames)).transpose(1, 2).flatten(0, 1) for x in parts)
    q, k, v = (x.unflatten(-1, (heads, -1)).transpose(1, 2) for x in (q, k, v))
    scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
    scores = scores.masked_fill(~frame_mask, float("-inf"))
    mixed = (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)
    back: Tensor = mixed.unflatten(0, (-1, len(pixels))).transpose(1, 2).flatten(0, 1)
    return back


def relative_error(found: Tensor, wanted: Tensor) -> float:
    """Norm of the difference over the norm; NaN where anything is NaN."""
    return float((found.double() - wanted.double()).norm() / wanted.double().norm())


def _attend(q: Tensor, k: Tensor, v: Tensor, heads: int) -> Tensor:
    q, k, v = (x.unflatten(-1, (heads, -1)).transpose(0, 1) for x in (q, k, v))
    scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
    return (scores.softmax(-1) @ v).transpose(0, 1).flatten(1)
