"""The UNet of Stable Diffusion 1.5, with motion modules (denoiser) or without (ReferenceNet)."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from mimo_networks.conditions import Conditions
from mimo_networks.config import LATENT_CHANNELS, MotionConfig, UNetConfig
from mimo_networks.layers import (
    Downsample,
    GroupNorm,
    ResnetBlock,
    TimestepEmbedding,
    Upsample,
)
from mimo_networks.motion import MotionModule
from mimo_networks.transformer import SpatialTransformer, TransformerBlock


class Stage(nn.Module):
    """Layers of one level: resnet, then spatial transformer, then motion module, where present."""

    def __init__(
        self,
        resnets: list[ResnetBlock],
        attentions: list[SpatialTransformer],
        motions: list[MotionModule],
    ) -> None:
        super().__init__()
        self.resnets = nn.ModuleList(resnets)
        self.attentions = nn.ModuleList(attentions)
        self.motion_modules = nn.ModuleList(motions)

    def after_resnet(self, x: Tensor, layer: int, conditions: Conditions) -> Tensor:
        """Spatial transformer and motion module number `layer`."""
        if self.attentions:
            x = self.attentions[layer](x, conditions)
        if self.motion_modules:
            x = self.motion_modules[layer](x, conditions)
        return x


class DownStage(Stage):
    """Layers of one level on the way down; every output is kept as a skip."""

    def __init__(self, *layers: Any, downsample: bool, width: int) -> None:
        super().__init__(*layers)
        self.downsamplers = nn.ModuleList([Downsample(width)] if downsample else [])

    def forward(self, x: Tensor, conditions: Conditions) -> list[Tensor]:
        """Skips of this level, the last one being what goes on down."""
        skips = []
        for layer, resnet in enumerate(self.resnets):
            x = self.after_resnet(resnet(x, conditions), layer, conditions)
            skips.append(x)
        if self.downsamplers:
            skips.append(self.downsamplers[0](x))
        return skips


class MiddleStage(Stage):
    """Resnet, then transformer, motion module and a second resnet."""

    def forward(self, x: Tensor, conditions: Conditions) -> Tensor:
        """[rows, channels, h, w] to the same."""
        x = self.resnets[0](x, conditions)
        x = self.after_resnet(x, 0, conditions)
        result: Tensor = self.resnets[1](x, conditions)
        return result


class UpStage(Stage):
    """Layers of one level on the way up; each takes the last skip off the stack."""

    def __init__(self, *layers: Any, upsample: bool, width: int) -> None:
        super().__init__(*layers)
        self.upsamplers = nn.ModuleList([Upsample(width)] if upsample else [])

    def forward(self, x: Tensor, skips: list[Tensor], conditions: Conditions) -> Tensor:
        """[rows, channels, h, w] to the size of the next level's skips."""
        for layer, resnet in enumerate(self.resnets):
            x = resnet(torch.cat([x, skips.pop()], dim=1), conditions)
            x = self.after_resnet(x, layer, conditions)
        if self.upsamplers:
            x = self.upsamplers[0](x, tuple(skips[-1].shape[-2:]))
        return x


class UNet(nn.Module):
    """Down, middle and up stages with skips; the conditions decide what each block is told."""

    def __init__(
        self,
        config: UNetConfig,
        motion: MotionConfig | None = None,
        channels_in: int = LATENT_CHANNELS,
    ) -> None:
        super().__init__()
        self.config = config
        build = StageBuilder(config, motion)
        self.conv_in = nn.Conv2d(channels_in, config.channels[0], 3, padding=1)
        self.time_embedding = TimestepEmbedding(
            config.channels[0], config.time_width, config.flip_sin_to_cos, config.freq_shift
        )
        levels = range(len(config.channels))
        self.down_blocks = nn.ModuleList(build.down(level) for level in levels)
        self.up_blocks = nn.ModuleList(build.up(level) for level in levels)
        self.mid_block = build.middle()
        if motion is not None:  # the official ReferenceNet has no head
            self.conv_norm_out = GroupNorm(config.norm_groups, config.channels[0], config.norm_eps)
            self.conv_out = nn.Conv2d(config.channels[0], config.out_channels, 3, padding=1)

    def forward(self, x: Tensor, conditions: Conditions) -> Tensor:
        """Feature maps after `conv_in` to feature maps before the head, [rows, c0, h, w]."""
        skips = [x]
        for stage in self.down_blocks:
            skips += stage(skips[-1], conditions)
        x = self.mid_block(skips[-1], conditions)
        for stage in self.up_blocks:
            x = stage(x, skips, conditions)
        return x

    def head(self, x: Tensor) -> Tensor:
        """Feature maps [rows, c0, h, w] to the prediction [rows, out_channels, h, w]."""
        result: Tensor = self.conv_out(functional.silu(self.conv_norm_out(x)))
        return result

    def resnets(self) -> Iterator[ResnetBlock]:
        """Every resnet, in the order of registration."""
        return (module for module in self.modules() if isinstance(module, ResnetBlock))

    def readers(self) -> Iterator[TransformerBlock]:
        """Every block that reads (or, in the ReferenceNet, writes) the reference."""
        return (module for module in self.modules() if isinstance(module, TransformerBlock))


class StageBuilder:
    """Makes the stages of a UNet level by level."""

    def __init__(self, config: UNetConfig, motion: MotionConfig | None) -> None:
        self.config = config
        self.motion = motion

    def down(self, level: int) -> DownStage:
        """Stage number `level` on the way down, the outermost first."""
        channels = self.config.channels
        name, width = f"down_blocks.{level}", channels[level]
        first = channels[max(level - 1, 0)]
        widths = [first] + [width] * (self.config.layers - 1)
        in_motion = self.motion is not None and not self.motion.decoder_only
        return DownStage(
            self._resnets(name, widths, width),
            self._attentions(name, level, self.config.layers, self.config.down_attention[level]),
            self._motions(width, self.config.layers, in_motion and self._moves(level)),
            downsample=level < len(channels) - 1,
            width=width,
        )

    def middle(self) -> MiddleStage:
        """The innermost stage."""
        width, level = self.config.channels[-1], len(self.config.channels) - 1
        return MiddleStage(
            self._resnets("mid_block", [width, width], width, self.config.mid_scale),
            self._attentions("mid_block", level, 1, True),
            self._motions(width, 1, self.motion is not None and self.motion.mid_block),
        )

    def up(self, index: int) -> UpStage:
        """Stage number `index` on the way up, the innermost first."""
        channels, layers = self.config.channels, self.config.layers + 1
        level = len(channels) - 1 - index
        name, width = f"up_blocks.{index}", channels[level]
        below = channels[min(level + 1, len(channels) - 1)]
        skips = [width] * (layers - 1) + [channels[max(level - 1, 0)]]
        widths = [x + skip for x, skip in zip([below] + [width] * (layers - 1), skips, strict=True)]
        return UpStage(
            self._resnets(name, widths, width),
            self._attentions(name, level, layers, self.config.up_attention[index]),
            self._motions(width, layers, self._moves(level)),
            upsample=level > 0,
            width=width,
        )

    def _moves(self, level: int) -> bool:
        return self.motion is not None and 2**level in self.motion.resolutions

    def _resnets(
        self, name: str, widths: list[int], width: int, scale: float = 1.0
    ) -> list[ResnetBlock]:
        c = self.config
        return [
            ResnetBlock(
                f"{name}.resnets.{i}", w, width, c.time_width, c.norm_groups, c.norm_eps, scale
            )
            for i, w in enumerate(widths)
        ]

    def _attentions(
        self, name: str, level: int, layers: int, present: bool
    ) -> list[SpatialTransformer]:
        c = self.config
        return [
            SpatialTransformer(
                f"{name}.attentions.{i}",
                c.channels[level],
                c.heads[level],
                c.token_width,
                c.norm_groups,
            )
            for i in range(layers if present else 0)
        ]

    def _motions(self, width: int, layers: int, present: bool) -> list[MotionModule]:
        if not present or self.motion is None:
            return []
        return [MotionModule(width, self.motion) for _ in range(layers)]
