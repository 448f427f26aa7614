"""The motion and scene codes: one map per crop of a frame, constant over all steps."""

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.engines.engine import Tensor
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.synthesis.network_inputs import pose_pixels, vae_pixels


class ConditionMaker:
    """Turns a motion and a scene frame, cropped alike, into a condition map."""

    def __init__(self, engines: EngineSet) -> None:
        self._encoder = engines.bind("vae_encoder")
        self._condition = engines.bind("condition")

    def make(self, motion: NDArray[np.uint8], scene: NDArray[np.uint8]) -> Tensor:
        """Squares uint8 [side, side, 3] to a map [1, channels, h, w] where the engines are.

        The map is valid until the next call.
        """
        height_px, width_px = self._encoder.buffers["pixels"].shape[-2:]
        return self._made(scene, "pose", pose_pixels(motion, width_px, height_px))

    def make_of_planes(self, planes: NDArray[np.float32], scene: NDArray[np.uint8]) -> Tensor:
        """As `make`, for a bundle that sees planes [channels, height, width] of its own size."""
        return self._made(scene, "planes", planes[np.newaxis])

    def _made(self, scene: NDArray[np.uint8], name: str, motion: NDArray[np.float32]) -> Tensor:
        pixels = self._encoder.buffers["pixels"]
        height_px, width_px = pixels.shape[-2:]
        pixels[...] = vae_pixels(scene, width_px, height_px)
        self._encoder.run()
        self._condition.buffers["background"][...] = self._encoder.buffers["latents"]
        self._condition.buffers[name][...] = motion
        self._condition.run()
        condition: Tensor = self._condition.buffers["condition"]
        return condition
