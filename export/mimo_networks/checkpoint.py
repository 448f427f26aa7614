"""An official checkpoint folder, loaded into our networks one at a time."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import nn
from transformers import CLIPVisionModelWithProjection

from mimo_networks.checkpoint_files import (
    CheckpointFiles,
    find_checkpoint_files,
    read_json,
    read_yaml,
)
from mimo_networks.config import (
    LATENT_CHANNELS,
    MotionConfig,
    UNetConfig,
    motion_config_from_yaml,
    unet_config_from_json,
)
from mimo_networks.image_encoder import empty_image_encoder
from mimo_networks.pose import PoseGuider, PoseGuiderConfig
from mimo_networks.unet import UNet
from mimo_networks.vae import Autoencoder
from mimo_networks.vae_config import vae_config_from_json
from mimo_networks.weights import Convert, State, as_stored, in_float32, load_state, read_weights
from mimo_runtime.errors import CheckpointError

Net = TypeVar("Net", bound=nn.Module)

NETWORKS = ("denoiser", "reference_net", "pose_guider", "vae", "image_encoder")
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


class Checkpoint:
    """The five networks in float32 and what the inference configuration adds.

    A network is read when it is first asked for; `del checkpoint.vae` lets it go, and asking again
    reads it again. `solver` holds the configuration's `noise_scheduler_kwargs`. `convert` makes
    float32 of what is stored; files that hold float32 are mapped and never copied.

    Raises:
        CheckpointError: a configuration is missing, damaged, or does not fit.
        UnsupportedError: a configuration that the official release does not use.
    """

    def __init__(self, files: CheckpointFiles, convert: Convert = in_float32) -> None:
        self.files = files
        self.convert = convert
        path = files.inference_config
        values = read_yaml(path) if path else {}
        kwargs = values.get("unet_additional_kwargs", {})
        self.solver: Mapping[str, Any] = values.get("noise_scheduler_kwargs", OFFICIAL_SOLVER)
        self.unet = unet_config_from_json(read_json(files.unet_config), str(files.unet_config))
        self.motion = _fitted(motion_config_from_yaml(kwargs, str(path)), self._own_state())

    @cached_property
    def denoiser(self) -> UNet:
        """The base UNet, gigabytes, is read only where the other files leave something open."""
        net = self.empty_denoiser()
        own = self._own_state()
        if net.state_dict().keys() - own.keys() and self.files.base_unet:
            own = _padded_conv_in(read_weights(self.files.base_unet)) | own
        spare = (
            "; the files stable-diffusion-v1-5/unet, motion_module.pth and denoising_unet.pth "
            "together must hold them all"
        )
        return self._filled(net, own, "The denoising UNet", spare)

    @cached_property
    def reference_net(self) -> UNet:
        """The UNet that reads the character."""
        with torch.device("meta"):
            net = UNet(self.unet)
        state = read_weights(self.files.reference_net)
        return self._filled(net, state, "The ReferenceNet", "reference_unet.pth")

    @cached_property
    def pose_guider(self) -> PoseGuider:
        """Sized by its own weights, which no configuration describes."""
        state = read_weights(self.files.pose_guider)
        with torch.device("meta"):
            net = PoseGuider(_pose_guider_config(state, self.unet))
        return self._filled(net, state, "pose_guider.pth")

    @cached_property
    def vae(self) -> Autoencoder:
        """With today's names of its attention's weights."""
        path = self.files.vae_config
        with torch.device("meta"):
            net = Autoencoder(vae_config_from_json(read_json(path), str(path)))
        state = {_modern_vae_name(n): t for n, t in read_weights(self.files.vae).items()}
        return self._filled(net, state, "sd-vae-ft-mse")

    @cached_property
    def image_encoder(self) -> CLIPVisionModelWithProjection:
        """CLIP's vision part."""
        path = self.files.image_encoder_config
        try:
            net = empty_image_encoder(read_json(path))
        except CheckpointError:
            raise
        except Exception as error:  # what a strange config makes this library raise is open
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise CheckpointError(f"{path} does not describe its network: {reason}") from error
        return self._filled(net, read_weights(self.files.image_encoder), "image_encoder")

    @cached_property
    def sizes_bytes(self) -> Mapping[str, int]:
        """Bytes of each network in float32; every weight is compared with its configuration."""
        mapped = Checkpoint(self.files, as_stored)
        return {name: _float32_bytes(getattr(mapped, name)) for name in NETWORKS}

    def empty_denoiser(self) -> UNet:
        """The denoising UNet without weights."""
        with torch.device("meta"):
            return UNet(self.unet, self.motion, channels_in=2 * LATENT_CHANNELS)

    def _filled(self, net: Net, state: State, what: str, spare: str = "") -> Net:
        load_state(net, state, self.convert, what, spare)
        return net.eval().requires_grad_(False)

    def _own_state(self) -> State:
        """Motion modules and denoising UNet; each may hold motion weights, the latter's count."""
        motion = self.files.motion_modules
        return (read_weights(motion) if motion else {}) | read_weights(self.files.denoiser)


def load_checkpoint(
    folder: Path, inference_config: Path | None = None, convert: Convert = in_float32
) -> Checkpoint:
    """Open a folder of the official layout and compare every weight with its configuration.

    No weight is read for it. Without `inference_config`, one that lies in the folder or beside it
    is taken, else the official values.

    Raises:
        CheckpointError: a file or weight is missing or of the wrong shape.
        UnsupportedError: a configuration that the official release does not use.
    """
    files = find_checkpoint_files(folder, inference_config)
    checkpoint = Checkpoint(files, convert)
    assert checkpoint.sizes_bytes  # asked for it, it looks at every network
    return checkpoint


def _float32_bytes(net: nn.Module) -> int:
    return sum(t.numel() * torch.float32.itemsize for t in net.state_dict().values())


def _pose_guider_config(state: State, unet: UNetConfig) -> PoseGuiderConfig:
    try:
        levels = [state["conv_in.weight"]]
        while f"blocks.{2 * len(levels) - 1}.weight" in state:
            levels.append(state[f"blocks.{2 * len(levels) - 1}.weight"])
        widths = tuple(len(weight) for weight in levels)
        return PoseGuiderConfig(levels[0].shape[1], widths, unet.channels[0])
    except KeyError as error:
        raise CheckpointError(
            f"pose_guider.pth has no {error}; it is no MIMO pose guider."
        ) from None


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


def _modern_vae_name(name: str) -> str:
    parts = name.split(".")
    if "attentions" in parts:
        parts = [_LEGACY_VAE.get(part, part) for part in parts]
    return ".".join(parts)
