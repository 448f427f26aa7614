"""A checkpoint in the official layout with random weights, of any size.

For the small model that ships until a trained one does, for tests of other sizes than the
recorded ones, and for benchmarks, where only the shapes count. As a command,
`python -m mimo_networks.random_checkpoint --official DIR` writes one of the official sizes, 10 GB.
"""

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

from mimo_networks.checkpoint import OFFICIAL_SOLVER
from mimo_networks.config import (
    LATENT_CHANNELS,
    motion_config_from_yaml,
    unet_config_from_json,
)
from mimo_networks.pose import PoseGuider, PoseGuiderConfig
from mimo_networks.unet import UNet
from mimo_networks.vae import LATENT_SCALE, Autoencoder
from mimo_networks.vae_config import vae_config_from_json

_PICTURE_DEVIATION = 0.3


@dataclass(frozen=True, slots=True)
class Sizes:
    """Everything that may differ between checkpoints; the defaults are the shipped small model's.

    `heads` is one number or one per level; `vae_channels` has as many levels as pictures are
    halved, plus one.
    """

    channels: tuple[int, ...] = (32, 32, 32, 32)
    layers: int = 1
    heads: int | tuple[int, ...] = 4
    groups: int = 8
    token_width: int = 32
    motion_heads: int = 4
    table_frames: int = 24
    pose_widths: tuple[int, ...] = (4, 8, 12, 16)
    vae_channels: tuple[int, ...] = (8, 8, 16, 16)
    vae_layers: int = 1
    vae_groups: int = 4
    clip_width: int = 32
    clip_mlp_ratio: int = 2
    clip_layers: int = 2
    clip_heads: int = 2
    clip_patch_px: int = 32


OFFICIAL = Sizes(
    channels=(320, 640, 1280, 1280),
    layers=2,
    heads=8,
    groups=32,
    token_width=768,
    motion_heads=8,
    table_frames=32,
    pose_widths=(16, 32, 96, 256),
    vae_channels=(128, 256, 512, 512),
    vae_layers=2,
    vae_groups=32,
    clip_width=1024,
    clip_mlp_ratio=4,
    clip_layers=24,
    clip_heads=16,
    clip_patch_px=14,
)


def write_random_checkpoint(folder: Path, sizes: Sizes | None = None, seed: int = 0) -> None:
    """Write every file that `mimo export` reads into the new folder `folder`."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        _write_checkpoint(folder, sizes or Sizes())


def _write_checkpoint(folder: Path, sizes: Sizes) -> None:
    inference = _inference_config(sizes)
    unet_json = _unet_json(sizes)
    config = unet_config_from_json(unet_json, "config.json")
    motion = motion_config_from_yaml(inference["unet_additional_kwargs"], "inference")
    _write_json(folder / "inference_config.json", inference)
    _write_json(folder / "stable-diffusion-v1-5" / "unet" / "config.json", unet_json)
    _write_denoiser(folder, UNet(config, motion, 2 * LATENT_CHANNELS))
    torch.save(UNet(config).state_dict(), folder / "reference_unet.pth")
    guider = PoseGuider(PoseGuiderConfig(3, sizes.pose_widths, sizes.channels[0]))
    torch.save(guider.state_dict(), folder / "pose_guider.pth")
    _write_model(folder / "sd-vae-ft-mse", _vae(sizes), _vae_json(sizes))
    clip = CLIPVisionModelWithProjection(CLIPVisionConfig(**_clip_json(sizes)))
    _write_model(folder / "image_encoder", clip, _clip_json(sizes), "pytorch_model.bin")


def _write_denoiser(folder: Path, denoiser: UNet) -> None:
    """Its motion modules in a file of their own, as in the release."""
    state = denoiser.state_dict()
    moving = {n: t for n, t in state.items() if "motion_modules" in n}
    still = {n: t for n, t in state.items() if n not in moving}
    torch.save(moving, folder / "motion_module.pth")
    torch.save(still, folder / "denoising_unet.pth")


def _vae(sizes: Sizes) -> Autoencoder:
    """A decoder whose pictures have some contrast, so that one sees where they are."""
    vae = Autoencoder(vae_config_from_json(_vae_json(sizes), "config.json")).eval()
    with torch.no_grad():
        noise = torch.randn(1, LATENT_CHANNELS, 16, 16) / LATENT_SCALE
        picture = vae.picture(noise)
        vae.decoder.conv_out.weight *= _PICTURE_DEVIATION / picture.std()
        vae.decoder.conv_out.get_parameter("bias").zero_()
    return vae


def _unet_json(sizes: Sizes) -> dict[str, Any]:
    heads = sizes.heads if isinstance(sizes.heads, int) else list(sizes.heads)
    levels = len(sizes.channels)
    return {
        "act_fn": "silu",
        "attention_head_dim": heads,
        "block_out_channels": list(sizes.channels),
        "cross_attention_dim": sizes.token_width,
        "down_block_types": ["CrossAttnDownBlock2D"] * (levels - 1) + ["DownBlock2D"],
        "flip_sin_to_cos": True,
        "freq_shift": 0,
        "in_channels": LATENT_CHANNELS,
        "layers_per_block": sizes.layers,
        "norm_eps": 1e-5,
        "norm_num_groups": sizes.groups,
        "out_channels": LATENT_CHANNELS,
        "up_block_types": ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * (levels - 1),
    }


def _inference_config(sizes: Sizes) -> dict[str, Any]:
    return {
        "unet_additional_kwargs": {
            "use_inflated_groupnorm": True,
            "use_motion_module": True,
            "motion_module_mid_block": True,
            "motion_module_type": "Vanilla",
            "motion_module_kwargs": {
                "num_attention_heads": sizes.motion_heads,
                "num_transformer_block": 1,
                "temporal_position_encoding": True,
                "temporal_position_encoding_max_len": sizes.table_frames,
            },
        },
        "noise_scheduler_kwargs": OFFICIAL_SOLVER,
    }


def _vae_json(sizes: Sizes) -> dict[str, Any]:
    levels = len(sizes.vae_channels)
    return {
        "block_out_channels": list(sizes.vae_channels),
        "down_block_types": ["DownEncoderBlock2D"] * levels,
        "latent_channels": LATENT_CHANNELS,
        "layers_per_block": sizes.vae_layers,
        "norm_num_groups": sizes.vae_groups,
        "up_block_types": ["UpDecoderBlock2D"] * levels,
    }


def _clip_json(sizes: Sizes) -> dict[str, Any]:
    return {
        "hidden_act": "quick_gelu",
        "hidden_size": sizes.clip_width,
        "image_size": 224,
        "intermediate_size": sizes.clip_mlp_ratio * sizes.clip_width,
        "num_attention_heads": sizes.clip_heads,
        "num_hidden_layers": sizes.clip_layers,
        "patch_size": sizes.clip_patch_px,
        "projection_dim": sizes.token_width,
    }


def _write_model(
    folder: Path,
    net: nn.Module,
    config: Mapping[str, Any],
    name: str = "diffusion_pytorch_model.bin",
) -> None:
    _write_json(folder / "config.json", config)
    torch.save(net.state_dict(), folder / name)


def _write_json(path: Path, values: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")


def _main() -> None:
    parser = argparse.ArgumentParser(description="Write a checkpoint with random weights.")
    parser.add_argument("folder", type=Path, help="new folder")
    parser.add_argument(
        "--official", action="store_true", help="the official sizes, 10 GB, not the small model's"
    )
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    write_random_checkpoint(given.folder, OFFICIAL if given.official else Sizes(), given.seed)


if __name__ == "__main__":
    _main()
