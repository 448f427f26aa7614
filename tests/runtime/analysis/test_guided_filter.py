"""Edges that follow the picture."""

import numpy as np

from mimo_runtime.analysis.guided_filter import applied, local_model
from mimo_runtime.analysis.mask_edge import refined
from mimo_runtime.analysis.square_crop import SquareCrop

DRAW = np.random.default_rng(2)


def two_halves(edge: int) -> np.ndarray:
    picture = np.full((64, 64, 3), (40, 90, 60), np.uint8)
    picture[:, edge:] = (200, 120, 30)
    return (picture + DRAW.integers(0, 4, picture.shape)).astype(np.uint8)


def test_the_local_model_is_that_of_least_squares() -> None:
    """Against numpy's solver, at the middle of one window."""
    picture = DRAW.integers(0, 256, (9, 9, 3)).astype(np.uint8)
    mask = DRAW.random((9, 9)).astype(np.float32)
    guide = picture.reshape(-1, 3).astype(np.float64) / 255
    centred, level = guide - guide.mean(axis=0), mask.reshape(-1) - mask.mean()
    spread = centred.T @ centred / 81 + 0.01 * np.eye(3)
    slope = np.linalg.solve(spread, centred.T @ level / 81)
    wide = np.pad(picture, ((12, 12), (12, 12), (0, 0)), mode="wrap")
    wide_mask = np.pad(mask, 12, mode="wrap")
    model = local_model(wide_mask, wide, 4, 0.01)
    np.testing.assert_allclose(model[16, 16, :3], slope, atol=1e-4)


def test_a_blurred_edge_gets_as_sharp_as_that_of_the_picture() -> None:
    picture = two_halves(32)
    mask = np.tile(np.clip((np.arange(64) - 26) / 12, 0, 1).astype(np.float32), (64, 1))
    sharp = applied(local_model(mask, picture, 8, 1e-4), picture)
    assert (sharp[:, 32] - sharp[:, 31]).min() > 0.45
    assert (mask[:, 32] - mask[:, 31]).max() < 0.1


def test_in_a_picture_of_one_colour_the_mask_stays() -> None:
    picture = np.full((64, 64, 3), 90, np.uint8)
    mask = np.zeros((64, 64), np.float32)
    mask[16:48, 16:48] = 1
    result = refined(mask, SquareCrop(32, 32, 64, 0.0), picture)
    assert (result[20:44, 20:44] > 0.99).all()
    assert result[:10].max() < 0.01


def test_far_from_the_edge_the_picture_has_no_say() -> None:
    picture = DRAW.integers(0, 256, (200, 300, 3)).astype(np.uint8)
    mask = np.zeros((64, 64), np.float32)
    mask[16:48, 16:48] = 1
    result = refined(mask, SquareCrop(150, 100, 128, 0.0), picture)
    assert result.shape == (200, 300)
    assert (result[76:124, 126:174] > 0.99).all()
    outside = np.ones_like(result, bool)
    outside[62:138, 112:188] = False
    assert result[outside].max() < 0.01


def test_an_empty_mask_stays_empty() -> None:
    picture, empty = two_halves(32), np.zeros((64, 64), np.float32)
    assert not refined(empty, SquareCrop(32, 32, 64, 0.0), picture).any()
    full = np.ones((64, 64), np.float32)
    assert not refined(full, SquareCrop(500, 32, 64, 0.0), picture).any()
