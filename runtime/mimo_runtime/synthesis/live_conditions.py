"""Condition maps of frames that arrive one by one, kept as long as a window may hold them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.engines.engine import Tensor
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.synthesis.network_inputs import vae_pixels


class LiveConditions:
    """A ring of maps where the engines are; what is made `kept` frames later replaces one."""

    def __init__(self, engines: EngineSet, kept: int) -> None:
        self._encoder = engines.bind("vae_encoder")
        engine = engines.get("condition")
        first = engine.bind()
        shared: Mapping[str, Any] = {
            spec.name: first.buffers[spec.name] for spec in engine.component.inputs
        }
        self._bound = [first, *(engine.bind(shared) for _ in range(kept - 1))]
        self._next = 0

    def show(self, scene: NDArray[np.uint8]) -> None:
        """Encode the scene, uint8 [side, side, 3], that all maps from now on are made with."""
        pixels = self._encoder.buffers["pixels"]
        height_px, width_px = pixels.shape[-2:]
        pixels[...] = vae_pixels(scene, width_px, height_px)
        self._encoder.run()
        self._bound[0].buffers["background"][...] = self._encoder.buffers["latents"]

    def make(self, planes: NDArray[np.float32]) -> Tensor:
        """The map [1, channels, h, w] of planes [channels, height, width]."""
        bound = self._bound[self._next]
        self._next = (self._next + 1) % len(self._bound)
        bound.buffers["planes"][...] = planes[np.newaxis]
        bound.run()
        condition: Tensor = bound.buffers["condition"]
        return condition
