"""What is kept of a frame's making."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.synthesis.frame_layers import CODES, replaced_mask, whole_human


def test_a_part_is_put_where_it_belongs() -> None:
    canvas = np.full((2, 3, 4), 0.5, np.float32)
    canvas[0, 0] = (-0.1, 0, 2, 1)
    human = whole_human(canvas, 4, 1, (10, 6))
    assert human.shape == (6, 10, 4)
    assert human[1, 4].tolist() == [0, 0, CODES, CODES]
    assert human[2, 6].tolist() == [round(CODES / 2)] * 4
    assert (human > 0).any(axis=2).sum() == 6


@given(st.integers(0, 2**32 - 1))
def test_what_coding_changes_is_not_replaced(seed: int) -> None:
    """Noise of few levels, and single pixels of many, are none; a person is, with room around."""
    chance = np.random.default_rng(seed)
    scene = chance.integers(20, 230, (60, 80, 3), np.uint8)
    source = (scene + chance.integers(-8, 9, scene.shape)).astype(np.uint8)
    source[5, 70] = 255 - scene[5, 70]
    assert not replaced_mask(scene, source).any()
    source[20:40, 30:50] = np.where(scene[20:40, 30:50] > 127, 0, 255)
    mask = replaced_mask(scene, source)
    assert (mask[20:40, 30:50] == 255).all()
    assert not mask[:14].any()
    assert not mask[:, 57:].any()
