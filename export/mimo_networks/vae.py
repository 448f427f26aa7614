"""The autoencoder of Stable Diffusion 1.5, with diffusers' state-dict names.

Pictures are halved once per level but the innermost; official four levels, so 8 pixels are one
latent. Source: Rombach et al. 2022; weights sd-vae-ft-mse.
"""

from torch import Tensor, nn
from torch.nn import functional

from mimo_networks.config import LATENT_CHANNELS
from mimo_networks.layers import GroupNorm
from mimo_networks.vae_blocks import NORM_EPS, VaeDown, VaeMiddle, VaeUp
from mimo_networks.vae_config import VaeConfig

LATENT_SCALE = 0.18215


class Encoder(nn.Module):
    """Pictures to mean and logarithm of the variance of their latents."""

    def __init__(self, config: VaeConfig) -> None:
        super().__init__()
        channels, groups = config.channels, config.norm_groups
        self.conv_in = nn.Conv2d(3, channels[0], 3, padding=1)
        widths = zip((channels[0], *channels), channels, strict=False)
        self.down_blocks = nn.ModuleList(
            VaeDown(pair, config.layers, groups, last=level == len(channels) - 1)
            for level, pair in enumerate(widths)
        )
        self.mid_block = VaeMiddle(channels[-1], config)
        self.conv_norm_out = GroupNorm(groups, channels[-1], NORM_EPS)
        self.conv_out = nn.Conv2d(channels[-1], 2 * LATENT_CHANNELS, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """[n, 3, H, W] in [-1, 1] to [n, 8, h, w]."""
        x = self.conv_in(x)
        for block in self.down_blocks:
            x = block(x)
        x = self.mid_block(x)
        result: Tensor = self.conv_out(functional.silu(self.conv_norm_out(x)))
        return result


class Decoder(nn.Module):
    """Latents to pictures."""

    def __init__(self, config: VaeConfig) -> None:
        super().__init__()
        channels, groups = config.channels[::-1], config.norm_groups
        self.conv_in = nn.Conv2d(LATENT_CHANNELS, channels[0], 3, padding=1)
        middle = VaeMiddle(channels[0], config)  # drawn first, as in diffusers, registered second
        widths = zip((channels[0], *channels), channels, strict=False)
        self.up_blocks = nn.ModuleList(
            VaeUp(pair, config.layers + 1, groups, last=level == len(channels) - 1)
            for level, pair in enumerate(widths)
        )
        self.mid_block = middle
        self.conv_norm_out = GroupNorm(groups, channels[-1], NORM_EPS)
        self.conv_out = nn.Conv2d(channels[-1], 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """[n, 4, h, w] to [n, 3, H, W], about [-1, 1]."""
        x = self.mid_block(self.conv_in(x))
        for block in self.up_blocks:
            x = block(x)
        result: Tensor = self.conv_out(functional.silu(self.conv_norm_out(x)))
        return result


class Autoencoder(nn.Module):
    """Encoder and decoder with the 1x1 convolutions between them, where the model has these."""

    def __init__(self, config: VaeConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        wide, narrow = 2 * LATENT_CHANNELS, LATENT_CHANNELS
        self.quant_conv = nn.Conv2d(wide, wide, 1) if config.quant_conv else None
        self.post_quant_conv = nn.Conv2d(narrow, narrow, 1) if config.post_quant_conv else None

    def moments(self, pixels: Tensor) -> Tensor:
        """[n, 3, H, W] in [-1, 1] to mean and log variance [n, 8, h, w]."""
        found: Tensor = self.encoder(pixels)
        return found if self.quant_conv is None else self.quant_conv(found)

    def picture(self, latents: Tensor) -> Tensor:
        """Unscaled latents [n, 4, h, w] to [n, 3, H, W], about [-1, 1]."""
        if self.post_quant_conv is not None:
            latents = self.post_quant_conv(latents)
        result: Tensor = self.decoder(latents)
        return result


class VaeEncoder(nn.Module):
    """Pixels [n, 3, H, W] in [-1, 1] to scaled latents [n, 4, h, w], the mean of the posterior."""

    def __init__(self, vae: Autoencoder) -> None:
        super().__init__()
        self.vae = vae

    def forward(self, pixels: Tensor) -> Tensor:
        """Mean times 0.18215."""
        return self.vae.moments(pixels)[:, :LATENT_CHANNELS] * LATENT_SCALE


class VaeDecoder(nn.Module):
    """Scaled latents [n, 4, h, w] to pictures [n, 3, H, W] in [0, 1]."""

    def __init__(self, vae: Autoencoder) -> None:
        super().__init__()
        self.vae = vae

    def forward(self, latents: Tensor) -> Tensor:
        """Decode, move from [-1, 1] to [0, 1] and clamp."""
        return (self.vae.picture(latents / LATENT_SCALE) / 2 + 0.5).clamp(0, 1)
