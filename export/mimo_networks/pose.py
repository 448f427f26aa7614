"""The pose guider: a rendered body picture to what is added after the denoiser's `conv_in`."""

import itertools
from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class PoseGuiderConfig:
    """`widths` are the channels of the levels, one more level than halvings."""

    channels_in: int = 3
    widths: tuple[int, ...] = (16, 32, 96, 256)
    channels_out: int = 320


class PoseGuider(nn.Module):
    """3x3 convolutions with SiLU between them; every second block branches the size."""

    def __init__(self, config: PoseGuiderConfig) -> None:
        super().__init__()
        self.config = config
        widths = config.widths
        self.conv_in = nn.Conv2d(config.channels_in, widths[0], 3, padding=1)
        blocks = []
        for width, wider in itertools.pairwise(widths):
            blocks.append(nn.Conv2d(width, width, 3, padding=1))
            blocks.append(nn.Conv2d(width, wider, 3, padding=1, stride=2))
        self.blocks = nn.ModuleList(blocks)
        self.conv_out = nn.Conv2d(widths[-1], config.channels_out, 3, padding=1)

    def forward(self, pictures: Tensor) -> Tensor:
        """[frames, channels_in, H, W] in [0, 1] to [frames, channels_out, h, w]."""
        x = functional.silu(self.conv_in(pictures))
        for block in self.blocks:
            x = functional.silu(block(x))
        result: Tensor = self.conv_out(x)
        return result
