"""The motion and scene codes: one map per cropped frame, constant over all steps."""

from collections.abc import Generator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.engines.engine import Tensor
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.planning.crops import Context
from mimo_runtime.synthesis.character import pose_pixels, vae_pixels
from mimo_runtime.synthesis.crop import BLACK, WHITE
from mimo_runtime.synthesis.framing import Framing
from mimo_runtime.templates.folder import MOTION, SCENE, Template


@dataclass(frozen=True, slots=True)
class Place:
    """Where a frame is seen: `place` counts the cropped frames of all contexts in a row, which is
    the sequence that is denoised; `position` counts those of `context`.
    """

    place: int
    context: Context
    position: int


def places_of_frames(
    contexts: Sequence[Context], frame_count: int
) -> tuple[tuple[Place, ...], ...]:
    """Per frame every place where it is seen, in the order of the contexts."""
    places: list[list[Place]] = [[] for _ in range(frame_count)]
    place = 0
    for context in contexts:
        for position, frame in enumerate(context.frames):
            places[frame].append(Place(place, context, position))
            place += 1
    return tuple(map(tuple, places))


class ConditionMaker:
    """Turns a motion and a scene frame, cropped alike, into a condition map."""

    def __init__(self, engines: EngineSet) -> None:
        self._encoder = engines.bind("vae_encoder")
        self._condition = engines.bind("condition")

    def make(self, motion: NDArray[np.uint8], scene: NDArray[np.uint8]) -> Tensor:
        """Squares uint8 [side, side, 3] to a map [1, channels, h, w] where the engines are.

        The map is valid until the next call.
        """
        pixels = self._encoder.buffers["pixels"]
        height_px, width_px = pixels.shape[-2:]
        pixels[...] = vae_pixels(scene, width_px, height_px)
        self._encoder.run()
        self._condition.buffers["background"][...] = self._encoder.buffers["latents"]
        self._condition.buffers["pose"][...] = pose_pixels(motion, width_px, height_px)
        self._condition.run()
        condition: Tensor = self._condition.buffers["condition"]
        return condition


def condition_maps(
    engines: EngineSet, template: Template, framing: Framing, places: Sequence[Sequence[Place]]
) -> Generator[tuple[int, Tensor]]:
    """Each place with its map, decoding motion and scene once, side by side.

    A map is valid until the next one is asked for.
    """
    maker = ConditionMaker(engines)
    frames = range(template.frame_count)
    with ExitStack() as open_streams:
        motions, scenes = (
            open_streams.enter_context(closing(template.frames(name, frames)))
            for name in (MOTION, SCENE)
        )
        for seen, motion, scene in zip(places, motions, scenes, strict=True):
            for place in seen:
                crop = place.context.crop
                shown = framing.cut(motion, crop, BLACK), framing.cut(scene, crop, WHITE)
                yield place.place, maker.make(*shown)
