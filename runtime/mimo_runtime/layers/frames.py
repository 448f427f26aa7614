"""Clips that can be read again, and masks that run beside them."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats, Pixels
from mimo_runtime.errors import MediaError

Flags = NDArray[np.bool_]
Mask = NDArray[np.uint8] | NDArray[np.float32] | NDArray[np.bool_]
Matrix = NDArray[np.float64]

Frames = Callable[[], Iterator[Pixels]]
"""Opens a clip from its first frame on; every frame uint8 [height, width, 3] RGB."""

Masks = Callable[[], Iterator[Mask]]
"""Opens the masks of a clip, one [height, width] for every frame."""

_HALF = 0.5


def inside(mask: Mask) -> Flags:
    """Where `mask` is one half or more, bool [height, width]."""
    half = 128 if mask.dtype == np.uint8 else _HALF
    return np.asarray(mask >= half) if mask.dtype != np.bool_ else np.asarray(mask, np.bool_)


def levels_of(mask: Mask) -> Floats:
    """`mask` as levels 0 to 255, float32 [height, width]."""
    full = 1 if mask.dtype == np.uint8 else 255
    return np.asarray(mask.astype(np.float32) * np.float32(full), np.float32)


def together(frames: Frames, masks: Masks) -> Iterator[tuple[Pixels, Mask]]:
    """Every frame with its mask.

    Raises:
        MediaError: there are more of one than of the other, or a mask of another size.
    """
    masks_left = masks()
    count = 0
    for count, pixels in enumerate(frames(), 1):
        mask = next(masks_left, None)
        if mask is None:
            raise MediaError(f"There are only {count - 1} masks for a longer clip; give one each.")
        check_size(pixels, mask, count - 1)
        yield pixels, mask
    if next(masks_left, None) is not None:
        raise MediaError(
            f"There are more masks than the {count} frames of the clip; give one each."
        )


def check_size(pixels: Pixels | Flags, mask: Mask, index: int) -> None:
    """Raises MediaError where the mask of frame `index` has another size than the frame."""
    if mask.shape != pixels.shape[:2]:
        raise MediaError(
            f"The mask of frame {index} is {mask.shape[1]}x{mask.shape[0]} px, the frame "
            f"{pixels.shape[1]}x{pixels.shape[0]} px; they have to be equal."
        )
