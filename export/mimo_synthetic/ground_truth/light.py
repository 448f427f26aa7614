"""Sun and sky: how bright a surface is."""

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.camera import Camera
from mimo_runtime.body.render import View

Floats = NDArray[np.float32]
SUN = np.array([-0.42, 0.76, 0.5]) / np.linalg.norm([-0.42, 0.76, 0.5])
"""Towards the sun, world axes."""

_SHADE, _SKY, _DIRECT = 0.5, 0.13, 0.45


def brightness(normals: NDArray[np.floating]) -> Floats:
    """Of surfaces with unit `normals` [..., 3] in world axes; float32 [..., 1]."""
    direct = (normals @ SUN).clip(0, 1)
    return np.asarray(_SHADE + _SKY * normals[..., 1] + _DIRECT * direct, np.float32)[..., None]


def lit(view: View, camera: Camera) -> Floats:
    """The colours of `view` in this light, multiplied by its coverage: float32 [H, W, 3], 0..1."""
    world = view.normals @ camera.rotation.astype(np.float32)
    return np.asarray(view.rgb / np.float32(255) * brightness(world), np.float32)
