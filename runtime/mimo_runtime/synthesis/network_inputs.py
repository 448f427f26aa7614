"""Pictures as the networks are given them."""

import numpy as np
from PIL import Image

from mimo_runtime.arrays import Floats, Pixels

_CLIP_MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)
_CLIP_STD = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)


def vae_pixels(rgb: Pixels, width_px: int, height_px: int) -> Floats:
    """What the VAE encodes: float32 [1, 3, height_px, width_px] in [-1, 1], from [h, w, 3]."""
    return pose_pixels(rgb, width_px, height_px) * np.float32(2.0) - np.float32(1.0)


def pose_pixels(rgb: Pixels, width_px: int, height_px: int) -> Floats:
    """What the pose guider reads: float32 [1, 3, height_px, width_px] in [0, 1]."""
    return _resized(rgb, width_px, height_px, Image.Resampling.LANCZOS)


def clip_pixels(rgb: Pixels, size_px: int = 224) -> Floats:
    """What CLIP sees: float32 [1, 3, size_px, size_px], with CLIP's mean 0 and deviation 1."""
    pixels = _resized(rgb, size_px, size_px, Image.Resampling.BICUBIC)
    return (pixels - _CLIP_MEAN[:, np.newaxis, np.newaxis]) / _CLIP_STD[:, np.newaxis, np.newaxis]


def _resized(rgb: Pixels, width_px: int, height_px: int, filter_: Image.Resampling) -> Floats:
    picture = np.asarray(Image.fromarray(rgb).resize((width_px, height_px), filter_))
    return picture.transpose(2, 0, 1)[np.newaxis].astype(np.float32) / np.float32(255.0)
