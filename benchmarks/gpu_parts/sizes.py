"""The shapes that are measured: the official networks at two picture sizes, or tiny ones."""

from dataclasses import dataclass

from mimo_networks.config import MotionConfig, UNetConfig
from mimo_networks.vae_config import VaeConfig

STRIDE_PX = 8


@dataclass(frozen=True, slots=True)
class Level:
    """Tokens of one attention: `side` squared of them in `heads` heads of `head_size` columns."""

    side: int
    heads: int
    head_size: int

    @property
    def length(self) -> int:
        """Tokens of a frame."""
        return self.side**2

    @property
    def width(self) -> int:
        """Channels."""
        return self.heads * self.head_size


@dataclass(frozen=True, slots=True)
class Size:
    """One picture size of the networks: `side_px` square, windows of `frames`, two branches."""

    side_px: int
    frames: int
    unet: UNetConfig
    motion: MotionConfig
    vae: VaeConfig

    @property
    def latent(self) -> int:
        """Side of the latents."""
        return self.side_px // STRIDE_PX

    @property
    def levels(self) -> tuple[Level, ...]:
        """Attention shapes from the outermost level inwards; sides are halved rounding up."""
        found, side = [], self.latent
        for width, heads in zip(self.unet.channels, self.unet.heads, strict=True):
            found.append(Level(side, heads, width // heads))
            side = -(-side // 2)
        return tuple(found)


def official_unet(
    channels: tuple[int, ...], heads: int, layers: int, groups: int, token_width: int = 768
) -> UNetConfig:
    """The shape of Stable Diffusion 1.5 with these sizes."""
    return UNetConfig(
        channels=channels,
        layers=layers,
        heads=(heads,) * len(channels),
        token_width=token_width,
        norm_groups=groups,
        norm_eps=1e-5,
        down_attention=(True, True, True, False),
        up_attention=(False, True, True, True),
        flip_sin_to_cos=True,
        freq_shift=0,
        mid_scale=1,
    )


_OFFICIAL = official_unet((320, 640, 1280, 1280), heads=8, layers=2, groups=32)
_TINY = official_unet((64, 32, 32, 32), heads=2, layers=1, groups=8)
OFFICIAL_SIZES = tuple(
    Size(side_px, 24, _OFFICIAL, MotionConfig(), VaeConfig()) for side_px in (784, 512)
)
SMOKE_SIZES = tuple(
    Size(side_px, 2, _TINY, MotionConfig(heads=2), VaeConfig((8, 8, 8, 8), 1, 4))
    for side_px in (40, 32)
)
