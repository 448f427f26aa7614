"""Networks of any size with seeded random weights, made where they are used."""

from typing import TypeVar

import torch
from torch import nn

from benchmarks.gpu_parts.sizes import Size
from mimo_networks.config import LATENT_CHANNELS
from mimo_networks.motion import PositionTable
from mimo_networks.pose import PoseGuider, PoseGuiderConfig
from mimo_networks.unet import UNet
from mimo_networks.vae import Autoencoder

Net = TypeVar("Net", bound=nn.Module)


def random_denoiser(size: Size, device: torch.device, dtype: torch.dtype) -> UNet:
    """The denoising UNet."""
    with torch.device("meta"):
        net = UNet(size.unet, size.motion, 2 * LATENT_CHANNELS)
    return with_random_weights(net, device, dtype)


def random_reference_net(size: Size, device: torch.device, dtype: torch.dtype) -> UNet:
    """The ReferenceNet."""
    with torch.device("meta"):
        net = UNet(size.unet)
    return with_random_weights(net, device, dtype)


def random_vae(size: Size, device: torch.device, dtype: torch.dtype) -> Autoencoder:
    """The autoencoder."""
    with torch.device("meta"):
        net = Autoencoder(size.vae)
    return with_random_weights(net, device, dtype)


def random_pose_guider(size: Size, device: torch.device, dtype: torch.dtype) -> PoseGuider:
    """The pose guider."""
    with torch.device("meta"):
        net = PoseGuider(PoseGuiderConfig(channels_out=size.unet.channels[0]))
    return with_random_weights(net, device, dtype)


def with_random_weights(net: Net, device: torch.device, dtype: torch.dtype, seed: int = 0) -> Net:
    """Weights uniform in +-1 / sqrt(fan in), as torch begins with; norms 1, biases small.

    Made module by module in fp32 and rounded, so that one seed gives the same network in every
    dtype. The positions are the real ones.
    """
    draw = torch.Generator(device).manual_seed(seed)
    net.to_empty(device=device)
    for module in net.modules():
        if isinstance(module, nn.GroupNorm | nn.LayerNorm):
            nn.init.ones_(module.weight)
            nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Linear | nn.Conv2d):
            bound = module.weight[0].numel() ** -0.5
            nn.init.uniform_(module.weight, -bound, bound, generator=draw)
            if module.bias is not None:
                nn.init.uniform_(module.bias, -bound, bound, generator=draw)
        elif isinstance(module, PositionTable):
            frames, width = module.pe.shape[1:]
            module.pe.copy_(PositionTable(width, frames).pe)
    return net.to(dtype).eval().requires_grad_(False)
