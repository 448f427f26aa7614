"""Seeded random inputs of the attentions, made on the device."""

from dataclasses import dataclass

import torch
from torch import Tensor

from benchmarks.gpu_parts.sizes import Level, Size


@dataclass(frozen=True, slots=True)
class AttentionInputs:
    """q, k, v [rows, length, width] as thirds of one packed tensor; K and V of the reference."""

    q: Tensor
    k: Tensor
    v: Tensor
    k_ref: Tensor
    v_ref: Tensor


def attention_inputs(
    size: Size, level: Level, dtype: torch.dtype, device: torch.device, seed: int = 0
) -> AttentionInputs:
    """Normal numbers for two branches of a window."""
    draw = torch.Generator(device).manual_seed(seed)
    rows, length, width = 2 * size.frames, level.length, level.width
    packed = torch.randn(rows, length, 3 * width, generator=draw, device=device, dtype=dtype)
    q, k, v = packed.chunk(3, dim=-1)
    reference = torch.randn(2, length, width, generator=draw, device=device, dtype=dtype)
    return AttentionInputs(q, k, v, reference[0], reference[1])


def position_tables(
    frames: int, width: int, dtype: torch.dtype, device: torch.device
) -> tuple[Tensor, Tensor, Tensor]:
    """Three tables [frames, width] as thirds of one."""
    draw = torch.Generator(device).manual_seed(99)
    table = torch.randn(frames, 3 * width, generator=draw, device=device, dtype=dtype)
    q, k, v = table.chunk(3, dim=-1)
    return q, k, v
