import weakref

import cv2
import numpy as np
import pytest

from mimo_runtime.errors import MediaError
from mimo_runtime.layers.frame_masks import FrameMasks, Other
from mimo_runtime.layers.masks import dilate
from mimo_runtime.layers.occluders.tuning import TUNING
from mimo_runtime.layers.report import LayerReport, LayerSummary
from mimo_runtime.layers.separation import LayerFrame
from tests.runtime.layers.following import separate
from tests.runtime.layers.synthetic import (
    HEIGHT,
    WIDTH,
    Plan,
    Shown,
    clip,
    frames_of,
    pan,
    psnr,
    scene,
)


def layers(shown: list[Shown]) -> tuple[list[LayerFrame], LayerReport]:
    separation = separate(
        frames_of(shown), lambda: (FrameMasks(one.person, one.whole) for one in shown)
    )
    summary = LayerSummary(separation.camera)
    frames = list(separation.layers())
    for frame in frames:
        summary.add(frame)
    return frames, summary.report()


@pytest.mark.parametrize(
    "plan",
    [
        Plan(count=20),
        Plan(count=20, exposure=lambda index: 1 + 0.01 * index),
        Plan(count=20, camera=pan(2, 3, 0.03)),
    ],
    ids=["static", "light", "moving"],
)
def test_the_scene_has_neither_person_nor_shadow(plan: Plan) -> None:
    shown = clip(plan)

    frames, report = layers(shown)

    assert [frame.index for frame in frames] == list(range(20))
    for one, frame in zip(shown, frames, strict=True):
        assert psnr(frame.scene, one.clean, one.person | one.shadow) > 30
        assert (frame.scene[frame.replaced == 0] == one.pixels[frame.replaced == 0]).all()
        assert (frame.replaced > 0).mean() < 0.25
    assert report.shaded == 20
    assert report.occluded == 0
    assert report.misfit < 0.02
    assert report.sentences[-1] == "Nothing was found in front of the person."


def test_the_filled_part_does_not_flicker() -> None:
    frames, _ = layers(clip(Plan(count=10, step=1.0, start=90, noise=2)))

    taken = np.all([frame.replaced == 255 for frame in frames], axis=0)
    levels = np.stack([frame.scene[taken] for frame in frames]).astype(float)
    assert taken.sum() > 200
    assert np.abs(np.diff(levels, axis=0)).mean() < 0.8


def test_the_background_stays_alive_outside() -> None:
    shown = clip(Plan(count=10, noise=0))
    moved = []
    for index, one in enumerate(shown):
        pixels = one.pixels.copy()
        cv2.circle(pixels, (170, 20 + 4 * index), 5, (250, 250, 250), -1)
        moved.append(pixels)
    clip_masks = [FrameMasks(one.person, one.whole) for one in shown]

    frames = list(separate(lambda: iter(moved), lambda: iter(clip_masks)).layers())

    for pixels, frame in zip(moved, frames, strict=True):
        assert (frame.scene[:, 155:] == pixels[:, 155:]).all()


def test_other_people_stay_in_the_scene_and_out_of_the_plate() -> None:
    shown = clip(Plan(front="walker", count=24))
    see = [FrameMasks(one.person, one.whole, None, (Other(one.front),)) for one in shown]

    frames = list(separate(frames_of(shown), lambda: iter(see)).layers())

    for one, frame in zip(shown, frames, strict=True):
        gone = one.person & ~dilate(one.front, 3)
        kept = one.front & ~dilate(one.person, 6)
        if gone.any():
            assert psnr(frame.scene, one.clean, gone) > 30
        assert psnr(frame.scene, one.pixels, kept) > 35


def test_a_person_that_never_moves_is_filled_and_said() -> None:
    frames, report = layers(clip(Plan(count=5, step=0.0, start=100)))

    scenes = np.stack([frame.scene for frame in frames])
    inside = np.all([frame.replaced == 255 for frame in frames], axis=0)
    assert np.ptp(scenes[:, inside].astype(int), axis=0).max() <= 6
    assert any("hardly leaves its place" in sentence for sentence in report.sentences)
    assert any("patch-match" in sentence for sentence in report.sentences)


def test_cuts_have_plates_of_their_own() -> None:
    one, other = clip(Plan(count=8, step=12)), clip(Plan(count=8, step=12, start=30))
    flipped = [shown.pixels[:, ::-1].copy() for shown in other]
    pixels = [shown.pixels for shown in one] + flipped
    masks = [shown.person for shown in one] + [shown.person[:, ::-1].copy() for shown in other]

    separation = separate(lambda: iter(pixels), lambda: map(FrameMasks, masks), cuts={8})
    frames = list(separation.layers())

    clean = [shown.clean for shown in one] + [shown.clean[:, ::-1] for shown in other]
    assert [frame.plate.segment.first for frame in frames] == [0] * 8 + [8] * 8
    for wanted, mask, frame in list(zip(clean, masks, frames, strict=True))[::5]:
        assert psnr(frame.scene, wanted, mask) > 30


def test_a_scene_that_is_not_one_plate_is_said() -> None:
    one, other = scene(WIDTH, HEIGHT, 1), scene(WIDTH, HEIGHT, 2)[:, ::-1]
    pixels = [np.vstack([one[:70], np.roll(other, 7 * index, axis=1)[70:]]) for index in range(9)]
    nobody = np.zeros((9, HEIGHT, WIDTH), bool)

    separation = separate(lambda: iter(pixels), lambda: map(FrameMasks, nobody))
    summary = LayerSummary(separation.camera)
    for frame in separation.layers():
        summary.add(frame)

    assert summary.report().misfit > 0.04
    assert any("is not like what was put together" in one for one in summary.report().sentences)


def test_memory_does_not_grow_with_the_clip() -> None:
    shown = clip(Plan(count=12))
    alive, most = 0, 0

    def gone() -> None:
        nonlocal alive
        alive -= 1

    def frames():
        nonlocal alive, most
        for index in range(60):
            pixels = shown[index % 12].pixels.copy()
            weakref.finalize(pixels, gone)
            alive += 1
            most = max(most, alive)
            yield pixels

    clip_masks = lambda: (FrameMasks(shown[index % 12].person) for index in range(60))  # noqa: E731
    count = sum(1 for _ in separate(frames, clip_masks).layers())

    assert count == 60
    assert most <= TUNING.frames_ahead + 8  # three of them with the thread that reads


def test_nobody_is_the_clip_itself() -> None:
    pixels = [scene(WIDTH, HEIGHT)] * 3
    nobody = np.zeros((3, HEIGHT, WIDTH), bool)

    frames = list(separate(lambda: iter(pixels), lambda: map(FrameMasks, nobody)).layers())

    assert all((frame.scene == pixels[0]).all() for frame in frames)
    assert not any(frame.replaced.any() for frame in frames)


def test_sightings_have_to_fit_the_clip() -> None:
    pixels = [scene(WIDTH, HEIGHT)] * 2
    nobody = np.zeros((HEIGHT, WIDTH), bool)

    with pytest.raises(MediaError, match="only 1 masks"):
        separate(lambda: iter(pixels), lambda: iter([FrameMasks(nobody)]))
    strange = FrameMasks(nobody, np.zeros((3, 4), bool))
    separation = separate(lambda: iter(pixels), lambda: iter([strange] * 2))
    with pytest.raises(MediaError, match="mask of frame 0 is 4x3 px"):
        list(separation.layers())
