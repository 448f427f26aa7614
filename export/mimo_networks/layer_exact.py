"""The components of a layer model whose inputs are not the official model's: what is exported."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from mimo_networks.layer_vae import LayerDecoder, LayerEncoder, Painted
from mimo_networks.pose import PoseGuider
from mimo_networks.precomputed import WritingConditions
from mimo_networks.unet import UNet


class PictureVaeEncoder(nn.Module):
    """Pixels [1, 3, H, W] in [-1, 1] to latents [1, C, H/8, W/8] of an opaque layer."""

    def __init__(self, encoder: LayerEncoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, pixels: Tensor) -> Tensor:
        """See the class."""
        return self.encoder.picture(pixels / 2 + 0.5)


class LayerVaeDecoder(nn.Module):
    """Latents and planes to the layer, premultiplied RGBA [1, 4, H, W] in [0, 1]."""

    def __init__(self, decoder: LayerDecoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, latents: Tensor, planes: Tensor) -> Tensor:
        """[1, C, H/8, W/8] and [1, 12, H, W]."""
        painted: Painted = self.decoder(latents, planes)
        return painted.layer()


class PlanesReference(nn.Module):
    """ReferenceNet that is shown the planes of the picture's own posture beside its latents."""

    def __init__(self, net: UNet, guider: PoseGuider) -> None:
        super().__init__()
        self.net, self.guider = net, guider

    def forward(self, latents: Tensor, token: Tensor, planes: Tensor) -> tuple[Tensor, ...]:
        """[1, C, h, w], [1, token_width] and [1, 12, H, W] to [h * w, channels] per reader."""
        start = torch.zeros(1, dtype=torch.int64, device=latents.device)
        conditions = WritingConditions(self.net.time_embedding(start), token, {})
        self.net(self.net.conv_in(latents) + self.guider(planes), conditions)
        return tuple(conditions.bank[block.name] for block in self.net.readers())


class PlanesCondition(nn.Module):
    """What is added to `conv_in` of the latents: background half, bias and planes of a frame."""

    def __init__(self, denoiser: UNet, guider: PoseGuider) -> None:
        super().__init__()
        self.conv_in, self.guider = denoiser.conv_in, guider

    def forward(self, planes: Tensor, background: Tensor) -> Tensor:
        """[n, 12, H, W] and latents [n, C, h, w] to [n, c0, h, w]."""
        weight = self.conv_in.weight[:, background.shape[1] :]
        scene = functional.conv2d(background, weight, self.conv_in.bias, padding=1)
        result: Tensor = scene + self.guider(planes)
        return result
