"""What a clip says of itself agrees with its pixels and with itself."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.motions.procedural import PROCEDURAL
from mimo_synthetic.ground_truth.cameras import CAMERAS
from mimo_synthetic.ground_truth.clip import NOISE_LEVELS, Clip
from mimo_synthetic.ground_truth.spec import ClipSpec, all_specs
from tests.runtime.media.frames import all_frames, psnr_db

SMALL = ClipSpec("wave", seed=2, frame_count=6, size_px=96)
NOISE_AND_ROUNDING = 7 * NOISE_LEVELS


def test_a_frame_depends_on_its_spec_and_index_and_nothing_else() -> None:
    one, other = Clip(SMALL), Clip(SMALL)
    ascending = [frame.pixels for frame in one.frames()]
    descending = [other.frame(index).pixels for index in reversed(range(6))]
    np.testing.assert_array_equal(ascending, descending[::-1])
    stranger = Clip(replace(SMALL, seed=3)).frame(0).pixels
    assert np.abs(stranger.astype(int) - ascending[0]).mean() > 5


@pytest.mark.parametrize("camera", CAMERAS)
@pytest.mark.parametrize("occluder", ["standing", "moving", "none"])
def test_pixels_are_the_clean_scene_where_the_person_and_its_shadow_are_not(
    camera: str, occluder: str
) -> None:
    frame = Clip(replace(SMALL, camera=camera, occluder=occluder)).frame(3)
    off = np.abs(frame.pixels.astype(int) - frame.clean).max(axis=2)
    free = (frame.human == 0) & (frame.shadow == 0)
    assert off[free].max() <= NOISE_AND_ROUNDING
    assert np.median(off[frame.human > 0.9]) > 12
    assert np.median(off[frame.shadow > 0.2]) > NOISE_AND_ROUNDING
    beyond = (frame.front == 0) & (frame.clean != frame.scene).any(axis=2)
    assert bool(beyond.any()) == (occluder != "none")  # the shadow of what is in front


@pytest.mark.parametrize("occluder", ["standing", "moving"])
@pytest.mark.parametrize("seed", [0, 2, 4])
def test_what_is_in_front_is_nearer_and_hides(occluder: str, seed: int) -> None:
    spec = replace(SMALL, occluder=occluder, seed=seed, frame_count=9)
    clip, alone = Clip(spec), Clip(replace(spec, occluder="none"))
    hidden = 0
    for index in range(0, 9, 2):
        frame, without = clip.frame(index), alone.frame(index)
        np.testing.assert_array_equal(frame.human_full, without.human_full)
        np.testing.assert_allclose(frame.human, frame.human_full * (1 - frame.front), atol=1e-6)
        both = (frame.human_full > 0.9) & (frame.front > 0.9)
        assert (frame.depth_m[both] < without.depth_m[both] - 0.3).all()
        hidden += int(both.sum())
    assert hidden > 0


@pytest.mark.parametrize("motion", PROCEDURAL)
def test_joints_lie_on_the_body_at_its_depth(motion: str) -> None:
    clip = Clip(replace(SMALL, motion=motion, frame_count=16))
    skeleton = clip.actor.person.body.skeleton
    trunk = [skeleton.index(name) for name in ("Spine", "LeftUpLeg", "RightUpLeg", "Head")]
    for index in (0, 8, 15):
        frame = clip.frame(index)
        for joint in trunk:
            column, row = np.floor(frame.joints_px[joint]).astype(int)
            inside = frame.camera.to_camera(frame.joints_m[joint])[2]
            assert frame.human_full[row, column] > 0.4
            assert -0.75 < frame.depth_m[row, column] - inside < 0.12
        rows, columns = np.nonzero(frame.human_full > 0.5)
        assert 0.2 < (np.ptp(rows) + 1) / frame.human_full.shape[0] < 0.95
        assert columns.size > 0.02 * frame.human_full.size


def test_cameras_move_as_they_are_called() -> None:
    paths = {kind: Clip(replace(SMALL, camera=kind)) for kind in CAMERAS}
    places = {kind: [clip.camera(i).position_m for i in range(6)] for kind, clip in paths.items()}
    ways = {kind: [clip.camera(i).rotation[2] for i in range(6)] for kind, clip in paths.items()}
    assert np.ptp(places["static"], axis=0).max() == np.ptp(ways["static"], axis=0).max() == 0
    assert np.ptp(places["pan"], axis=0).max() < 1e-12
    assert np.ptp(ways["pan"], axis=0)[0] > 0.1
    assert np.ptp(places["hand"], axis=0).max() > 1e-3


def test_the_empty_scene_moves_with_the_camera_as_its_depth_says() -> None:
    clip = Clip(replace(SMALL, camera="hand", frame_count=30))
    one, other = clip.frame(0), clip.frame(20)
    rows, columns = np.mgrid[10:86:6, 10:86:6].reshape(2, -1)
    depth = one.scene_depth_m[rows, columns]
    way = np.stack([columns + 0.5, rows + 0.5], axis=1) - one.camera.centre_px
    inside = np.column_stack([way / one.camera.focal_px, np.ones(len(way))]) * depth[:, None]
    pixels, found = other.camera.project((inside - one.camera.translation_m) @ one.camera.rotation)
    column, row = np.floor(pixels).astype(int).clip(0, 95).T
    assert np.median(np.abs(other.scene_depth_m[row, column] - found)) < 0.02
    moved = one.scene[rows, columns].astype(int) - other.scene[row, column]
    stayed = one.scene[rows, columns].astype(int) - other.scene[rows, columns]
    assert np.abs(moved).mean() < 0.8 * np.abs(stayed).mean()


def test_a_clip_becomes_a_video(tmp_path: Path) -> None:
    clip = Clip(SMALL)
    clip.write(tmp_path / "clip.mp4")
    frames = all_frames(tmp_path / "clip.mp4")
    made = [frame.pixels for frame in clip.frames()]
    assert min(psnr_db(a, b) for a, b in zip(frames, made, strict=True)) > 28


def test_every_case_has_a_clip_of_its_own() -> None:
    specs = all_specs()
    assert len({spec.motion for spec in specs}) >= 8
    assert len({(spec.camera, spec.occluder) for spec in specs}) == 6
    assert len({spec.seed for spec in specs}) == len(specs) == len({one.name for one in specs})
