"""Motion modules: the only place where frames of a window see each other."""

import math

import torch
from torch import Tensor, nn

from mimo_networks.conditions import Conditions
from mimo_networks.config import MOTION_NORM_GROUPS, MotionConfig
from mimo_networks.layers import GroupNorm
from mimo_networks.operators import temporal_attention
from mimo_networks.transformer import (
    Attention,
    FeedForward,
    maps_from_tokens,
    multi_head_attention,
    tokens_from_maps,
)


class PositionTable(nn.Module):
    """Sinusoids of a frame's place in its window, a stored buffer [1, frames, width]."""

    def __init__(self, width: int, frames: int) -> None:
        super().__init__()
        position = torch.arange(frames)[:, None]
        wave = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
        table = torch.zeros(1, frames, width)
        table[0, :, 0::2] = torch.sin(position * wave)
        table[0, :, 1::2] = torch.cos(position * wave)
        self.register_buffer("pe", table)
        self.pe: Tensor


class TemporalAttention(Attention):
    """Self-attention over the frames at each pixel, positions added before q, k and v."""

    def __init__(self, width: int, heads: int, inner: int, table_frames: int) -> None:
        super().__init__(width, heads, width, inner)
        self.pos_encoder = PositionTable(width, table_frames)

    def forward(self, x: Tensor, conditions: Conditions) -> Tensor:
        """Normed tokens [rows, length, width] to the same."""
        return self.project_out(conditions.temporal_attention(self, x))

    def placed(self, x: Tensor, frames: int) -> Tensor:
        """Tokens [rows, length, width] plus the position of each row's frame."""
        by_frame = x.unflatten(0, (-1, frames)) + self.pos_encoder.pe[0, :frames, None]
        return by_frame.flatten(0, 1)

    def mixed(self, x: Tensor, frame_mask: Tensor | None, frames: int) -> Tensor:
        """Attention over the frames at each pixel, before the output projection.

        `frame_mask` bool [frames] is true where a frame is real, None when all are.
        """
        x = self.placed(x, frames)
        q, k, v = self.to_q(x), self.to_k(x), self.to_v(x)
        return temporal_attention(q, k, v, frame_mask, self.heads, frames)

    def mixed_by_pixel(self, x: Tensor, frame_mask: Tensor | None, frames: int) -> Tensor:
        """The same as the official code has it: moved so that a row is a pixel, and moved back."""
        length = x.shape[1]
        x = self.placed(x, frames).unflatten(0, (-1, frames)).transpose(1, 2).flatten(0, 1)
        q, k, v = self.to_q(x), self.to_k(x), self.to_v(x)
        mask = None if frame_mask is None else frame_mask.expand(frames, frames)
        mixed = multi_head_attention(q, k, v, self.heads, mask)
        return mixed.unflatten(0, (-1, length)).transpose(1, 2).flatten(0, 1)


class TemporalBlock(nn.Module):
    """Temporal self-attentions, then a feed-forward, each on normed tokens with a residual."""

    def __init__(self, width: int, config: MotionConfig) -> None:
        super().__init__()
        self.attention_blocks = nn.ModuleList(
            TemporalAttention(width, config.heads, width, config.table_frames)
            for _ in range(config.attentions)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(config.attentions))
        self.ff = FeedForward(width)
        self.ff_norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, conditions: Conditions) -> Tensor:
        """[rows, length, width] to the same."""
        for attention, norm in zip(self.attention_blocks, self.norms, strict=True):
            x = attention(norm(x), conditions) + x
        result: Tensor = self.ff(self.ff_norm(x)) + x
        return result


class TemporalTransformer(nn.Module):
    """Temporal blocks between two linear layers, with a residual around all."""

    def __init__(self, channels: int, config: MotionConfig) -> None:
        super().__init__()
        width = channels // config.heads // config.dim_divisor * config.heads
        self.norm = GroupNorm(MOTION_NORM_GROUPS, channels, eps=1e-6)
        self.proj_in = nn.Linear(channels, width)
        self.transformer_blocks = nn.ModuleList(
            TemporalBlock(width, config) for _ in range(config.blocks)
        )
        self.proj_out = nn.Linear(width, channels)

    def forward(self, x: Tensor, conditions: Conditions) -> Tensor:
        """[rows, channels, h, w] to the same."""
        tokens = self.proj_in(tokens_from_maps(self.norm(x)))
        for block in self.transformer_blocks:
            tokens = block(tokens, conditions)
        return maps_from_tokens(self.proj_out(tokens), x) + x


class MotionModule(nn.Module):
    """The official wrapper around a temporal transformer; it only adds a name."""

    def __init__(self, channels: int, config: MotionConfig) -> None:
        super().__init__()
        self.temporal_transformer = TemporalTransformer(channels, config)

    def forward(self, x: Tensor, conditions: Conditions) -> Tensor:
        """[rows, channels, h, w] to the same."""
        result: Tensor = self.temporal_transformer(x, conditions)
        return result
