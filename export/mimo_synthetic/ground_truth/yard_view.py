"""The empty yard as one camera sees it, ready for shadows."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.camera import Camera
from mimo_synthetic.ground_truth.grain import Floats
from mimo_synthetic.ground_truth.light import brightness
from mimo_synthetic.ground_truth.shadows import Shadow
from mimo_synthetic.ground_truth.yard import Brightness, Yard, see

_SAMPLES = 2


@dataclass(frozen=True, slots=True, eq=False)
class YardView:
    """`colours`, float32 [2H, 2W, 3], of 2x2 samples a pixel, and where its floor is.

    floor: bool [2H, 2W]; floor_m: float64 [N, 3], its points; depth_m: float32 [H, W].
    """

    colours: Floats
    floor: NDArray[np.bool_]
    floor_m: NDArray[np.float64]
    depth_m: Floats

    def darkness(self, shadow: Shadow) -> Floats:
        """The light that `shadow` takes, float32 [2H, 2W]."""
        dark = np.zeros(self.floor.shape, np.float32)
        dark[self.floor] = shadow.at(self.floor_m)
        return dark

    def lit(self, dark: Floats) -> Floats:
        """The yard with this much less light, float32 [H, W, 3]."""
        return self.small(self.colours * (1 - dark[..., None]))

    def small(self, samples: Floats) -> Floats:
        """Of [2H, 2W, ...] the means of the pixels' samples, float32 [H, W, ...]."""
        height, width = samples.shape[:2]
        size = (width // _SAMPLES, height // _SAMPLES)
        return np.asarray(cv2.resize(samples, size, interpolation=cv2.INTER_AREA), np.float32)


def view_yard(yard: Yard, camera: Camera, bright: Brightness = brightness) -> YardView:
    """`yard` through `camera`, in the light that `bright` tells of."""
    colours, depth, hits = see(yard, camera.scaled(_SAMPLES), bright)
    size = (camera.height_px, _SAMPLES, camera.width_px, _SAMPLES)
    nearest = depth.reshape(size).min(axis=(1, 3))
    return YardView(colours, hits.floor, hits.points_m[hits.floor], nearest)
