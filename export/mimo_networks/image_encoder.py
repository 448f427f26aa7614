"""CLIP's vision part: made without weights, and as the bundle's component."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
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


def empty_image_encoder(config: Mapping[str, Any]) -> "CLIPVisionModelWithProjection":
    """The network of a configuration of transformers; its weights are still to be assigned."""
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    with torch.device("meta"):
        net = CLIPVisionModelWithProjection(CLIPVisionConfig.from_dict(dict(config)))
    for module in net.modules():
        if "position_ids" in module._buffers:  # not part of the state, so it is made here
            shape = module.get_buffer("position_ids").shape
            positions = torch.arange(shape[-1], device="cpu").expand(shape)
            module.register_buffer("position_ids", positions, persistent=False)
    return net
