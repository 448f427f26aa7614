"""The slot for a depth network, with tiny ones made here."""

from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.analysis.depth import DepthEstimator, aligned
from mimo_runtime.analysis.model import Network
from mimo_runtime.errors import InvalidRequestError
from tests.runtime.analysis.networks import choice, mean_plane


def picture() -> np.ndarray:
    across = np.linspace(20, 240, 32).astype(np.uint8)
    return np.repeat(np.tile(across, (24, 1))[..., None], 3, axis=2)


@pytest.mark.parametrize("first", [True, False])
def test_inverse_depth_comes_in_the_size_of_the_frame(tmp_path: Path, first: bool) -> None:
    path = mean_plane(tmp_path / "d.onnx", (12, 16), first=first)
    near = DepthEstimator(Network(choice("depth", path, meaning="inverse_depth"))).find(picture())
    assert (near.shape, near.dtype) == ((24, 32), np.float32)
    assert (np.diff(near, axis=1) >= -1e-6).all()
    np.testing.assert_allclose(near, picture()[..., 0] / 255, atol=0.02)


def test_depth_that_is_no_number_is_refused(tmp_path: Path) -> None:
    path = mean_plane(tmp_path / "d.onnx", (12, 16))
    finder = DepthEstimator(
        Network(choice("depth", path, (np.nan, 0.0, 0.0), meaning="inverse_depth"))
    )
    with pytest.raises(InvalidRequestError, match=r"d.onnx, .* not finite"):
        finder.find(picture())


def test_a_network_of_distances_is_turned_round(tmp_path: Path) -> None:
    path = mean_plane(tmp_path / "d.onnx", (12, 16))
    near = DepthEstimator(Network(choice("depth", path, meaning="distance"))).find(picture())
    assert (np.diff(near, axis=1) <= 1e-6).all()
    assert near[5, 1] > near[5, -2]


def test_frames_are_brought_to_one_scale_by_what_stands_still() -> None:
    draw = np.random.default_rng(4)
    first = draw.random((20, 30)).astype(np.float32)
    second = first * 3 - 1
    second[:, :5] = 99
    still = np.ones_like(first)
    still[:, :5] = 0
    found = aligned(second, first, still)
    np.testing.assert_allclose(found[:, 5:], first[:, 5:], atol=1e-5)


def test_a_flat_frame_is_only_shifted() -> None:
    flat, reference = np.full((4, 4), 2.0, np.float32), np.full((4, 4), 5.0, np.float32)
    np.testing.assert_allclose(aligned(flat, reference, np.ones_like(flat)), reference)
