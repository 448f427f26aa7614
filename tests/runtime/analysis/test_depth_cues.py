"""What a body tells of its distance."""

from dataclasses import replace

import numpy as np
import pytest

from mimo_runtime.analysis.depth_cues import (
    body_cues,
    ground_contact_row,
    inverse_depth_in,
    px_per_m,
)
from mimo_runtime.analysis.joints import FEET, LANDMARK
from mimo_runtime.analysis.pose_estimate import PoseEstimate, decode_pose
from tests.runtime.analysis.recorded import CROP, recorded


def body() -> PoseEstimate:
    return decode_pose(recorded(), CROP, 256)


def test_pixels_per_metre_are_those_of_the_picture() -> None:
    exact = replace(body(), points=np.float32(body().world * 180 + (320, 240, 0)))
    assert px_per_m(exact) == pytest.approx(180, rel=1e-4)
    seen = body()
    assert px_per_m(seen) == pytest.approx(
        np.ptp(seen.points[:, 1]) / np.ptp(seen.world[:, 1]), rel=0.15
    )


def test_too_little_seen_is_not_known() -> None:
    hidden = replace(body(), visibility=np.zeros(33, np.float32))
    assert px_per_m(hidden) is None
    assert ground_contact_row(hidden, 480) is None


def test_the_foot_line_is_the_lower_foot() -> None:
    places = [LANDMARK[name] for name in FEET]
    lowest = body().points[places, 1].max()
    assert ground_contact_row(body(), 480) == pytest.approx(lowest / 480)
    assert ground_contact_row(body(), int(lowest)) is None


def test_inverse_depth_is_a_share_of_the_frames_range() -> None:
    inverse_depth = np.tile(np.linspace(3, 13, 101, dtype=np.float32), (50, 1))
    mask = np.zeros_like(inverse_depth)
    mask[:, 70:81] = 1
    assert inverse_depth_in(inverse_depth, mask) == pytest.approx(0.76, abs=0.02)
    assert inverse_depth_in(inverse_depth, np.zeros_like(mask)) is None
    assert inverse_depth_in(np.ones_like(inverse_depth), mask) == 0.5


def test_all_cues_together() -> None:
    mask = np.ones((480, 640), np.float32)
    without = body_cues(body(), 480, None, mask)
    assert without.inverse_depth is None
    assert without.px_per_m == px_per_m(body())
    flat = np.ones((480, 640), np.float32)
    assert body_cues(body(), 480, flat, mask).inverse_depth == 0.5
