"""The measures of the decomposition benchmark, and that its command runs."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.decomposition import chosen_specs, main
from benchmarks.decomposition_parts.aims import AIMS, OTHERS, middle, pooled, worst_tenth
from benchmarks.decomposition_parts.areas import false_share, iou, near_box, solid
from benchmarks.decomposition_parts.joints import (
    JOINTS,
    LANDMARK_PLACES,
    aligned,
    distances,
    from_hips,
    jitter,
)
from benchmarks.decomposition_parts.layers_stage import Layered
from benchmarks.decomposition_parts.measures import Measures, measure_layers
from benchmarks.decomposition_parts.report import facts, tables
from benchmarks.decomposition_parts.scenes import flicker_levels, psnr_db, times_seen
from benchmarks.decomposition_parts.truth import Truth, make_truth
from mimo_runtime.analysis.joints import LANDMARKS
from mimo_runtime.body.camera import look_at
from mimo_runtime.body.rotations import from_axis_angle
from mimo_synthetic.ground_truth.spec import ClipSpec

few = settings(max_examples=30)


def box(top: int, left: int, bottom: int, right: int) -> np.ndarray:
    area = np.zeros((20, 30), bool)
    area[top:bottom, left:right] = True
    return area


def test_iou_counts_what_both_share() -> None:
    assert iou(box(0, 0, 10, 10), box(0, 5, 10, 15)) == pytest.approx(1 / 3)
    assert iou(box(0, 0, 4, 4), box(0, 0, 4, 4)) == 1
    assert iou(box(0, 0, 4, 4), box(5, 5, 9, 9)) == 0
    assert iou(box(0, 0, 0, 0), box(0, 0, 0, 0)) == 1


def test_masks_of_any_kind_are_solid_from_a_half_on() -> None:
    levels = np.array([[0.0, 0.49, 0.5, 1.0]], np.float32)
    for mask in (levels, (levels * 255 + 0.5).astype(np.uint8), levels >= 0.5):
        np.testing.assert_array_equal(solid(mask), [[False, False, True, True]])


def test_near_is_the_box_and_a_little_more() -> None:
    near = near_box(box(5, 10, 15, 14))
    rows, columns = np.nonzero(near)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (3, 16, 8, 15)
    assert not near_box(box(0, 0, 0, 0)).any()


def test_what_is_falsely_found_is_counted_in_people() -> None:
    assert false_share(box(0, 0, 4, 4), box(0, 0, 4, 2), box(10, 0, 14, 4)) == 0.5


def test_joints_are_pairs_of_body_and_landmarks() -> None:
    assert len(JOINTS) == len(LANDMARK_PLACES) == 12
    pairs = dict(zip(JOINTS, (LANDMARKS[place] for place in LANDMARK_PLACES), strict=True))
    assert (pairs["LeftArm"], pairs["RightLeg"]) == ("left_shoulder", "right_knee")
    assert (pairs["LeftHand"], pairs["RightFoot"]) == ("left_wrist", "right_ankle")


def test_distances_are_in_heights() -> None:
    truth = np.zeros((2, 3))
    assert distances(truth + np.array([0, 3, 4]), truth, 50).tolist() == [0.1, 0.1]


def test_from_the_hips_a_place_does_not_matter() -> None:
    joints = np.random.default_rng(0).normal(size=(4, 12, 3))
    moved = joints + np.arange(12).reshape(4, 1, 3)
    np.testing.assert_allclose(from_hips(moved), from_hips(joints), atol=1e-12)
    assert np.abs(from_hips(joints * 2) - from_hips(joints)).max() > 0.1


@few
@given(st.integers(0, 2**31), st.floats(0.2, 5))
def test_alignment_undoes_turns_sizes_and_moves_but_no_mirror(seed: int, size: float) -> None:
    random = np.random.default_rng(seed)
    truth = random.normal(size=(12, 3))
    turn = from_axis_angle(random.normal(size=3) * 2)
    found = size * truth @ turn.T + random.normal(size=3)
    np.testing.assert_allclose(aligned(found, truth), truth, atol=1e-9)
    mirrored = aligned(found * (-1, 1, 1), truth)
    assert np.abs(mirrored - truth).max() > 0.05


@few
@given(st.integers(0, 2**31))
def test_alignment_never_makes_it_worse(seed: int) -> None:
    random = np.random.default_rng(seed)
    truth, found = random.normal(size=(2, 12, 3))
    left = ((aligned(found, truth) - truth) ** 2).sum()
    assert left <= ((found - truth) ** 2).sum() + 1e-9
    assert left <= ((truth - truth.mean(axis=0)) ** 2).sum() + 1e-9


def test_jitter_is_acceleration() -> None:
    times = np.arange(10)[:, None, None] / 15
    even = np.array([[[1.0, 2, 3]]]) * times
    assert jitter(even, 15) == pytest.approx(0, abs=1e-9)
    assert jitter(np.array([[[0, 4.905, 0]]]) * times**2, 15) == pytest.approx(9.81)
    with pytest.raises(ValueError, match="2 frames have no acceleration"):
        jitter(even[:2], 15)


def test_psnr_of_one_level_is_48_db_and_only_of_the_area() -> None:
    truth = np.full((20, 30, 3), 100, np.uint8)
    found = truth + np.uint8(1)
    found[0] = 0
    assert psnr_db(found, truth, box(1, 0, 20, 30)) == pytest.approx(48.13, abs=0.01)
    assert psnr_db(truth, truth, box(1, 0, 20, 30)) == 60
    assert psnr_db(found, truth, box(0, 0, 0, 0)) is None
    whole = psnr_db(found, truth, box(0, 0, 20, 30))
    assert whole is not None
    assert whole < 25


def test_flicker_is_change_that_is_not_in_the_truth() -> None:
    still, darker = np.full((20, 30, 3), 100, np.uint8), np.full((20, 30, 3), 90, np.uint8)
    area = box(2, 2, 9, 9)
    assert flicker_levels((still, darker), (still, darker), area) == 0
    assert flicker_levels((still, darker), (still, still), area) == 10
    assert flicker_levels((still, still), (still, darker), area) == 10
    with pytest.raises(ValueError, match="no area"):
        flicker_levels((still, still), (still, still), box(0, 0, 0, 0))


def test_a_place_is_seen_where_another_camera_has_it_free() -> None:
    """A wall 4 m away; the second camera is 0.2 m to the left, so the wall is 5 px to the right."""
    cameras = [look_at((x, 0, 4), (x, 0, 0), 30, 20, 100) for x in (0, -0.2)]
    depth = np.full((20, 30), 4.0)
    hidden = [box(5, 10, 15, 14), box(5, 13, 15, 17)]
    times = times_seen(0, hidden[0], depth, cameras, hidden)
    assert times[10].tolist() == [0] * 12 + [1] * 2 + [0] * 16
    assert times.sum() == 20
    free = times_seen(0, ~hidden[0], depth, cameras, hidden)
    assert set(free[~hidden[0]].tolist()) == {1, 2}


@pytest.fixture(scope="module")
def truth() -> Truth:
    return make_truth(ClipSpec("side-step", "static", "moving", 0, frame_count=7, size_px=96))


def test_the_truth_measures_as_perfect_and_a_shifted_one_does_not(truth: Truth) -> None:
    right, wrong = (
        Measures("a", "a", "a", "a", 7, measure_layers(truth, layered(truth, shift)))
        for shift in (0, 4)
    )
    assert middle([right], "plate_uncovered_db") == middle([right], "plate_untouched_db") == 60
    assert middle([right], "occluder_iou") == middle([right], "human_iou") == 1
    assert middle([right], "occluder_false") == 0
    worse = middle([wrong], "plate_untouched_db"), middle([wrong], "occluder_iou")
    assert worse[0] is not None
    assert worse[1] is not None
    assert worse[0] < 30
    assert worse[1] < 0.9


def layered(truth: Truth, shift: int) -> Layered:
    """The truth as if it had been found, `shift` px too far to the right."""
    scenes = tuple(np.roll(one.clean, shift, 1) for one in truth.frames)
    fronts = tuple(
        np.roll(one.front * 255 + 0.5, shift, 1).astype(np.uint8) for one in truth.frames
    )
    humans = tuple(
        np.roll(one.human * 255 + 0.5, shift, 1).astype(np.uint8) for one in truth.frames
    )
    return Layered(scenes, fronts, humans, 1.0)


def test_the_truth_knows_heights_and_what_is_hidden(truth: Truth) -> None:
    rows = [np.nonzero(frame.human_full > 0.5)[0] for frame in truth.frames]
    tall = np.array([np.ptp(one) + 1 for one in rows])
    np.testing.assert_allclose(tall / truth.heights_px, 1, atol=0.08)
    overlapping = [truth.overlaps(index) for index in range(7)]
    assert any(overlapping)
    assert not all(overlapping)
    assert truth.joints_free.mean() > 0.6
    assert (~truth.joints_free).any(axis=1)[np.array(overlapping)].any()


def test_medians_means_and_what_was_not_measured() -> None:
    clips = [
        Measures("a", "walk", "pan", "ball", 3, {"human_iou": [0.9, 0.5, 0.7], "human_found": [1]}),
        Measures("b", "wave", "pan", "post", 2, {"jitter_fitted": [1], "jitter_raw": [4]}),
    ]
    assert middle(clips, "human_iou") == 0.7
    assert pooled(clips, "jitter_ratio") == [0.25]
    assert middle(clips, "occluder_iou") is None
    assert worst_tenth(clips, "human_iou", True) == pytest.approx(0.54)
    said = tables(clips)
    assert "IoU | ≥ 0.9 | 0.7 | 0.54 | **no** |" in said
    assert "jitter of fitted joints over that of raw ones | ≤ 0.5 | 0.25 | 0.25 | yes |" in said
    assert "| from a video file to a template: frames kept (mean) | not measured |" in said
    assert "| all of these | not measured |" in said
    found = facts(clips)
    assert set(found["aims"]) == {aim.measure for aim in AIMS}
    assert found["others"]["whole_iou"] is None


def test_every_measure_has_a_line(truth: Truth) -> None:
    named = {aim.measure for aim in AIMS} | set(OTHERS)
    assert set(measure_layers(truth, layered(truth, 0))) <= named


def test_all_clips_are_chosen_or_some_of_every_kind() -> None:
    every = chosen_specs(False, 1, 288)
    assert len(every) >= 8 * 3 * 2
    some = chosen_specs(False, 7, 288)
    assert len({one.motion for one in some}) == len(some) == 8
    for kind in ("camera", "occluder"):
        assert {getattr(one, kind) for one in some} == {getattr(one, kind) for one in every}
    assert len(chosen_specs(True, 1, 64)) == 2


def test_the_command_writes_numbers_and_a_picture(tmp_path: Path) -> None:
    path, sheet = tmp_path / "r.json", tmp_path / "s.png"
    run = CliRunner().invoke(
        main, ["--quick", "--size", "192", "--json", str(path), "--sheet", str(sheet)]
    )
    assert run.exit_code == 0, run.output
    found = json.loads(path.read_text())
    assert (found["clips"], found["frames"]) == (2, 24)
    assert found["aims"]["human_iou"]["median"] > 0.7
    assert found["others"]["whole_kept"] == 1
    assert found["others"]["whole_human_iou"] > 0.6
    assert all(found["frames_per_cpu_s"].values())
    assert found["frames_per_s_whole"]["people"] > 0
    assert "| mask of the person, IoU |" in run.output
    assert 10_000 < sheet.stat().st_size < 400_000
