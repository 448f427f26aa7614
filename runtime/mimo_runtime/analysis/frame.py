"""One picture of the video that is looked at.

Places in it are x to the right and y down, in px from its upper left corner: the middle of the
first pixel is (0.5, 0.5).
"""

from dataclasses import dataclass

from mimo_runtime.arrays import Pixels


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """`pixels`, uint8 [height, width, 3] RGB, shown from `time_s` on."""

    pixels: Pixels
    time_s: float
