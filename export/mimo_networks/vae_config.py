"""Sizes of the autoencoder, read from its config.json (diffusers' names)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mimo_networks.config import LATENT_CHANNELS
from mimo_runtime.errors import CheckpointError, UnsupportedError

_FIXED = {
    "in_channels": 3,
    "out_channels": 3,
    "latent_channels": LATENT_CHANNELS,
    "act_fn": "silu",
}


@dataclass(frozen=True, slots=True)
class VaeConfig:
    """An autoencoder of Stable Diffusion 1.5's kind; the defaults are sd-vae-ft-mse's."""

    channels: tuple[int, ...] = (128, 256, 512, 512)
    layers: int = 2
    norm_groups: int = 32
    mid_attention: bool = True
    quant_conv: bool = True
    post_quant_conv: bool = True


def vae_config_from_json(values: Mapping[str, Any], file: str) -> VaeConfig:
    """Read the autoencoder's `config.json`.

    Raises:
        CheckpointError: a value is missing or of the wrong kind.
        UnsupportedError: a setting that the official release does not use.
    """
    for key, fixed in _FIXED.items():
        if values.get(key, fixed) != fixed:
            raise UnsupportedError(
                f"{file} sets {key} to {values[key]!r}; the official VAE has {fixed!r}."
            )
    try:
        config = VaeConfig(
            channels=tuple(int(width) for width in values["block_out_channels"]),
            layers=int(values.get("layers_per_block", 1)),
            norm_groups=int(values.get("norm_num_groups", 32)),
            mid_attention=bool(values.get("mid_block_add_attention", True)),
            quant_conv=bool(values.get("use_quant_conv", True)),
            post_quant_conv=bool(values.get("use_post_quant_conv", True)),
        )
        _check_blocks(values, len(config.channels), file)
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"{file} does not describe its network: {error!r}; take it as it was published."
        ) from error
    if any(width % config.norm_groups for width in config.channels):
        raise CheckpointError(
            f"{file} does not describe its network: {config.norm_groups} norm groups do not "
            f"divide all of {list(config.channels)} channels; take it as it was published."
        )
    return config


def _check_blocks(values: Mapping[str, Any], levels: int, file: str) -> None:
    for key, kind in (
        ("down_block_types", "DownEncoderBlock2D"),
        ("up_block_types", "UpDecoderBlock2D"),
    ):
        kinds = values[key]
        if strange := sorted(set(kinds) - {kind}):
            raise UnsupportedError(f"{file} has blocks of type {strange} in {key}; use {kind}.")
        if len(kinds) != levels:
            raise ValueError(f"{len(kinds)} {key} for {levels} block_out_channels")
