"""Motion colours: a point of the surface as a colour, never near black, which is "nobody"."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats

DARKEST = 32 / 255


def surface_colours(surface: NDArray[Any]) -> Floats:
    """float32 RGB 0..1 of surface coordinates [..., 3] 0..1: x is red, y green, z blue.

    Every channel begins at 32/255, so that a threshold on brightness finds the whole person.
    """
    return (DARKEST + (1 - DARKEST) * surface).astype(np.float32)
