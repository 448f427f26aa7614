"""The autoencoder of a model that paints the human layer: RGBA with a soft shadow, 8 px a latent.

It is asymmetric: what the latents need not hold, because the planes of the structured motion code
show it, the decoder takes from the planes at full size. Where their texture is surely known the
decoder keeps it, multiplied by a smooth light, and paints freely only elsewhere: hair, skirts,
sides that were not seen, edges. To the drawn shadow of the sky it adds what more it believes dark.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

PLANES = 12
LATENT_PX = 8
RGB, CONFIDENCE, COVERAGE, SHADOW = slice(6, 9), slice(9, 10), slice(10, 11), slice(11, 12)
LAYER_CHANNELS = 5  # premultiplied RGB, alpha, shadow
_UNSURE, _SURE = 0.15, 0.45  # confidence of the texture between which it is mixed in and kept
_OUTLINE_STEPS = 4  # of the coarse outline on each side of a latent
_HAZE = 0.02  # of what covers a pixel: less is nothing, all but that is everything
_BRIGHTEST = 0.7  # of the logarithm of the light
_DARKEST = 0.02  # colour whose ratio to another still says something


@dataclass(frozen=True, slots=True)
class LayerVaeConfig:
    """Channels of the latents, of the encoder's levels and of the decoder's, inner level first."""

    latent_channels: int = 16
    encoder_widths: tuple[int, ...] = (24, 48, 64)
    decoder_widths: tuple[int, ...] = (96, 64, 32, 16)


@dataclass(frozen=True, slots=True)
class Painted:
    """What the decoder says of N frames of H x W.

    Attributes:
        colour: [N, 3, H, W], not premultiplied, not clamped.
        alpha: [N, 1, H, W], logits. shadow: [N, 1, H, W], 0 to 1.
        light: [N, 3, H/8, W/8], what the texture was multiplied with.
    """

    colour: Tensor
    alpha: Tensor
    shadow: Tensor
    light: Tensor

    def layer(self) -> Tensor:
        """Premultiplied RGBA [N, 4, H, W] with the shadow as soft black behind the person.

        Haze that a sigmoid leaves everywhere is nothing: there the scene stays exact.
        """
        alpha = _without_haze(self.alpha.sigmoid())
        rgb = self.colour.clamp(0, 1) * alpha
        return torch.cat([rgb, 1 - (1 - alpha) * (1 - _without_haze(self.shadow))], dim=1)


def _without_haze(cover: Tensor) -> Tensor:
    return ((cover - _HAZE) / (1 - 2 * _HAZE)).clamp(0, 1)


class LayerEncoder(nn.Module):
    """A layer [N, 5, H, W], 0 to 1, to latents [N, C, H/8, W/8]; a picture is an opaque layer.

    Of a layer whose planes are known the latents hold the light as well, which the decoder
    multiplies the texture with: from colours alone neither could tell it.
    """

    def __init__(self, config: LayerVaeConfig) -> None:
        super().__init__()
        first, second, third = config.encoder_widths
        self.stem = nn.Conv2d(LAYER_CHANNELS, first, 4, stride=2, padding=1)
        self.second = nn.Conv2d(first, second, 4, stride=2, padding=1)
        self.third = nn.Conv2d(second, third, 4, stride=2, padding=1)
        self.middle = Residual(third)
        self.conv_out = nn.Conv2d(third, config.latent_channels, 3, padding=1)
        self.light = nn.Conv2d(3, config.latent_channels, 1, bias=False)

    def painted(self, layer: Tensor, planes: Tensor) -> Tensor:
        """Latents from which the decoder gives `layer` [N, 5, H, W] on `planes` [N, 12, H, W]."""
        result: Tensor = self(layer) + self.light(light_on(layer, planes))
        return result

    def forward(self, layer: Tensor) -> Tensor:
        """See the class."""
        x = functional.silu(self.stem(layer * 2 - 1))
        x = functional.silu(self.second(x))
        result: Tensor = self.conv_out(functional.silu(self.middle(self.third(x))))
        return result

    def picture(self, pixels: Tensor) -> Tensor:
        """Latents of an opaque picture [N, 3, H, W] in [0, 1]."""
        opaque = torch.ones_like(pixels[:, :1])
        return self(torch.cat([pixels, opaque, torch.zeros_like(opaque)], dim=1))


class LayerDecoder(nn.Module):
    """Latents and planes to what is painted."""

    def __init__(self, config: LayerVaeConfig) -> None:
        super().__init__()
        inner, quarter, half, full = config.decoder_widths
        self.conv_in = nn.Conv2d(config.latent_channels + PLANES, inner, 3, padding=1)
        self.inner = Residual(inner)
        self.light = nn.Conv2d(inner, 3, 1)
        self.outline = nn.Conv2d(inner, _OUTLINE_STEPS**2, 1)
        self.levels = nn.ModuleList(
            Level(wide, narrow, residual)
            for wide, narrow, residual in (
                (inner, quarter, True),
                (quarter, half, True),
                (half, full, False),
            )
        )
        self.conv_out = nn.Conv2d(full, LAYER_CHANNELS, 3, padding=1)
        self.edge = nn.Parameter(torch.full((1,), 3.0))
        nn.init.zeros_(self.light.weight)
        nn.init.zeros_(self.light.get_parameter("bias"))
        nn.init.normal_(self.conv_out.weight, std=0.01)

    def forward(self, latents: Tensor, planes: Tensor) -> Painted:
        """Latents [N, C, H/8, W/8] and planes [N, 12, H, W]."""
        sizes = [planes]
        for _ in range(3):
            sizes.append(functional.avg_pool2d(sizes[-1], 2))
        x = self.inner(self.conv_in(torch.cat([latents, sizes[3]], dim=1)))
        light = torch.exp(_BRIGHTEST * torch.tanh(self.light(x)))
        outline = functional.pixel_shuffle(self.outline(x), _OUTLINE_STEPS)
        for level, shown in zip(self.levels, sizes[2::-1], strict=True):
            x = level(x, shown)
        out = self.conv_out(functional.silu(x))
        wide = functional.interpolate(light, size=planes.shape[-2:], mode="bilinear")
        lit = planes[:, RGB] * wide
        kept = _kept(planes)
        colour = lit + (1 - kept) * out[:, :3]
        coarse = functional.interpolate(outline, size=planes.shape[-2:], mode="bilinear")
        alpha = out[:, 3:4] + coarse + self.edge * (2 * planes[:, COVERAGE] - 1)
        shadow = 1 - (1 - planes[:, SHADOW]) * (1 - torch.sigmoid(out[:, 4:5] - 3))
        return Painted(colour, alpha, shadow, light)


def light_on(layer: Tensor, planes: Tensor) -> Tensor:
    """The logarithm of what the kept texture of `planes` is multiplied with in `layer`, by latent.

    [N, 5, H, W] and [N, 12, H, W] to [N, 3, H/8, W/8]; 0 where nothing of the texture is kept.
    """
    shown = _kept(planes) * planes[:, COVERAGE] * layer[:, 3:4]
    drawn = functional.avg_pool2d(planes[:, RGB] * shown, LATENT_PX)
    true = functional.avg_pool2d(
        layer[:, :3] / layer[:, 3:4].clamp(min=_DARKEST) * shown, LATENT_PX
    )
    little = _DARKEST * functional.avg_pool2d(shown, LATENT_PX) + 1e-4
    return ((true + little) / (drawn + little)).log().clamp(-_BRIGHTEST, _BRIGHTEST)


def _kept(planes: Tensor) -> Tensor:
    """How much of the texture is kept, [N, 1, H, W]."""
    return ((planes[:, CONFIDENCE] - _UNSURE) / (_SURE - _UNSURE)).clamp(0, 1)


class Level(nn.Module):
    """Twice the size, and what the planes show at that size."""

    def __init__(self, wide: int, narrow: int, residual: bool) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(wide, narrow, 1)
        self.conv = nn.Conv2d(narrow + PLANES, narrow, 3, padding=1)
        self.residual = Residual(narrow) if residual else nn.Identity()

    def forward(self, x: Tensor, planes: Tensor) -> Tensor:
        """[N, wide, h, w] and planes [N, 12, 2h, 2w] to [N, narrow, 2h, 2w]."""
        x = functional.interpolate(self.squeeze(x), size=planes.shape[-2:], mode="nearest")
        result: Tensor = self.residual(self.conv(torch.cat([x, planes], dim=1)))
        return result


class Residual(nn.Module):
    """Norm, SiLU, convolution, twice, added to what came in."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(8, width)
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor) -> Tensor:
        """[N, width, h, w] to the same."""
        result: Tensor = x + self.second(functional.silu(self.first(functional.silu(self.norm(x)))))
        return result
