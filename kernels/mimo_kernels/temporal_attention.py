"""`mimo::TemporalAttention`: at each pixel, the frames of a window attend to each other.

Inputs `query`, `key`, `value` [halves * frames, length, width] and `frame_mask` bool [frames],
false for padding frames, which no frame attends to; attributes `heads` and `frames`. Output
[halves * frames, length, width]. Nothing is transposed in memory: a row is a frame.
Source: MIMO release, AnimateDiff motion module.
"""

import numpy as np
from numpy.typing import NDArray

from mimo_kernels.attention import Array, attention_fp64

NAME = "TemporalAttention"
ATTRIBUTES = ("heads", "frames")


def temporal_attention_fp64(
    query: Array,
    key: Array,
    value: Array,
    frame_mask: NDArray[np.bool_],
    heads: int,
    frames: int,
) -> Array:
    """The operator in fp64; shapes as in the module's text."""
    rows, length, width = query.shape
    halves = rows // frames

    def by_pixel(x: Array) -> Array:
        split = x.reshape(halves, frames, length, width)
        return split.swapaxes(1, 2).reshape(halves * length, frames, width)

    bias = np.where(frame_mask, 0.0, -np.inf)
    mixed = attention_fp64(by_pixel(query), by_pixel(key), by_pixel(value), heads, bias)
    return mixed.reshape(halves, length, frames, width).swapaxes(1, 2).reshape(rows, length, width)
