"""Sizes of the two UNets, read from the checkpoint's own files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mimo_runtime.errors import CheckpointError, UnsupportedError

LATENT_CHANNELS = 4
MOTION_NORM_GROUPS = 32  # the official class does not read the config here

# What the official classes can be told but the release never does. Anything else than these
# values would change the network, so it is refused instead of being ignored.
_FIXED_UNET = {
    "act_fn": ("silu", "swish"),
    "class_embed_type": (None,),
    "num_class_embeds": (None,),
    "center_input_sample": (False,),
    "downsample_padding": (1,),
    "dual_cross_attention": (False,),
    "only_cross_attention": (False,),
    "resnet_time_scale_shift": ("default",),
    "use_linear_projection": (False,),
}
_FIXED_TEMPORAL = {
    "temporal_position_encoding": (True,),
    "cross_frame_attention_mode": (None,),
}
_FIXED_MOTION = {
    "use_inflated_groupnorm": (True,),
    "unet_use_cross_frame_attention": (False, None),
    "unet_use_temporal_attention": (False, None),
    "motion_module_type": ("Vanilla", None),
}


@dataclass(frozen=True, slots=True)
class MotionConfig:
    """Temporal modules: which levels have them and what their weights cannot tell."""

    heads: int = 8
    resolutions: tuple[int, ...] = (1, 2, 4, 8)
    mid_block: bool = True
    decoder_only: bool = False
    blocks: int = 1
    attentions: int = 2
    table_frames: int = 32
    dim_divisor: int = 1


@dataclass(frozen=True, slots=True)
class UNetConfig:
    """A Stable-Diffusion-1.5-shaped UNet.

    `heads` is the number of attention heads of each level, which the files of SD 1.5 call
    `attention_head_dim`. `down_attention` and `up_attention` say which levels have spatial
    transformers, from the outer to the inner level and back.
    """

    channels: tuple[int, ...]
    layers: int
    heads: tuple[int, ...]
    token_width: int
    norm_groups: int
    norm_eps: float
    down_attention: tuple[bool, ...]
    up_attention: tuple[bool, ...]
    flip_sin_to_cos: bool
    freq_shift: float
    mid_scale: float
    out_channels: int = LATENT_CHANNELS

    @property
    def time_width(self) -> int:
        """Width of the time embedding."""
        return 4 * self.channels[0]


def unet_config_from_json(values: Mapping[str, Any], file: str) -> UNetConfig:
    """Read `unet/config.json`.

    Raises:
        CheckpointError: a needed key is missing, or the sizes do not fit together.
        UnsupportedError: a setting that the official release does not use.
    """
    _refuse_other(values, _FIXED_UNET, file)
    config = _unet_config(values, file)
    levels = len(config.channels)
    if {len(config.heads), len(config.down_attention), len(config.up_attention)} != {levels}:
        raise CheckpointError(
            f"{file} gives {levels} block_out_channels and another number of block types or "
            "attention_head_dim; each level needs one of each."
        )
    for width, heads in zip(config.channels, config.heads, strict=True):
        for divisor in (heads, config.norm_groups, MOTION_NORM_GROUPS):
            if width % divisor:
                raise CheckpointError(
                    f"{file} has a level of {width} channels, which {divisor} does not divide; "
                    f"heads ({heads}), norm groups ({config.norm_groups}) and the "
                    f"{MOTION_NORM_GROUPS} groups of the motion modules must."
                )
    return config


def _unet_config(values: Mapping[str, Any], file: str) -> UNetConfig:
    try:
        channels = tuple(int(c) for c in values["block_out_channels"])
        heads = values.get("attention_head_dim", 8)
        return UNetConfig(
            channels=channels,
            layers=int(values.get("layers_per_block", 2)),
            heads=tuple(heads) if isinstance(heads, list) else (int(heads),) * len(channels),
            token_width=int(values["cross_attention_dim"]),
            norm_groups=int(values.get("norm_num_groups", 32)),
            norm_eps=float(values.get("norm_eps", 1e-5)),
            down_attention=_attention_levels(values["down_block_types"], file),
            up_attention=_attention_levels(values["up_block_types"], file),
            flip_sin_to_cos=bool(values.get("flip_sin_to_cos", True)),
            freq_shift=float(values.get("freq_shift", 0)),
            mid_scale=float(values.get("mid_block_scale_factor", 1)),
            out_channels=int(values.get("out_channels", LATENT_CHANNELS)),
        )
    except KeyError as error:
        raise CheckpointError(
            f"{file} has no {error}; take the config.json of Stable Diffusion 1.5's unet."
        ) from error
    except (AttributeError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"{file} has a value of the wrong kind: {error}; take it as it was published."
        ) from error


def motion_config_from_yaml(values: Mapping[str, Any], file: str) -> MotionConfig:
    """Read `unet_additional_kwargs` of the official inference configuration.

    Raises:
        CheckpointError: a value is of the wrong kind.
        UnsupportedError: a setting that the official release does not use.
    """
    try:
        return _motion_config(values, file)
    except (AttributeError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"{file} has a value of the wrong kind: {error}; take it as it was published."
        ) from error


def _motion_config(values: Mapping[str, Any], file: str) -> MotionConfig:
    _refuse_other(values, _FIXED_MOTION, file)
    if not values.get("use_motion_module", True):
        raise UnsupportedError(f"{file} turns motion modules off; MIMO cannot do without them.")
    kwargs = values.get("motion_module_kwargs", {})
    _refuse_other(kwargs, _FIXED_TEMPORAL, file)
    kinds = kwargs.get("attention_block_types", ["Temporal_Self", "Temporal_Self"])
    if set(kinds) != {"Temporal_Self"}:
        raise UnsupportedError(f"{file} asks for {kinds}; only Temporal_Self is supported.")
    return MotionConfig(
        heads=int(kwargs.get("num_attention_heads", 8)),
        resolutions=tuple(values.get("motion_module_resolutions", (1, 2, 4, 8))),
        mid_block=bool(values.get("motion_module_mid_block", True)),
        decoder_only=bool(values.get("motion_module_decoder_only", False)),
        blocks=int(kwargs.get("num_transformer_block", 1)),
        attentions=len(kinds),
        table_frames=int(kwargs.get("temporal_position_encoding_max_len", 32)),
        dim_divisor=int(kwargs.get("temporal_attention_dim_div", 1)),
    )


def _attention_levels(kinds: list[str], file: str) -> tuple[bool, ...]:
    known = {"CrossAttnDownBlock", "DownBlock", "CrossAttnUpBlock", "UpBlock"}
    bare = [kind.removesuffix("2D").removesuffix("3D") for kind in kinds]
    if strange := sorted(set(bare) - known):
        raise UnsupportedError(f"{file} has blocks of type {strange}; {sorted(known)} are known.")
    return tuple(kind.startswith("CrossAttn") for kind in bare)


def _refuse_other(
    values: Mapping[str, Any], fixed: Mapping[str, tuple[Any, ...]], file: str
) -> None:
    for key, allowed in fixed.items():
        if key in values and values[key] not in allowed:
            raise UnsupportedError(
                f"{file} sets {key} to {values[key]!r}; the official networks have {allowed[0]!r}."
            )
