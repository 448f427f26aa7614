"""The components of a bundle, as modules with example inputs of the bundle's fixed shapes."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode

from mimo_export.graph import Graph
from mimo_networks.checkpoint import Checkpoint
from mimo_networks.config import LATENT_CHANNELS
from mimo_networks.exact import Condition, DenoiserPass, Identity, Reference, TimeProjections
from mimo_networks.image_encoder import ImageEncoder
from mimo_networks.unet import UNet
from mimo_networks.vae import VaeDecoder, VaeEncoder
from mimo_runtime.errors import CheckpointError, InvalidRequestError

TIME_ROWS = 64


@dataclass(frozen=True, slots=True)
class Shape:
    """What the user fixes: picture size in pixels and frames of a window."""

    width_px: int
    height_px: int
    frames: int

    @property
    def latent(self) -> tuple[int, int]:
        """Latent height and width."""
        return self.height_px // 8, self.width_px // 8


def check_shape(shape: Shape, checkpoint: Checkpoint) -> None:
    """Refuse sizes that the networks cannot have.

    Raises:
        InvalidRequestError: naming the size and what is allowed.
        CheckpointError: the networks do not fit together.
    """
    for name, size in (("width", shape.width_px), ("height", shape.height_px)):
        if size < 16 or size % 8:
            raise InvalidRequestError(f"{name} is {size} px; give a multiple of 8 from 16 on.")
    table = checkpoint.motion.table_frames
    if not 1 <= shape.frames <= table:
        raise InvalidRequestError(
            f"frames is {shape.frames}; this checkpoint has positions for 1 to {table} frames."
        )
    token = checkpoint.denoiser.config.token_width
    projected = checkpoint.image_encoder.config.projection_dim
    if token != projected:
        raise CheckpointError(
            f"The image encoder gives tokens of width {projected} and the UNets read {token}; "
            "image_encoder and the UNets are not of one checkpoint."
        )
    halvings = {
        "VAE": len(checkpoint.vae.config.channels) - 1,
        "pose guider": len(checkpoint.pose_guider.blocks) // 2,
    }
    for name, count in halvings.items():
        if count != 3:
            raise InvalidRequestError(
                f"The {name} halves pictures {count} times; MIMO's networks are built for 3."
            )


def component_graphs(checkpoint: Checkpoint, shape: Shape) -> Iterator[tuple[str, Graph]]:
    """Every component in the order in which a request needs them."""
    height, width = shape.latent
    latents = torch.zeros(1, LATENT_CHANNELS, height, width)
    pixels = torch.zeros(1, 3, shape.height_px, shape.width_px)
    token = torch.zeros(1, checkpoint.denoiser.config.token_width)
    side = checkpoint.image_encoder.config.image_size
    yield (
        "image_encoder",
        Graph(
            ImageEncoder(checkpoint.image_encoder),
            {"pixels": torch.zeros(1, 3, side, side)},
            ("token",),
        ),
    )
    yield "vae_encoder", Graph(VaeEncoder(checkpoint.vae), {"pixels": pixels}, ("latents",))
    yield "vae_decoder", Graph(VaeDecoder(checkpoint.vae), {"latents": latents}, ("picture",))
    yield from _character_graphs(checkpoint, latents, token)
    yield (
        "condition",
        Graph(
            Condition(checkpoint.denoiser, checkpoint.pose_guider),
            {"pose": pixels, "background": latents},
            ("condition",),
        ),
    )
    timesteps = torch.zeros(TIME_ROWS, dtype=torch.int64)
    yield (
        "time_embedding",
        Graph(
            TimeProjections(checkpoint.denoiser), {"timesteps": timesteps}, ("time_projections",)
        ),
    )
    sizes = reader_sizes(checkpoint, latents)
    yield "denoiser", _denoiser_graph(checkpoint.denoiser, shape, sizes, guided=True)
    yield "denoiser_unguided", _denoiser_graph(checkpoint.denoiser, shape, sizes, guided=False)


def _character_graphs(
    checkpoint: Checkpoint, latents: Tensor, token: Tensor
) -> Iterator[tuple[str, Graph]]:
    names = [block.name for block in checkpoint.denoiser.readers()]
    bank = [torch.zeros(size) for size in reader_sizes(checkpoint, latents)]
    bank_names = [f"bank.{name}" for name in names]
    yield (
        "reference",
        Graph(
            Reference(checkpoint.reference_net),
            {"latents": latents, "token": token},
            tuple(bank_names),
            unconditional_rows=1,
        ),
    )
    yield (
        "identity",
        Graph(
            Identity(checkpoint.denoiser),
            {"token": token} | dict(zip(bank_names, bank, strict=True)),
            ("cross", *reference_names(names)),
        ),
    )


def _denoiser_graph(
    denoiser: UNet, shape: Shape, reader_sizes: list[torch.Size], guided: bool
) -> Graph:
    height, width = shape.latent
    frames, channels = shape.frames, denoiser.config.channels[0]
    names = [block.name for block in denoiser.readers()]
    time_width = sum(r.time_emb_proj.out_features for r in denoiser.resnets())
    cross_width = sum(block.norm1.normalized_shape[0] for block in denoiser.readers())
    inputs = {
        "latents": torch.zeros(frames, LATENT_CHANNELS, height, width),
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


def reader_sizes(checkpoint: Checkpoint, latents: Tensor) -> list[torch.Size]:
    """Reference tokens and channels of each reader, found by a run without numbers."""
    with FakeTensorMode(allow_non_fake_inputs=True):
        token = torch.zeros(1, checkpoint.denoiser.config.token_width)
        features = Reference(checkpoint.reference_net)(torch.zeros(latents.shape), token)
    return [feature.shape for feature in features]
