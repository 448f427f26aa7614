"""Heads that jump to something else for some frames, and heads that move as heads do."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.body.rotations import from_quaternion
from mimo_runtime.body.shipped import load_body
from mimo_runtime.fitting.glitches import without_glitches
from mimo_runtime.fitting.landmark_track import LandmarkTrack
from mimo_runtime.fitting.motion_fit import fit_motion
from tests.runtime.fitting.synthetic import seen

HEAD = slice(0, 11)
JUMP = slice(30, 35)


def jumping(track: LandmarkTrack) -> LandmarkTrack:
    """`track`, in which something 0.4 m beside the head is taken for it over five frames."""
    points, world = track.points_px.copy(), track.world_m.copy()
    height_px = np.ptp(points[0, :, 1])
    points[JUMP, HEAD, 0] += 0.25 * height_px
    world[JUMP, HEAD, 0] += 0.4
    return replace(track, points_px=points, world_m=world)


def lost(track: LandmarkTrack) -> list[int]:
    """Frames whose head is no longer believed."""
    now = without_glitches(track).visibility[:, HEAD].max(axis=1) == 0
    return np.flatnonzero(now & (track.visibility[:, HEAD].max(axis=1) > 0)).tolist()


@given(st.floats(0, 2 * np.pi))
def test_a_head_that_jumps_away_and_back_is_not_believed(turn_rad: float) -> None:
    track = jumping(seen("walk").track)
    cos, sin = np.cos(turn_rad), np.sin(turn_rad)
    turned = replace(track, points_px=(track.points_px @ [[cos, sin], [-sin, cos]]).astype("f4"))
    assert lost(turned) == list(range(JUMP.start, JUMP.stop))


@pytest.mark.parametrize("name", ["walk", "wave", "turn", "squat", "kick", "side-step", "jump"])
@pytest.mark.parametrize("azimuth_deg", [0, 60, 120])
def test_heads_that_move_as_heads_do_are_believed(name: str, azimuth_deg: float) -> None:
    assert lost(seen(name, azimuth_deg, 90, noise_m=0.02).track) == []


def test_a_jump_of_the_head_does_not_turn_the_neck() -> None:
    body, track = load_body(), seen("walk").track
    steady, jumped = fit_motion(track, body), fit_motion(jumping(track), body)
    neck = body.skeleton.index("Neck")
    turns = [from_quaternion(each.motion.rotations[JUMP, neck]) for each in (steady, jumped)]
    apart = np.swapaxes(turns[0], 1, 2) @ turns[1]
    angles_deg = np.degrees(np.arccos(np.clip((np.trace(apart, axis1=1, axis2=2) - 1) / 2, -1, 1)))
    assert angles_deg.max() < 5


def test_a_single_picture_stays_as_it_is() -> None:
    assert lost(seen("walk", frames=1).track) == []
