"""CLIP's vision network as a bundle holds it: the picture of the character to one token."""

from typing import TYPE_CHECKING

from torch import Tensor, nn

if TYPE_CHECKING:
    from transformers import CLIPVisionModelWithProjection


class ImageEncoder(nn.Module):
    """CLIP: pixels [1, 3, s, s] to the character's token [1, token_width]."""

    def __init__(self, net: "CLIPVisionModelWithProjection") -> None:
        super().__init__()
        self.net = net

    def forward(self, pixels: Tensor) -> Tensor:
        """The projected embedding."""
        result: Tensor = self.net(pixel_values=pixels).image_embeds
        return result
