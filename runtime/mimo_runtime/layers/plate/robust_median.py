"""What many observations of a plate agree on."""

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.layers.frames import Pixels
from mimo_runtime.layers.plate.stack import PlateStack
from mimo_runtime.layers.plate.visibility import EXPECTED, GROUND, SUPPOSED

_FEW = 2  # observations, less of which are chance
_SHORT = 8  # frames: in fewer of them more cannot be asked for
_FEWEST = 4  # observations of what lasts
_OFTEN = 0.3  # of the frames that show a place, as far as they are observed
_LASTING = 10  # levels

Counts = NDArray[np.uint8]


def robust_median(stack: PlateStack, shown: NDArray[np.float64]) -> tuple[Pixels, Counts]:
    """The scene as most observations show it, and how many these are.

    Of the most trusted ones as many are taken as make half of all; of places where a shadow may
    have been, the light ones. What was seen where somebody was expected counts where nothing else
    was seen, and only what stays as it is: that is a thing which stands in front.

    Args:
        stack: the observations.
        shown: in what share of the frames a place is in the picture, float64 [height, width].

    Returns:
        uint8 [height, width, 3] and uint8 [height, width]; 0 and 0 where nothing is known.
    """
    half = np.maximum(stack.counts(EXPECTED) // 2, _FEW)
    least = stack.best(half, EXPECTED, GROUND)
    counts = stack.counts(least)
    if stack.depth >= _SHORT:
        counts[counts < _FEW] = 0
    shaded = (stack.visibility == GROUND).any(axis=0)
    levels = stack.median(~shaded & (counts > 0), least)
    dark = shaded & (counts > 0)
    levels[dark] = stack.lit(dark, least)[dark]
    any_counts = stack.counts(SUPPOSED)
    often = any_counts >= np.maximum(_FEWEST, _OFTEN * stack.depth * shown)
    perhaps = (counts < _FEW) & often
    lasting = perhaps & (stack.spread(perhaps, SUPPOSED) <= _LASTING)
    levels[lasting] = stack.median(lasting, SUPPOSED)[lasting]
    counts[lasting] = any_counts[lasting]
    return levels, counts
