"""Frames in which front and back were taken for each other."""

from dataclasses import replace

import numpy as np
import pytest

from mimo_runtime.analysis.joints import LANDMARK
from mimo_runtime.fitting.landmark_track import LandmarkTrack
from mimo_runtime.fitting.turnabouts import without_turnabouts
from tests.runtime.fitting.synthetic import seen

SWAP = slice(24, 28)


def taken_for_the_back(track: LandmarkTrack, frames: slice) -> LandmarkTrack:
    """`track` with left and right in each other's place, and depth reversed."""
    parts = [track.world_m.copy(), track.points_px.copy(), track.visibility.copy()]
    for name, left in LANDMARK.items():
        if "left" in name:
            right = LANDMARK[name.replace("left", "right")]
            for part in parts:
                part[frames, left], part[frames, right] = (
                    part[frames, right].copy(), part[frames, left].copy(),
                )  # fmt: skip
    parts[0][frames, :, 2] *= -1
    return replace(track, world_m=parts[0], points_px=parts[1], visibility=parts[2])


def changed(track: LandmarkTrack) -> list[int]:
    points = without_turnabouts(track).points_px
    return np.flatnonzero((points != track.points_px).any(axis=(1, 2))).tolist()


@pytest.mark.parametrize("name", ["wave", "squat"])
def test_nobody_turns_around_in_a_frame_and_back_soon_after(name: str) -> None:
    track = seen(name).track
    wrong = taken_for_the_back(track, SWAP)
    assert changed(wrong) == [24, 25, 26, 27]
    mended = without_turnabouts(wrong)
    for part in ("world_m", "points_px", "visibility"):
        np.testing.assert_array_equal(getattr(mended, part), getattr(track, part))


def test_who_does_so_for_long_may_have_turned_between_two_frames() -> None:
    track = seen("wave", frames=90).track
    assert changed(taken_for_the_back(track, slice(20, 70))) == []


@pytest.mark.parametrize("name", ["walk", "wave", "turn", "squat", "kick", "side-step", "jump"])
@pytest.mark.parametrize("azimuth_deg", [0, 60, 90, 120])
def test_motions_of_people_stay(name: str, azimuth_deg: float) -> None:
    assert changed(seen(name, azimuth_deg, 90, noise_m=0.02).track) == []
