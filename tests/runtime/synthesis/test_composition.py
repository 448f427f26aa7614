import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.planning.crops import CropSegment, plan_crop_segments
from mimo_runtime.planning.pixel_rect import PixelRect
from mimo_runtime.planning.rules import CORRECTED, OFFICIAL
from mimo_runtime.synthesis.composition import DecodedCrop, Layers, compose_frame
from mimo_runtime.synthesis.feather import (
    FeatherMasks,
    default_feather_masks,
)
from mimo_runtime.synthesis.person import person_box
from mimo_runtime.wire.kinds import FEATHER_MODES
from tests.golden import GOLDEN, LARGE, load
from tests.runtime.synthesis.requests import official_masks

SETS = [folder for folder in (GOLDEN, LARGE) if folder]
OPAQUE = FeatherMasks({mode: np.ones((8, 8), np.float32) for mode in FEATHER_MODES})
CROP = PixelRect(left=8, right=40, top=4, bottom=36)
WHOLE = CropSegment((0,), CROP, CROP)


@pytest.mark.parametrize("folder", SETS, ids=lambda folder: folder.name)
def test_recorded_frames_are_composed_exactly(folder):
    template, recorded = load("00_template", folder), load("11_edit", folder)
    feather = official_masks(folder / "masks")
    used = recorded["source_frame_indices"]
    height, width = template["sdc_u8"].shape[1:3]
    boxes = [person_box(f) for f in template["sdc_u8"][used]]
    segments = plan_crop_segments(boxes, width, height, OFFICIAL)
    video = iter(as_decoded(recorded["pipe_video_u8"]))
    crops: list[list[DecodedCrop]] = [[] for _ in used]
    for segment in segments:
        for position, frame in enumerate(segment.frames):
            crops[frame].append(DecodedCrop(next(video), segment, position))
    for frame, index in enumerate(used):
        layers = Layers(*(template[name][index] for name in ("bk_u8", "vid_u8", "occ_gray_u8")))
        composed = compose_frame(crops[frame], layers, feather, OFFICIAL)
        assert np.array_equal(composed, recorded["result_u8"][frame]), frame


def as_decoded(video_u8: np.ndarray) -> np.ndarray:
    """Decoder output float32 [n, 3, h, w] that truncates to `video_u8` [n, h, w, 3]."""
    return ((video_u8 + np.float32(0.5)) / np.float32(255)).transpose(0, 3, 1, 2)


def flat(level: int) -> np.ndarray:
    return as_decoded(np.full((1, 32, 32, 3), level, np.uint8))[0]


def noisy(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (48, 56, 3), np.uint8)


@given(st.integers(0, 255), st.sampled_from([OFFICIAL, CORRECTED]), st.integers(0, 9))
def test_the_scene_outside_the_crop_is_untouched(level, rules, seed):
    scene = noisy(seed)
    frame = compose_frame(
        [DecodedCrop(flat(level), WHOLE, 0)],
        Layers(scene),
        default_feather_masks(),
        rules,
    )
    outside = np.ones(scene.shape[:2], bool)
    outside[CROP.top : CROP.bottom, CROP.left : CROP.right] = False
    assert np.array_equal(frame[outside], scene[outside])
    assert not np.array_equal(frame, scene)


@given(st.integers(0, 255))
def test_an_opaque_mask_shows_the_person_alone(level):
    frame = compose_frame([DecodedCrop(flat(level), WHOLE, 0)], Layers(noisy(0)), OPAQUE, OFFICIAL)
    assert (frame[CROP.top : CROP.bottom, CROP.left : CROP.right] == level).all()


def test_the_occluder_is_in_front():
    scene, source = noisy(1), noisy(2)
    occlusion = np.zeros(scene.shape[:2], np.uint8)
    occlusion[:, 20:] = 255
    layers = Layers(scene, source, occlusion)
    frame = compose_frame([DecodedCrop(flat(50), WHOLE, 0)], layers, OPAQUE, OFFICIAL)
    assert np.array_equal(frame[:, 20:], source[:, 20:])
    assert (frame[CROP.top : CROP.bottom, CROP.left : 20] == 50).all()


@pytest.mark.parametrize(("overlap_frames", "level"), [(4, 140), (1, 200)])
def test_a_later_segment_is_faded_in(overlap_frames, level):
    earlier = CropSegment(tuple(range(9)), CROP, CROP)
    later = CropSegment(tuple(range(5, 20)), CROP, CROP, overlap_frames)
    crops = [DecodedCrop(flat(100), earlier, 6), DecodedCrop(flat(200), later, 1)]
    assert (compose_frame(crops, Layers(noisy(3)), OPAQUE, OFFICIAL)[10, 10] == level).all()


def test_a_frame_with_nobody_is_the_scene_behind_the_occluder():
    scene, source = noisy(4), noisy(5)
    occlusion = np.zeros(scene.shape[:2], np.uint8)
    assert np.array_equal(compose_frame([], Layers(scene), OPAQUE, CORRECTED), scene)
    occlusion[5:9] = 255
    frame = compose_frame([], Layers(scene, source, occlusion), OPAQUE, CORRECTED)
    assert np.array_equal(frame[5:9], source[5:9])
    assert np.array_equal(frame[9:], scene[9:])


def test_official_truncates_and_corrected_rounds():
    crop = DecodedCrop(np.full((3, 32, 32), 99.7 / 255, np.float32), WHOLE, 0)
    levels = [
        compose_frame([crop], Layers(noisy(6)), OPAQUE, rules)[10, 10, 0]
        for rules in (OFFICIAL, CORRECTED)
    ]
    assert levels == [99, 100]


def test_inputs_are_left_as_they_are():
    layers = Layers(noisy(7), noisy(8), np.full((48, 56), 90, np.uint8))
    for array in (layers.scene, layers.source, layers.occlusion):
        array.flags.writeable = False
    crop = DecodedCrop(flat(9), WHOLE, 0)
    crop.decoded.flags.writeable = False
    frame = compose_frame([crop], layers, OPAQUE, OFFICIAL)
    assert frame.flags.writeable
    assert frame.dtype == np.uint8
