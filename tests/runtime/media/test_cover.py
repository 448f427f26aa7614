"""Pictures of one shape on frames of another."""

import numpy as np
import pytest

from mimo_runtime.media.cover import cover


@pytest.mark.parametrize("size", [(40, 40), (100, 20), (20, 100), (64, 48)])
def test_a_cover_has_the_size_and_the_middle(size: tuple[int, int]) -> None:
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[20:28, 28:36] = 200
    covered = cover(picture, *size)
    assert covered.shape == (size[1], size[0], 3)
    assert (covered[size[1] // 2, size[0] // 2] > 150).all()
