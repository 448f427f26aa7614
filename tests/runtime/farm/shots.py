"""A shot without networks: frames of known colours, as a worker would have made them."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

import numpy as np

from mimo_runtime.farm.shot import Shot
from mimo_runtime.provenance.recipe import Recipe
from mimo_runtime.synthesis.request import OutputFrame

FRAMES = 10
RATE_FPS = Fraction(25)


def shot(first_frame: int = 1, inputs: Mapping[str, str] | None = None, **settings: int) -> Shot:
    values = {"seed": 42, "steps": 3} | settings
    recipe = Recipe(values, inputs or {"character": "a" * 64})
    return Shot(recipe, RATE_FPS, FRAMES, first_frame)


def made(frames: range) -> Iterator[OutputFrame]:
    for index in frames:
        rgb = np.full((16, 24, 3), 20 * index, np.uint8)
        rgb[index, :, 1] = 255
        yield OutputFrame(index, float(index / RATE_FPS), rgb)
