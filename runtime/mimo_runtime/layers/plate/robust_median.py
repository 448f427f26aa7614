"""What many observations of a plate agree on."""

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Pixels
from mimo_runtime.layers.plate.stack import PlateStack
from mimo_runtime.layers.plate.tuning import TUNING
from mimo_runtime.layers.plate.visibility import EXPECTED, GROUND, SUPPOSED

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
    half = np.maximum(stack.counts(EXPECTED) // 2, TUNING.few_observations)
    least = stack.best(half, EXPECTED, GROUND)
    counts = stack.counts(least)
    if stack.depth >= TUNING.short_frames:
        counts[counts < TUNING.few_observations] = 0
    shaded = (stack.visibility == GROUND).any(axis=0)
    levels = stack.median(~shaded & (counts > 0), least)
    dark = shaded & (counts > 0)
    levels[dark] = stack.lit(dark, least)[dark]
    any_counts = stack.counts(SUPPOSED)
    often = any_counts >= np.maximum(
        TUNING.lasting_observations, TUNING.lasting_share * stack.depth * shown
    )
    perhaps = (counts < TUNING.few_observations) & often
    lasting = perhaps & (stack.spread(perhaps, SUPPOSED) <= TUNING.lasting_levels)
    levels[lasting] = stack.median(lasting, SUPPOSED)[lasting]
    counts[lasting] = any_counts[lasting]
    return levels, counts
