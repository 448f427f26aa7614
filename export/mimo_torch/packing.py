"""Weights of an attention's queries, keys and values as one matrix, and its positions projected."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mimo_networks.motion import TemporalAttention
from mimo_networks.transformer import Attention, TransformerBlock
from mimo_networks.unet import UNet


@dataclass(frozen=True, slots=True)
class Packed:
    """`weight` [3 inner, width]; `positions` [table frames, 3 inner] where frames have places."""

    weight: Tensor
    positions: Tensor | None


PackedWeights = Mapping[Attention, Packed]


def pack(denoiser: UNet) -> PackedWeights:
    """Pack every self-attention and temporal attention of a denoiser.

    The parameters that were packed become views of the result, so that they are held once.
    """
    return {attention: _packed(attention) for attention in _attentions(denoiser)}


def _attentions(denoiser: UNet) -> list[Attention]:
    found: list[Attention] = []
    for module in denoiser.modules():
        if isinstance(module, TransformerBlock):
            found.append(module.attn1)
        elif isinstance(module, TemporalAttention):
            found.append(module)
    return found


def _packed(attention: Attention) -> Packed:
    layers = (attention.to_q, attention.to_k, attention.to_v)
    weight = torch.cat([layer.weight.detach() for layer in layers])
    for layer, part in zip(layers, weight.chunk(3), strict=True):
        layer.weight = nn.Parameter(part, requires_grad=False)
    if not isinstance(attention, TemporalAttention):
        return Packed(weight, None)
    table = attention.pos_encoder.pe[0]
    wide = torch.promote_types(weight.dtype, torch.float32)
    projected = table.to(wide) @ weight.to(wide).t()  # rounded once, not at every use
    return Packed(weight, projected.to(weight.dtype))
