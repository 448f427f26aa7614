"""The blocks of the autoencoder. Every tensor is [n, channels, height, width]."""

from torch import Tensor, nn
from torch.nn import functional

from mimo_networks.layers import GroupNorm
from mimo_networks.transformer import (
    maps_from_tokens,
    multi_head_attention,
    tokens_from_maps,
)
from mimo_networks.vae_config import VaeConfig

NORM_EPS = 1e-6


class VaeResnet(nn.Module):
    """GroupNorm, SiLU, conv, twice; add input."""

    def __init__(self, channels_in: int, channels_out: int, groups: int) -> None:
        super().__init__()
        self.norm1 = GroupNorm(groups, channels_in, NORM_EPS)
        self.conv1 = nn.Conv2d(channels_in, channels_out, 3, padding=1)
        self.norm2 = GroupNorm(groups, channels_out, NORM_EPS)
        self.conv2 = nn.Conv2d(channels_out, channels_out, 3, padding=1)
        self.conv_shortcut = (
            nn.Conv2d(channels_in, channels_out, 1) if channels_in != channels_out else None
        )

    def forward(self, x: Tensor) -> Tensor:
        """[n, channels_in, h, w] to [n, channels_out, h, w]."""
        h = self.conv1(functional.silu(self.norm1(x)))
        h = self.conv2(functional.silu(self.norm2(h)))
        return (x if self.conv_shortcut is None else self.conv_shortcut(x)) + h


class VaeAttention(nn.Module):
    """Self-attention of all pixels with one head, added to the input."""

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        self.group_norm = GroupNorm(groups, channels, NORM_EPS)
        self.to_q = nn.Linear(channels, channels)
        self.to_k = nn.Linear(channels, channels)
        self.to_v = nn.Linear(channels, channels)
        self.to_out = nn.ModuleList([nn.Linear(channels, channels)])

    def forward(self, x: Tensor) -> Tensor:
        """[n, channels, h, w] to the same."""
        tokens = tokens_from_maps(self.group_norm(x))
        q, k, v = self.to_q(tokens), self.to_k(tokens), self.to_v(tokens)
        mixed = self.to_out[0](multi_head_attention(q, k, v, heads=1))
        return maps_from_tokens(mixed, x) + x


class VaeMiddle(nn.Module):
    """Resnet, attention where the configuration has it, resnet."""

    def __init__(self, channels: int, config: VaeConfig) -> None:
        super().__init__()
        groups, count = config.norm_groups, int(config.mid_attention)
        first = VaeResnet(channels, channels, groups)
        self.attentions = nn.ModuleList(VaeAttention(channels, groups) for _ in range(count))
        self.resnets = nn.ModuleList([first, VaeResnet(channels, channels, groups)])

    def forward(self, x: Tensor) -> Tensor:
        """[n, channels, h, w] to the same."""
        x = self.resnets[0](x)
        for attention in self.attentions:
            x = attention(x)
        result: Tensor = self.resnets[1](x)
        return result


class VaeDownsample(nn.Module):
    """Halve height and width; the padding is on the right and below."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        """[n, channels, h, w] to [n, channels, h / 2, w / 2]."""
        result: Tensor = self.conv(functional.pad(x, (0, 1, 0, 1)))
        return result


class VaeUpsample(nn.Module):
    """Double height and width."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """[n, channels, h, w] to [n, channels, 2 h, 2 w]."""
        result: Tensor = self.conv(functional.interpolate(x, scale_factor=2.0, mode="nearest"))
        return result


class VaeDown(nn.Module):
    """Resnets of a level, then half the size."""

    def __init__(self, widths: tuple[int, int], layers: int, groups: int, last: bool) -> None:
        super().__init__()
        ins = [widths[0]] + [widths[1]] * (layers - 1)
        self.resnets = nn.ModuleList(VaeResnet(width, widths[1], groups) for width in ins)
        self.downsamplers = nn.ModuleList([] if last else [VaeDownsample(widths[1])])

    def forward(self, x: Tensor) -> Tensor:
        """[n, widths[0], h, w] to [n, widths[1], h / 2, w / 2]."""
        for resnet in self.resnets:
            x = resnet(x)
        for sampler in self.downsamplers:
            x = sampler(x)
        return x


class VaeUp(nn.Module):
    """Resnets of a level, then twice the size."""

    def __init__(self, widths: tuple[int, int], layers: int, groups: int, last: bool) -> None:
        super().__init__()
        ins = [widths[0]] + [widths[1]] * (layers - 1)
        self.resnets = nn.ModuleList(VaeResnet(width, widths[1], groups) for width in ins)
        self.upsamplers = nn.ModuleList([] if last else [VaeUpsample(widths[1])])

    def forward(self, x: Tensor) -> Tensor:
        """[n, widths[0], h, w] to [n, widths[1], 2 h, 2 w]."""
        for resnet in self.resnets:
            x = resnet(x)
        for sampler in self.upsamplers:
            x = sampler(x)
        return x
