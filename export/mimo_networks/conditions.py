"""What a UNet pass is told besides its input, as one object handed down through the blocks.

The networks hold weights and order; where time, reference and character come from differs:
`official.py` computes them as the official code does, `precomputed.py` takes them ready-made. So
both forwards are the same walk over the same modules, and no module is patched.
"""

from typing import TYPE_CHECKING, Protocol

from torch import Tensor

if TYPE_CHECKING:
    from mimo_networks.layers import ResnetBlock
    from mimo_networks.motion import TemporalAttention
    from mimo_networks.transformer import TransformerBlock


class Conditions(Protocol):
    """The conditions of one pass over `rows` = branches x `frames` feature maps."""

    def time(self, resnet: "ResnetBlock") -> Tensor:
        """What a resnet adds for the timestep: [1 or rows, channels]."""

    def self_attention(self, block: "TransformerBlock", tokens: Tensor) -> Tensor:
        """Attention of normed tokens [rows, length, channels], with the reference if any."""

    def cross_attention(self, block: "TransformerBlock", tokens: Tensor) -> Tensor:
        """Attention of tokens [rows, length, channels] to the character's CLIP token."""

    def temporal_attention(self, attention: "TemporalAttention", tokens: Tensor) -> Tensor:
        """Attention of normed tokens [rows, length, width] over the frames at each pixel."""
