"""Convolutional building blocks. Every tensor is [rows, channels, height, width].

A row is one frame of one branch of the batch: row = branch * frames + frame. Nothing here mixes
rows.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from mimo_networks.conditions import Conditions


class GroupNorm(nn.GroupNorm):
    """Takes groups of one element too, which torch's class refuses in a batch of one.

    The official ReferenceNet runs in batches of two under guidance, so there such sizes pass.
    """

    def forward(self, x: Tensor) -> Tensor:
        """[rows, channels, h, w] to the same."""
        if x.is_cuda and x.is_contiguous(memory_format=torch.channels_last):
            return group_norm_channels_last(x, self.num_groups, self.weight, self.bias, self.eps)
        return torch.group_norm(x, self.num_groups, self.weight, self.bias, self.eps)


def group_norm_channels_last(
    x: Tensor, groups: int, weight: Tensor, bias: Tensor, eps: float
) -> Tensor:
    """`torch.group_norm` that keeps the layout [rows, h, w, channels].

    On a GPU torch's own copies such maps to [rows, channels, h, w] and leaves them so. Sums are
    in fp32 at least; scale and shift of a channel are rounded to the dtype of `x`.
    """
    wide = torch.promote_types(x.dtype, torch.float32)
    pixels = x.permute(0, 2, 3, 1).flatten(1, 2)
    size, count = x.shape[1] // groups, x[0].numel() // groups

    def of_group(sums: Tensor) -> Tensor:  # [rows, channels] to the mean of each one's group
        means = sums.unflatten(1, (groups, size)).sum(2) / count
        return means.repeat_interleave(size, dim=1)

    mean = of_group(pixels.sum(1, dtype=wide))
    power = of_group(torch.linalg.vector_norm(pixels, dim=1, dtype=wide).square())
    scale = (power - mean.square()).clamp(min=0).add(eps).rsqrt() * weight
    shift = bias - mean * scale
    shift, scale = (t.to(x.dtype)[:, :, None, None] for t in (shift, scale))
    return torch.addcmul(shift, x, scale)


class ResnetBlock(nn.Module):
    """GroupNorm, SiLU, conv; add time; GroupNorm, SiLU, conv; add input."""

    def __init__(
        self,
        name: str,
        channels_in: int,
        channels_out: int,
        time_width: int,
        groups: int,
        eps: float,
        scale: float = 1.0,
    ) -> None:
        super().__init__()
        self.name = name
        self.scale = scale
        self.norm1 = GroupNorm(groups, channels_in, eps)
        self.conv1 = nn.Conv2d(channels_in, channels_out, 3, padding=1)
        self.time_emb_proj = nn.Linear(time_width, channels_out)
        self.norm2 = GroupNorm(groups, channels_out, eps)
        self.conv2 = nn.Conv2d(channels_out, channels_out, 3, padding=1)
        self.conv_shortcut = (
            nn.Conv2d(channels_in, channels_out, 1) if channels_in != channels_out else None
        )

    def forward(self, x: Tensor, conditions: Conditions) -> Tensor:
        """[rows, channels_in, h, w] to [rows, channels_out, h, w]."""
        h = self.conv1(functional.silu(self.norm1(x)))
        h = h + conditions.time(self)[:, :, None, None]
        h = self.conv2(functional.silu(self.norm2(h)))
        if self.conv_shortcut is not None:
            x = self.conv_shortcut(x)
        return (x + h) if self.scale == 1.0 else (x + h) / self.scale


class Downsample(nn.Module):
    """Halve height and width, rounding up."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """[rows, channels, h, w] to [rows, channels, ceil(h/2), ceil(w/2)]."""
        result: Tensor = self.conv(x)
        return result


class Upsample(nn.Module):
    """Nearest neighbour to the size of the skip tensor that follows, then a convolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor, size: tuple[int, int]) -> Tensor:
        """[rows, channels, h, w] to [rows, channels, *size]."""
        result: Tensor = self.conv(functional.interpolate(x, size=size, mode="nearest"))
        return result


class TimestepEmbedding(nn.Module):
    """Two linear layers over the sinusoids of a timestep."""

    def __init__(self, channels: int, width: int, flip_sin_to_cos: bool, shift: float) -> None:
        super().__init__()
        self.channels = channels
        self.flip_sin_to_cos = flip_sin_to_cos
        self.shift = shift
        self.linear_1 = nn.Linear(channels, width)
        self.linear_2 = nn.Linear(width, width)

    def forward(self, timesteps: Tensor) -> Tensor:
        """Integer timesteps [n] to embeddings [n, width]."""
        half = self.channels // 2
        exponent = -math.log(10000) * torch.arange(
            half, dtype=torch.float32, device=timesteps.device
        )
        angles = timesteps.float()[:, None] * torch.exp(exponent / (half - self.shift))[None]
        sin, cos = torch.sin(angles), torch.cos(angles)
        waves = torch.cat([cos, sin] if self.flip_sin_to_cos else [sin, cos], dim=-1)
        waves = waves.to(self.linear_1.weight.dtype)
        result: Tensor = self.linear_2(functional.silu(self.linear_1(waves)))
        return result
