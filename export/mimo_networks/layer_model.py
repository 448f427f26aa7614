"""A model that paints the human layer: MIMO's networks with planes for its motion code.

What differs from the official model: the motion code is the planes of the structured motion code
(`characters.planes`) instead of a coloured body; the reference is shown with the planes of its own
posture; latents have more channels; the autoencoder paints a layer (`layer_vae`); a small encoder
stands where CLIP does. Blocks, attentions and schedule are the official ones.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from torch import nn

from mimo_networks.config import MotionConfig, UNetConfig
from mimo_networks.layer_files import MODEL, WEIGHTS
from mimo_networks.layer_vae import PLANES, LayerDecoder, LayerEncoder, LayerVaeConfig
from mimo_networks.picture_encoder import PictureEncoder, PictureEncoderConfig
from mimo_networks.pose import PoseGuider, PoseGuiderConfig
from mimo_networks.unet import UNet
from mimo_runtime.errors import CheckpointError

FORMAT: Final = "mimo-layer-model"
VERSION: Final = 1


def _small_unet() -> UNetConfig:
    return UNetConfig(
        channels=(64, 96, 128),
        layers=1,
        heads=(2, 3, 4),
        token_width=128,
        norm_groups=32,
        norm_eps=1e-5,
        down_attention=(True, True, True),
        up_attention=(True, True, True),
        flip_sin_to_cos=True,
        freq_shift=0,
        mid_scale=1.0,
        out_channels=16,
    )


def _small_motion() -> MotionConfig:
    return MotionConfig(heads=4, resolutions=(1, 2, 4), mid_block=False)


@dataclass(frozen=True, slots=True)
class LayerModelConfig:
    """Sizes of all networks; the defaults are mimo-tiny's."""

    unet: UNetConfig = field(default_factory=_small_unet)
    motion: MotionConfig = field(default_factory=_small_motion)
    vae: LayerVaeConfig = field(default_factory=LayerVaeConfig)
    image_encoder: PictureEncoderConfig = field(default_factory=PictureEncoderConfig)
    guider_widths: tuple[int, ...] = (16, 32, 48, 64)


class LayerModel(nn.Module):
    """The networks; what is computed with them is decided by who trains or exports them."""

    def __init__(self, config: LayerModelConfig) -> None:
        super().__init__()
        self.config = config
        unet, channels = config.unet, config.vae.latent_channels
        self.encoder, self.decoder = LayerEncoder(config.vae), LayerDecoder(config.vae)
        self.denoiser = UNet(unet, config.motion, 2 * channels)
        self.reference_net = UNet(unet, channels_in=channels)
        self.guider = PoseGuider(PoseGuiderConfig(PLANES, config.guider_widths, unet.channels[0]))
        self.image_encoder = PictureEncoder(config.image_encoder)


def network_configs(config: LayerModelConfig) -> Mapping[str, Mapping[str, Any]]:
    """What each network of a `LayerModel` is made from, by its name there."""
    unet = asdict(config.unet)
    guider = PoseGuiderConfig(PLANES, config.guider_widths, config.unet.channels[0])
    return {
        "denoiser": {"unet": unet, "motion": asdict(config.motion)},
        "reference_net": {"unet": unet},
        "guider": asdict(guider),
        "encoder": asdict(config.vae),
        "decoder": asdict(config.vae),
        "image_encoder": asdict(config.image_encoder),
    }


def describe(model: LayerModel, facts: Mapping[str, Any]) -> str:
    """The text of model.json: sizes of the networks, and `facts` about where they are from."""
    values = {"format": FORMAT, "version": VERSION, "networks": asdict(model.config)}
    return json.dumps(values | dict(facts), indent=1) + "\n"


def load_layer_model(folder: Path) -> tuple[LayerModel, Mapping[str, Any]]:
    """The networks of a folder in fp32, and everything that its model.json says.

    Raises:
        CheckpointError: a file is missing, of a newer version, or does not fit the other.
    """
    from safetensors.torch import load_file

    try:
        values = json.loads((folder / MODEL).read_text(encoding="utf-8"))
        if (values["format"], values["version"]) != (FORMAT, VERSION):
            raise CheckpointError(
                f"{folder / MODEL} is of format {values['format']} version {values['version']}; "
                f"this program reads {FORMAT} version {VERSION}. Train or download it again."
            )
        model = LayerModel(_config(values["networks"]))
        model.load_state_dict(load_file(folder / WEIGHTS))
    except (OSError, ValueError, LookupError, TypeError, RuntimeError) as error:
        raise CheckpointError(f"The model in {folder} cannot be read: {error}") from error
    return model.float().eval(), values


def _config(values: Mapping[str, Any]) -> LayerModelConfig:
    kinds = {
        "unet": UNetConfig,
        "motion": MotionConfig,
        "vae": LayerVaeConfig,
        "image_encoder": PictureEncoderConfig,
    }
    parts = {name: kind(**_tuples(values[name])) for name, kind in kinds.items()}
    return LayerModelConfig(**parts, guider_widths=tuple(values["guider_widths"]))


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
