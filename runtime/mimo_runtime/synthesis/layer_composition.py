"""A painted person, with cover of its own, put between scene and occluder."""

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.synthesis.composition import Layers

Pixels = NDArray[np.uint8]


def compose_layer(rgba: NDArray[np.float32], left: int, top: int, layers: Layers) -> Pixels:
    """scene x (1 - A) + RGB, the occluder of the source in front; new uint8 [height, width, 3].

    Where the layer is empty and no occluder is, the frame is the scene to the level.

    Args:
        rgba: float32 [h, w, 4] in 0..1, premultiplied; a shadow is black that covers.
        left, top: where its corner is in the frame, which holds it whole.
        layers: the template's pictures of the frame.
    """
    frame = layers.scene.copy()
    height, width = rgba.shape[:2]
    inside = frame[top : top + height, left : left + width]
    painted = inside * (1 - rgba[..., 3:]) + rgba[..., :3] * 255
    inside[...] = np.rint(painted).clip(0, 255)
    if layers.occlusion is None or layers.source is None:
        return frame
    front = layers.occlusion > 0
    cover = layers.occlusion[front, None].astype(np.float32) / 255
    frame[front] = np.rint(frame[front] * (1 - cover) + layers.source[front] * cover)
    return frame
