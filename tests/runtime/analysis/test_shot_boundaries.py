"""Cuts are found, movement and light are none."""

import numpy as np

from mimo_runtime.analysis.shot_boundaries import ShotBoundaryDetector


def scene(seed: int, shift_px: int = 0) -> np.ndarray:
    draw = np.random.default_rng(seed)
    blocks = draw.integers(0, 256, (6, 12, 3)).astype(np.uint8)
    wide = np.kron(blocks, np.ones((20, 20, 1), np.uint8))
    return np.roll(wide, shift_px, axis=1)[:, :200]


def cuts(frames: list[np.ndarray]) -> list[int]:
    finder = ShotBoundaryDetector()
    return [place for place, frame in enumerate(frames) if finder.is_cut(frame)]


def test_another_scene_is_a_cut() -> None:
    frames = [scene(1, k) for k in range(8)] + [scene(2, k) for k in range(8)]
    assert cuts(frames) == [8]


def test_back_and_forth_are_two_cuts() -> None:
    assert cuts([scene(1)] * 4 + [scene(2)] * 4 + [scene(1)] * 4) == [4, 8]


def test_a_moving_camera_is_none() -> None:
    assert cuts([scene(1, 6 * k) for k in range(30)]) == []


def test_a_thing_that_passes_in_front_is_none() -> None:
    frames = [scene(1) for _ in range(12)]
    for place, frame in enumerate(frames):
        frame[30:, place * 15 : place * 15 + 60] = (200, 30, 30)
    assert cuts(frames) == []


def test_one_frame_has_no_cut() -> None:
    assert cuts([scene(1)]) == []


def test_another_light_is_none() -> None:
    """The sun comes out, and a veil of light lies over the picture for some frames."""
    lights = [(1, 0)] * 6 + [(0.6, 70), (0.6, 90), (0.6, 60), (1.2, 0), (1.2, 0)]
    frames = [np.clip(scene(1) * gain + veil, 0, 255).astype(np.uint8) for gain, veil in lights]
    assert cuts(frames) == []


def test_black_and_then_a_picture_is_a_cut() -> None:
    assert cuts([np.zeros((120, 200, 3), np.uint8), scene(1), scene(1)]) == [1]
