"""The small image encoder of a model trained from nothing: a picture to the character's one token.

It stands where the official model has CLIP. A transformer learns nothing in the hours that a small
model has; convolutions whose last map is read place by place do, since the character always fills
the picture alike.
"""

import itertools
from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class PictureEncoderConfig:
    """`widths` of the halvings from `image_size` px on; `projection_dim` of the token."""

    image_size: int = 224
    widths: tuple[int, ...] = (16, 32, 48, 64, 64)
    last_width: int = 16
    projection_dim: int = 128


class PictureEncoder(nn.Module):
    """Pixels [B, 3, s, s], normalised as CLIP's are, to tokens [B, projection_dim]."""

    def __init__(self, config: PictureEncoderConfig) -> None:
        super().__init__()
        self.config = config
        pairs = itertools.pairwise((3, *config.widths))
        self.convs = nn.ModuleList(nn.Conv2d(*pair, 3, stride=2, padding=1) for pair in pairs)
        self.norms = nn.ModuleList(nn.GroupNorm(8, width) for width in config.widths)
        self.squeeze = nn.Conv2d(config.widths[-1], config.last_width, 1)
        side = config.image_size >> len(config.widths)
        self.project = nn.Linear(config.last_width * side * side, config.projection_dim)

    def forward(self, pixels: Tensor) -> Tensor:
        """See the class."""
        x = pixels
        for conv, norm in zip(self.convs, self.norms, strict=True):
            x = functional.silu(norm(conv(x)))
        result: Tensor = self.project(self.squeeze(x).flatten(1))
        return result
