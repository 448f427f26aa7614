"""The raster pass against a slow reference, and where triangles meet."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.body.raster import NEAR_M, NO_TRIANGLE, nearest_triangles, resolve
from tests.runtime.body.arms import few

SIZE = 12


def reference(pixels: np.ndarray, depths: np.ndarray, triangles: np.ndarray) -> tuple:
    """Per pixel centre the smallest depth over all triangles, and their perspective shares."""
    snapped = np.rint(pixels * 256) / 256
    nearest = np.full((SIZE, SIZE), np.inf)
    shares = np.zeros((SIZE, SIZE, len(pixels)))
    for corners in triangles:
        matrix = np.vstack([snapped[corners].T, np.ones(3)])
        if abs(np.linalg.det(matrix)) < 1e-9:
            continue
        for row in range(SIZE):
            for column in range(SIZE):
                part = np.linalg.solve(matrix, [column + 0.5, row + 0.5, 1])
                if part.min() < -1e-9:
                    continue
                inverse = part / depths[corners]
                if 1 / inverse.sum() < nearest[row, column] - 1e-12:
                    nearest[row, column] = 1 / inverse.sum()
                    shares[row, column] = 0
                    shares[row, column, corners] = inverse / inverse.sum()
    return nearest, shares


@few
@given(st.integers(0, 2**32 - 1))
def test_it_finds_what_the_slow_reference_finds(seed: int) -> None:
    random = np.random.default_rng(seed)
    pixels = random.uniform(-4, SIZE + 4, (7, 2))
    depths = random.uniform(0.5, 4, 7)
    triangles = np.array([random.permutation(7)[:3] for _ in range(6)], np.int32)
    values = random.random((7, 5)).astype(np.float32)
    triangle_ids, corners, inverse = nearest_triangles(pixels, depths, triangles, SIZE, SIZE)
    colour, others, coverage, depth = resolve(triangle_ids, corners, inverse, triangles, values, 1)
    nearest, shares = reference(pixels, depths, triangles)
    np.testing.assert_allclose(depth, nearest, rtol=1e-9)
    np.testing.assert_allclose(colour, shares @ values[:, :3], atol=1e-6)
    np.testing.assert_allclose(others, shares @ values[:, 3:], atol=1e-6)
    np.testing.assert_array_equal(coverage > 0, np.isfinite(nearest))
    np.testing.assert_array_equal(triangle_ids == NO_TRIANGLE, np.isinf(nearest))


def test_triangles_that_share_edges_leave_no_gap() -> None:
    random = np.random.default_rng(5)
    middle = random.uniform(3, 9, 2)
    pixels = np.array([[-1, -1], [13, -1], [13, 13], [-1, 13], middle])
    triangles = np.array([[0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4]], np.int32)
    triangle_ids, _, _ = nearest_triangles(pixels, np.ones(5), triangles, SIZE, SIZE)
    assert (triangle_ids != NO_TRIANGLE).all()


def test_the_nearer_of_two_wins_whichever_comes_first() -> None:
    pixels = np.array([[0.0, 0], [24, 0], [0, 24]] * 2)
    depths = np.array([2.0, 2, 2, 1, 1, 1])
    for triangles in ([[0, 1, 2], [3, 4, 5]], [[5, 4, 3], [2, 1, 0]]):
        faces = np.array(triangles, np.int32)
        triangle_ids, corners, inverse = nearest_triangles(pixels, depths, faces, SIZE, SIZE)
        *_, depth = resolve(triangle_ids, corners, inverse, faces, np.zeros((6, 3), np.float32), 1)
        np.testing.assert_allclose(depth, 1)


def test_of_equally_near_triangles_the_first_wins() -> None:
    pixels = np.array([[0.0, 0], [24, 0], [0, 24]])
    faces = np.array([[0, 1, 2], [1, 2, 0]], np.int32)
    triangle_ids, _, _ = nearest_triangles(pixels, np.ones(3), faces, SIZE, SIZE)
    assert (triangle_ids == 0).all()


@pytest.mark.parametrize("depth", [0.0, -1.0, NEAR_M / 2])
def test_a_triangle_that_is_too_near_is_left_out(depth: float) -> None:
    pixels = np.array([[0.0, 0], [24, 0], [0, 24]])
    faces = np.array([[0, 1, 2]], np.int32)
    triangle_ids, _, _ = nearest_triangles(pixels, np.array([1, 1, depth]), faces, SIZE, SIZE)
    assert (triangle_ids == NO_TRIANGLE).all()


def test_a_triangle_that_reaches_absurdly_far_is_left_out() -> None:
    pixels = np.array([[0.0, 0], [1e30, 0], [0, 24]])
    faces = np.array([[0, 1, 2]], np.int32)
    triangle_ids, _, _ = nearest_triangles(pixels, np.ones(3), faces, SIZE, SIZE)
    assert (triangle_ids == NO_TRIANGLE).all()


def test_samples_of_a_pixel_are_averaged_and_the_nearest_is_kept() -> None:
    pixels = np.array([[0.0, 0], [1, 0], [0, 2], [1, 2]])
    faces = np.array([[0, 1, 2], [1, 3, 2]], np.int32)
    values = np.tile(np.array([1, 0.5, 0.25, 7], np.float32), (4, 1))
    triangle_ids, corners, inverse = nearest_triangles(
        pixels, np.array([1.0, 2, 1, 2]), faces, 2, 2
    )
    colour, others, coverage, depth = resolve(triangle_ids, corners, inverse, faces, values, 2)
    assert coverage[0, 0] == 0.5
    np.testing.assert_allclose(colour[0, 0], [0.5, 0.25, 0.125])
    assert others[0, 0, 0] == pytest.approx(7)
    assert depth[0, 0] == pytest.approx(1 / 0.75)


@pytest.mark.parametrize("nearer", [0, 1])
def test_of_the_samples_of_a_pixel_the_nearest_speaks(nearer: int) -> None:
    pixels = np.array([[0.0, 0], [2, 0], [0, 2], [2, 2]])
    depths = np.array([1.0, 1, 2, 2])[:: 1 if nearer == 0 else -1]
    faces = np.array([[0, 1, 2], [1, 3, 2]], np.int32)
    triangle_ids, corners, inverse = nearest_triangles(pixels, depths, faces, 2, 2)
    values = np.zeros((4, 4), np.float32)
    values[:, 3] = depths
    _, others, coverage, depth = resolve(triangle_ids, corners, inverse, faces, values, 2)
    assert coverage[0, 0] == 1
    assert depth[0, 0] == pytest.approx(1 / 0.875)
    assert others[0, 0, 0] == pytest.approx(1 / 0.875)
