import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimo_runtime.layers.plate.builder import PlateBuilder, plates_of
from mimo_runtime.layers.plate.fill import DIFFUSION, NOTHING, PATCHES
from mimo_runtime.layers.plate.plate import Plate
from mimo_runtime.layers.plate.visibility import FREE, HIDDEN, visibility_of
from tests.runtime.layers.following import track_camera
from tests.runtime.layers.synthetic import (
    HEIGHT,
    WIDTH,
    Plan,
    Shown,
    clip,
    frames_of,
    humans_of,
    pan,
    psnr,
    scene,
)


def plate_of(shown: list[Shown]) -> Plate:
    path = track_camera(frames_of(shown), humans_of(shown))
    visibilities = lambda: (visibility_of([one.person]) for one in shown)  # noqa: E731
    (plate,) = plates_of(frames_of(shown), visibilities, path)
    return plate


@pytest.mark.parametrize(
    "plan",
    [
        Plan(),
        Plan(noise=6),
        Plan(exposure=lambda index: 1 + 0.01 * index),
        Plan(camera=pan(3)),
        Plan(camera=pan(2, 3, 0.03), exposure=lambda index: 1 - 0.008 * index),
    ],
    ids=["static", "noise", "light", "pan", "shake and light"],
)
def test_the_plate_is_the_scene_where_it_was_seen_at_another_time(plan: Plan) -> None:
    shown = clip(plan)

    plate = plate_of(shown)

    assert plate.facts.uncovered > 0.98
    for index in range(0, plan.count, 5):
        one = shown[index]
        seen = (one.person | one.shadow) & ~plate.view_unseen(index, WIDTH, HEIGHT)
        assert psnr(plate.view(index, WIDTH, HEIGHT), one.clean, seen) > 33


def test_gains_undo_changing_light() -> None:
    shown = clip(Plan(count=10, noise=1, exposure=lambda index: 1 + 0.02 * index))

    gains = plate_of(shown).gains

    wanted = 1 / (1 + 0.02 * np.arange(10))
    assert np.abs(gains / wanted[:, None] - 1).max() < 0.01


def test_what_is_never_seen_is_filled_and_said() -> None:
    shown = clip(Plan(count=6, step=0.0, start=100.0, shadow=False))

    plate = plate_of(shown)

    missing = plate.counts == 0
    hidden = [visibility_of([one.person]) == HIDDEN for one in shown]
    covered, always = np.any(hidden, axis=0), np.all(hidden, axis=0)
    assert (missing == always).all()
    assert plate.facts.filler == PATCHES
    assert plate.facts.uncovered == pytest.approx(1 - always.sum() / covered.sum())
    assert "was invented (patch-match)" in plate.facts.sentence
    for stripe in ((200, 40, 40), (240, 220, 60)):
        away = np.abs(plate.picture[missing].astype(int) - stripe).max(axis=1)
        assert (away < 40).mean() < 0.05


def test_nothing_hidden_is_nothing_invented() -> None:
    frames = [scene(WIDTH, HEIGHT)] * 3
    nobody = np.zeros((3, HEIGHT, WIDTH), np.uint8)
    path = track_camera(lambda: iter(frames), lambda: iter(nobody))

    (plate,) = plates_of(lambda: iter(frames), lambda: iter(nobody + FREE), path)

    assert (plate.picture == frames[0]).all()
    assert plate.facts.filler == NOTHING
    assert (plate.facts.seen, plate.facts.uncovered) == (1.0, 1.0)


def test_a_single_frame_has_a_plate() -> None:
    shown = clip(Plan(count=1))

    plate = plate_of(shown)

    free = visibility_of([shown[0].person]) > HIDDEN
    assert (plate.picture[free] == shown[0].pixels[free]).all()
    assert plate.facts.uncovered == 0


def test_every_segment_has_a_plate_of_its_own() -> None:
    one, other = scene(WIDTH, HEIGHT, 1), scene(WIDTH, HEIGHT, 2)
    frames = [one] * 3 + [other] * 2
    nobody = np.zeros((5, HEIGHT, WIDTH), np.uint8)
    path = track_camera(lambda: iter(frames), lambda: iter(nobody), cuts={3})

    plates = list(plates_of(lambda: iter(frames), lambda: iter(nobody + FREE), path))

    for plate, wanted in zip(plates, (one, other), strict=True):
        assert (plate.picture == wanted).all()


def test_one_of_many_short_segments_is_not_worth_patches() -> None:
    (shown,) = clip(Plan(count=1))
    frames, masks = [shown.pixels] * 13, [shown.person] * 13
    fillers = []
    for cuts in ((), range(13)):
        path = track_camera(lambda: iter(frames), lambda: iter(masks), cuts=cuts)
        builder = PlateBuilder(path, path.segments[0])
        builder.add(shown.pixels, visibility_of([shown.person]))
        fillers.append(builder.plate().facts.filler)

    assert fillers == [PATCHES, DIFFUSION]


@settings(max_examples=6)
@given(st.permutations(range(5)))
def test_the_order_of_frames_does_not_matter_for_a_standing_camera(order: list[int]) -> None:
    shown = clip(Plan(count=5, step=18.0))
    usual = plate_of(shown)

    mixed = plate_of([shown[index] for index in order])

    assert (mixed.picture == usual.picture).all()
    assert (mixed.counts == usual.counts).all()
