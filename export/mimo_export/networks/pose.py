"""The pose guider: a rendered body picture to what is added after the denoiser's `conv_in`."""

import itertools
from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional


class PoseGuider(nn.Module):
    """3x3 convolutions with SiLU between them; every second block halves the size.

    `widths` are the channels of the levels, one more level than halvings; official
    (16, 32, 96, 256), which divides the size by 8.
    """

    def __init__(self, channels_in: int, widths: Sequence[int], channels_out: int) -> None:
        super().__init__()
        self.conv_in = nn.Conv2d(channels_in, widths[0], 3, padding=1)
        blocks = []
        for width, wider in itertools.pairwise(widths):
            blocks.append(nn.Conv2d(width, width, 3, padding=1))
            blocks.append(nn.Conv2d(width, wider, 3, padding=1, stride=2))
        self.blocks = nn.ModuleList(blocks)
        self.conv_out = nn.Conv2d(widths[-1], channels_out, 3, padding=1)

    def forward(self, pictures: Tensor) -> Tensor:
        """[frames, channels_in, H, W] in [0, 1] to [frames, channels_out, h, w]."""
        x = functional.silu(self.conv_in(pictures))
        for block in self.blocks:
            x = functional.silu(block(x))
        result: Tensor = self.conv_out(x)
        return result
