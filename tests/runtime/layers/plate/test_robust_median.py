import numpy as np
import pytest

from mimo_runtime.layers.plate.robust_median import robust_median
from mimo_runtime.layers.plate.stack import PlateStack
from mimo_runtime.layers.plate.visibility import HIDDEN, SUPPOSED


@pytest.mark.parametrize("count", [9, 60, 600])
def test_what_lasts_counts_however_long_the_clip(count: int) -> None:
    stack = PlateStack(2, 1, count, stack_bytes=1)
    pixels = np.full((1, 2, 3), 90, np.uint8)
    visibility = np.array([[SUPPOSED, HIDDEN]], np.uint8)
    for index in range(count):
        stack.add(pixels, visibility, (index + 1) / count, 0, 0)

    levels, counts = robust_median(stack, np.ones((1, 2)))

    assert counts.tolist() == [[9, 0]]
    assert levels.tolist() == [[[90] * 3, [0] * 3]]
