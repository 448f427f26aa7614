"""An official checkpoint folder, loaded into our networks."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import torch
import yaml
from torch import nn
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

from mimo_networks.config import (
    LATENT_CHANNELS,
    MotionConfig,
    UNetConfig,
    motion_config_from_yaml,
    unet_config_from_json,
)
from mimo_networks.pose import PoseGuider, PoseGuiderConfig
from mimo_networks.unet import UNet
from mimo_networks.vae import Autoencoder
from mimo_networks.vae_config import vae_config_from_json
from mimo_networks.weights import State, find_file, load_state, read_weights
from mimo_runtime.errors import CheckpointError

Net = TypeVar("Net", bound=nn.Module)

CONFIG_NAMES = ("inference_config.yaml", "inference_config.json", "inference_v2.yaml")
UNET_FILES = ("diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.bin")
CLIP_FILES = ("model.safetensors", "pytorch_model.safetensors", "pytorch_model.bin")
OFFICIAL_SOLVER = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "clip_sample": False,
    "steps_offset": 1,
    "prediction_type": "v_prediction",
    "rescale_betas_zero_snr": True,
    "timestep_spacing": "trailing",
}
_LEGACY_VAE = {"query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0"}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The five networks in fp32 and what the inference configuration adds; `solver` holds its
    `noise_scheduler_kwargs`."""

    denoiser: UNet
    reference_net: UNet
    pose_guider: PoseGuider
    vae: Autoencoder
    image_encoder: CLIPVisionModelWithProjection
    solver: Mapping[str, Any]
    motion: MotionConfig
    folder: Path
    inference_config: Path | None


def load_checkpoint(folder: Path, inference_config: Path | None = None) -> Checkpoint:
    """Load a folder of the official layout in the official order of merging.

    Without `inference_config`, one that lies in the folder or beside it is taken, else the
    official values.

    Raises:
        CheckpointError: a file or weight is missing or of the wrong shape.
        UnsupportedError: a configuration that the official release does not use.
    """
    if not folder.is_dir():
        raise CheckpointError(f"{folder} is not a folder; give the checkpoint folder.")
    path = inference_config or find_inference_config(folder)
    values = _read_yaml(path) if path else {}
    unet_folder = folder / "stable-diffusion-v1-5" / "unet"
    unet_json = unet_folder / "config.json"
    config = unet_config_from_json(_read_json(unet_json), str(unet_json))
    own = _own_state(folder)
    kwargs = values.get("unet_additional_kwargs", {})
    motion = _fitted(motion_config_from_yaml(kwargs, str(path)), own)
    return Checkpoint(
        denoiser=_denoiser(config, motion, own, unet_folder),
        reference_net=_reference_net(config, folder),
        pose_guider=_pose_guider(config, folder),
        vae=_vae(folder / "sd-vae-ft-mse"),
        image_encoder=_image_encoder(folder / "image_encoder"),
        solver=values.get("noise_scheduler_kwargs", OFFICIAL_SOLVER),
        motion=motion,
        folder=folder,
        inference_config=path,
    )


def find_inference_config(folder: Path) -> Path | None:
    """The inference configuration in a checkpoint folder or beside it, if there is one."""
    return find_file(folder, CONFIG_NAMES) or find_file(folder.resolve().parent, CONFIG_NAMES)


def _own_state(folder: Path) -> State:
    """Motion modules and denoising UNet; each may hold motion weights, the latter's count."""
    state: State = {}
    motion_files = ("motion_module.pth", "motion_module.safetensors")
    if find_file(folder, motion_files):
        state |= read_weights(folder, motion_files, "The motion modules")
    files = ("denoising_unet.pth", "denoising_unet.safetensors")
    return state | read_weights(folder, files, "The denoising UNet")


def _padded_conv_in(state: State) -> State:
    """Zeros for the background half where the base UNet knows only the latents."""
    weight = state.get("conv_in.weight")
    if weight is None or weight.shape[1] != LATENT_CHANNELS:
        return state
    return state | {"conv_in.weight": torch.cat([weight, torch.zeros_like(weight)], dim=1)}


def _fitted(motion: MotionConfig, state: State) -> MotionConfig:
    """What the weights themselves say of the motion modules wins over the configuration."""
    names = [name for name in state if ".motion_modules." in name]
    if not names:
        return motion
    tables = [len(state[name][0]) for name in names if name.endswith("pos_encoder.pe")]
    return replace(
        motion,
        blocks=_count("transformer_blocks", names),
        attentions=_count("attention_blocks", names),
        table_frames=tables[0] if tables else motion.table_frames,
    )


def _count(part: str, names: Iterable[str]) -> int:
    """How many numbered children called `part` the names tell of."""
    numbers = [int(found[1]) for name in names if (found := re.search(rf"{part}\.(\d+)", name))]
    return max(numbers, default=-1) + 1


def _denoiser(config: UNetConfig, motion: MotionConfig, own: State, unet_folder: Path) -> UNet:
    """The base UNet, gigabytes, is read only where the other files leave something open."""
    with torch.device("meta"):
        net = UNet(config, motion, channels_in=2 * LATENT_CHANNELS)
    if net.state_dict().keys() - own.keys() and find_file(unet_folder, UNET_FILES):
        own = _padded_conv_in(read_weights(unet_folder, UNET_FILES, "The base UNet")) | own
    spare = (
        "; the files stable-diffusion-v1-5/unet, motion_module.pth and denoising_unet.pth "
        "together must hold them all"
    )
    load_state(net, own, "The denoising UNet", spare)
    return _frozen(net)


def _reference_net(config: UNetConfig, folder: Path) -> UNet:
    with torch.device("meta"):
        net = UNet(config)
    names = ("reference_unet.pth", "reference_unet.safetensors")
    load_state(net, read_weights(folder, names, "The ReferenceNet"), "reference_unet.pth")
    return _frozen(net)


def _pose_guider(config: UNetConfig, folder: Path) -> PoseGuider:
    names = ("pose_guider.pth", "pose_guider.safetensors")
    state = read_weights(folder, names, "The pose guider")
    try:
        levels = [state["conv_in.weight"]]
        while f"blocks.{2 * len(levels) - 1}.weight" in state:
            levels.append(state[f"blocks.{2 * len(levels) - 1}.weight"])
        widths = tuple(len(weight) for weight in levels)
        net = PoseGuider(PoseGuiderConfig(levels[0].shape[1], widths, config.channels[0]))
    except KeyError as error:
        raise CheckpointError(
            f"pose_guider.pth has no {error}; it is no MIMO pose guider."
        ) from None
    load_state(net, state, "pose_guider.pth")
    return _frozen(net)


def _vae(folder: Path) -> Autoencoder:
    state = read_weights(folder, UNET_FILES, "The VAE")
    path = folder / "config.json"
    net = Autoencoder(vae_config_from_json(_read_json(path), str(path)))
    load_state(net, {_modern_vae_name(name): t for name, t in state.items()}, "sd-vae-ft-mse")
    return _frozen(net)


def _modern_vae_name(name: str) -> str:
    parts = name.split(".")
    if "attentions" in parts:
        parts = [_LEGACY_VAE.get(part, part) for part in parts]
    return ".".join(parts)


def _image_encoder(folder: Path) -> CLIPVisionModelWithProjection:
    state = read_weights(folder, CLIP_FILES, "The image encoder")
    net = _described(
        lambda values: CLIPVisionModelWithProjection(CLIPVisionConfig.from_dict(values)),
        folder / "config.json",
    )
    load_state(net, state, "image_encoder")
    return _frozen(net)


def _described(build: Callable[[dict[str, Any]], Net], path: Path) -> Net:
    values = dict(_read_json(path))
    try:
        return build(values)
    except Exception as error:  # what a strange config makes these libraries raise is open
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise CheckpointError(f"{path} does not describe its network: {reason}") from error


def _frozen(net: Net) -> Net:
    return net.eval().requires_grad_(False)


def _read_json(path: Path) -> Mapping[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CheckpointError(f"{path} is missing; copy it from the official release.") from None
    except ValueError as error:
        raise CheckpointError(
            f"{path} is not JSON: {error}; take it as it was published."
        ) from error
    if not isinstance(values, dict):
        raise CheckpointError(f"{path} holds no JSON object; write or copy it again.")
    return values


def _read_yaml(path: Path) -> Mapping[str, Any]:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CheckpointError(
            f"The inference configuration {path} does not exist; name the one of the checkpoint."
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise CheckpointError(
            f"{path} is neither YAML nor JSON: {reason}; take it as it was published."
        ) from error
    if not isinstance(values, dict):
        raise CheckpointError(
            f"{path} is no inference configuration: it holds no keys; take it as it was published."
        )
    return values
