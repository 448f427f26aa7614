"""Spatial transformers: tokens of one frame attend to each other and to the character."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from mimo_networks.conditions import Conditions
from mimo_networks.layers import GroupNorm


class Attention(nn.Module):
    """Projections of one attention; what attends to what is decided by the caller."""

    def __init__(self, width: int, heads: int, source_width: int, inner: int | None = None) -> None:
        super().__init__()
        inner = width if inner is None else inner
        self.heads = heads
        self.to_q = nn.Linear(width, inner, bias=False)
        self.to_k = nn.Linear(source_width, inner, bias=False)
        self.to_v = nn.Linear(source_width, inner, bias=False)
        self.to_out = nn.ModuleList([nn.Linear(inner, width)])

    def project_out(self, x: Tensor) -> Tensor:
        """The output projection, [..., inner] to [..., width]."""
        result: Tensor = self.to_out[0](x)
        return result


def multi_head_attention(
    q: Tensor, k: Tensor, v: Tensor, heads: int, mask: Tensor | None = None
) -> Tensor:
    """softmax(q k' / sqrt(head)) v: q [rows, lq, c], k and v [rows, lk, c] to [rows, lq, c].

    `mask` bool [lq, lk] is true where a query may look.
    """
    q, k, v = (t.unflatten(-1, (heads, -1)).transpose(1, 2) for t in (q, k, v))
    mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    return mixed.transpose(1, 2).flatten(2)


class GatedGelu(nn.Module):
    """GEGLU: a linear layer whose second half gates the first (Shazeer 2020)."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.proj = nn.Linear(width, 2 * inner)

    def forward(self, x: Tensor) -> Tensor:
        """[..., width] to [..., inner]."""
        value, gate = self.proj(x).chunk(2, dim=-1)
        result: Tensor = value * functional.gelu(gate)
        return result


class FeedForward(nn.Module):
    """GEGLU to four times the width and back."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.net = nn.Sequential(
            GatedGelu(width, 4 * width), nn.Identity(), nn.Linear(4 * width, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        """[..., width] to [..., width]."""
        result: Tensor = self.net(x)
        return result


class TransformerBlock(nn.Module):
    """Self-attention (with the reference), cross-attention to the character, feed-forward."""

    def __init__(self, name: str, width: int, heads: int, token_width: int) -> None:
        super().__init__()
        self.name = name
        self.norm1 = nn.LayerNorm(width)
        self.attn1 = Attention(width, heads, width)
        self.norm2 = nn.LayerNorm(width)
        self.attn2 = Attention(width, heads, token_width)
        self.norm3 = nn.LayerNorm(width)
        self.ff = FeedForward(width)

    def forward(self, x: Tensor, conditions: Conditions) -> Tensor:
        """[rows, length, width] to the same."""
        x = x + self.attn1.project_out(conditions.self_attention(self, self.norm1(x)))
        x = x + conditions.cross_attention(self, x)
        result: Tensor = x + self.ff(self.norm3(x))
        return result


class SpatialTransformer(nn.Module):
    """A transformer block over the pixels of each row, between two 1x1 convolutions."""

    def __init__(self, name: str, channels: int, heads: int, token_width: int, groups: int) -> None:
        super().__init__()
        self.norm = GroupNorm(groups, channels, eps=1e-6)
        self.proj_in = nn.Conv2d(channels, channels, 1)
        block = TransformerBlock(f"{name}.transformer_blocks.0", channels, heads, token_width)
        self.transformer_blocks = nn.ModuleList([block])
        self.proj_out = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor, conditions: Conditions) -> Tensor:
        """[rows, channels, h, w] to the same."""
        tokens = tokens_from_maps(self.proj_in(self.norm(x)))
        for block in self.transformer_blocks:
            tokens = block(tokens, conditions)
        result: Tensor = self.proj_out(maps_from_tokens(tokens, x)) + x
        return result


def tokens_from_maps(x: Tensor) -> Tensor:
    """[rows, channels, h, w] to [rows, h * w, channels]."""
    return x.flatten(2).transpose(1, 2)


def maps_from_tokens(tokens: Tensor, like: Tensor) -> Tensor:
    """[rows, h * w, channels] to [rows, channels, h, w], h and w those of `like`."""
    return torch.unflatten(tokens.transpose(1, 2), -1, like.shape[-2:])
