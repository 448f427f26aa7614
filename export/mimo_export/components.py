"""The components of a bundle, as modules with example inputs of the bundle's fixed shapes."""

from collections.abc import Iterator

import torch
from torch import Tensor

from mimo_export.graph import Graph
from mimo_networks.checkpoint import Checkpoint
from mimo_networks.config import LATENT_CHANNELS, UNetConfig
from mimo_networks.image_encoder import ImageEncoder
from mimo_networks.precomputed import Condition, DenoiserPass, Identity, Reference, TimeProjections
from mimo_networks.unet import UNet
from mimo_networks.vae import VaeDecoder, VaeEncoder
from mimo_runtime.bundle import Shape

TIME_ROWS = 64
NETWORKS_IN_TURN = ("image_encoder", "vae", "reference_net", "denoiser")


def component_graphs(
    checkpoint: Checkpoint, network: str, shape: Shape
) -> Iterator[tuple[str, Graph]]:
    """The components that `network` of a checkpoint computes, for one shape.

    Networks in the order of `NETWORKS_IN_TURN` give all components in the order in which a
    request needs them. The pose guider comes with the denoiser.
    """
    height, width = shape.height_px // 8, shape.width_px // 8
    latents = torch.zeros(1, LATENT_CHANNELS, height, width)
    match network:
        case "image_encoder":
            yield "image_encoder", _image_encoder_graph(checkpoint)
        case "vae":
            pixels = torch.zeros(1, 3, shape.height_px, shape.width_px)
            yield "vae_encoder", Graph(VaeEncoder(checkpoint.vae), {"pixels": pixels}, ("latents",))
            yield (
                "vae_decoder",
                Graph(VaeDecoder(checkpoint.vae), {"latents": latents}, ("picture",)),
            )
        case "reference_net":
            yield "reference", _reference_graph(checkpoint, latents)
        case "denoiser":
            yield from _denoiser_graphs(checkpoint, shape, latents)


def _image_encoder_graph(checkpoint: Checkpoint) -> Graph:
    net = checkpoint.image_encoder
    side = net.config.image_size
    return Graph(ImageEncoder(net), {"pixels": torch.zeros(1, 3, side, side)}, ("token",))


def _reference_graph(checkpoint: Checkpoint, latents: Tensor) -> Graph:
    net = checkpoint.reference_net
    return Graph(
        Reference(net),
        {"latents": latents, "token": torch.zeros(1, checkpoint.unet.token_width)},
        tuple(_bank_names([block.name for block in net.readers()])),
        unconditional_rows=1,
    )


def _denoiser_graphs(
    checkpoint: Checkpoint, shape: Shape, latents: Tensor
) -> Iterator[tuple[str, Graph]]:
    denoiser = checkpoint.denoiser
    names = [block.name for block in denoiser.readers()]
    sizes = reader_sizes(checkpoint.unet, latents)
    token = torch.zeros(1, checkpoint.unet.token_width)
    bank = dict(zip(_bank_names(names), map(torch.zeros, sizes), strict=True))
    outputs = ("cross", *reference_names(names))
    yield "identity", Graph(Identity(denoiser), {"token": token} | bank, outputs)
    yield (
        "condition",
        Graph(
            Condition(denoiser, checkpoint.pose_guider),
            {
                "pose": torch.zeros(1, 3, shape.height_px, shape.width_px),
                "background": latents,
            },
            ("condition",),
        ),
    )
    timesteps = torch.zeros(TIME_ROWS, dtype=torch.int64)
    yield (
        "time_embedding",
        Graph(TimeProjections(denoiser), {"timesteps": timesteps}, ("time_projections",)),
    )
    yield "denoiser", denoiser_graph(denoiser, shape, sizes, guided=True)
    yield "denoiser_unguided", denoiser_graph(denoiser, shape, sizes, guided=False)


def denoiser_graph(
    denoiser: UNet, shape: Shape, reader_sizes: list[torch.Size], guided: bool
) -> Graph:
    """One pass over a window of `shape`; `reader_sizes` as of the function of that name."""
    height, width = shape.height_px // 8, shape.width_px // 8
    frames, channels = shape.frames, denoiser.config.channels[0]
    names = [block.name for block in denoiser.readers()]
    time_width = sum(r.time_emb_proj.out_features for r in denoiser.resnets())
    cross_width = sum(block.norm1.normalized_shape[0] for block in denoiser.readers())
    inputs = {
        "latents": torch.zeros(frames, denoiser.config.out_channels, height, width),
        "condition": torch.zeros(frames, channels, height, width),
        "time_projections": torch.zeros(TIME_ROWS, time_width),
        "step": torch.zeros(1, dtype=torch.int64),
        "frame_mask": torch.ones(frames, dtype=torch.bool),
        "cross": torch.zeros(2, cross_width),
    }
    reference = [torch.zeros(size) for size in reader_sizes for _ in range(2)]
    inputs |= dict(zip(reference_names(names), reference, strict=True))
    return Graph(
        DenoiserPass(denoiser, frames, guided),
        inputs,
        ("prediction",),
        unconditional_rows=frames if guided else 0,
        conditional_rows=frames,
    )


def reference_names(readers: list[str]) -> list[str]:
    """Tensor names of K and V of each reader in turn."""
    return [f"{kind}.{name}" for name in readers for kind in ("key", "value")]


def _bank_names(readers: list[str]) -> list[str]:
    return [f"bank.{name}" for name in readers]


def reader_sizes(config: UNetConfig, latents: Tensor) -> list[torch.Size]:
    """Reference tokens and channels of each reader, found by a run without numbers or weights."""
    with torch.device("meta"):
        features = Reference(UNet(config))(
            torch.zeros(latents.shape), torch.zeros(1, config.token_width)
        )
    return [feature.shape for feature in features]
