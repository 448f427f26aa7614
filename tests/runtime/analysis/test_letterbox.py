"""Pictures of another shape, and tiles."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.analysis.bbox import BBox
from mimo_runtime.analysis.letterbox import Letterbox
from mimo_runtime.analysis.tiles import tiles_of
from tests.runtime.analysis.examples import few


@few
@given(st.integers(1, 2000), st.integers(1, 2000), st.integers(0, 300), st.integers(0, 300))
def test_corners_come_back_to_where_they_were(w: int, h: int, left: int, top: int) -> None:
    box = Letterbox.fitting(BBox(left, top, left + w, top + h), 256, 192)
    assert max(box.inner_width / 256, box.inner_height / 192) == 1
    assert box.to_frame(box.x, box.y) == (left, top)
    far = box.to_frame(box.x + box.inner_width, box.y + box.inner_height)
    np.testing.assert_allclose(far, (left + w, top + h), atol=1e-6)


def test_a_spot_is_found_again() -> None:
    frame = np.zeros((120, 300, 3), np.uint8)
    frame[60:70, 200:210] = 255
    box = Letterbox.fitting(BBox(100, 0, 300, 120), 256, 256)
    picture = box.picture(frame, 256, 256)
    rows, columns = np.nonzero(picture[..., 0] > 100)
    x, y = box.to_frame(columns.mean() + 0.5, rows.mean() + 0.5)
    assert abs(x - 205) < 0.5
    assert abs(y - 65) < 0.5
    assert not picture[: box.y].any()


@pytest.mark.parametrize("size", [(640, 480), (480, 640), (33, 21), (2, 2)])
@pytest.mark.parametrize("count", [1, 2, 4])
def test_tiles_cover_the_frame_and_overlap(size: tuple[int, int], count: int) -> None:
    whole, *tiles = tiles_of(*size, count)
    assert whole == BBox(0, 0, *size)
    assert len(tiles) == (0 if count == 1 else count)
    seen = np.zeros(size[::-1], int)
    for tile in tiles:
        seen[int(tile.top) : int(tile.bottom), int(tile.left) : int(tile.right)] += 1
    if tiles:
        assert seen.min() >= 1
        assert seen.max() >= 2
