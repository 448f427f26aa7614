import json
from dataclasses import astuple

import numpy as np
import pytest

from mimo_runtime.planning.crops import plan_crop_segments
from mimo_runtime.planning.pixel_rect import PixelRect, person_room
from mimo_runtime.planning.rules import OFFICIAL
from mimo_runtime.synthesis.person import person_box, tight_box
from tests.golden import GOLDEN, LARGE, load

SETS = [folder for folder in (GOLDEN, LARGE) if folder]


@pytest.mark.parametrize("folder", SETS, ids=lambda folder: folder.name)
def test_segments_of_the_recorded_motion_are_the_official_ones(folder):
    motion = load("00_template", folder)["sdc_u8"]
    frames = motion[load("11_edit", folder)["source_frame_indices"]]
    segments = plan_crop_segments(
        [person_box(frame) for frame in frames], frames.shape[2], frames.shape[1], OFFICIAL
    )
    manifest = json.loads((folder / "manifest.json").read_text())
    recorded = manifest["files"]["11_edit.safetensors"]["params"]
    assert [list(segment.frames) for segment in segments] == recorded["context_list"]
    assert [list(astuple(segment.box)) for segment in segments] == recorded["bbox_clip_list_xxyy"]


def black(height=60, width=80) -> np.ndarray:
    return np.zeros((height, width, 3), np.uint8)


def test_a_black_frame_shows_nobody():
    assert person_box(black()) is None


def test_a_body_is_found_where_it_is():
    frame = black()
    frame[20:40, 30:45] = (200, 40, 90)
    # The official 2x2 opening moves everything one pixel right and down.
    assert person_box(frame) == person_room(PixelRect(31, 46, 21, 41), 80, 60)


def test_traces_of_compression_are_not_a_person():
    frame = black()
    frame[10:50, 10:60] = 10  # dim
    frame[5, 5] = 255  # one bright pixel
    assert person_box(frame) is None


def test_a_small_gap_does_not_split_the_body():
    frame = black()
    frame[10:40, 30:50] = 255
    frame[24:26, 30:50] = 0
    assert person_box(frame) == person_room(PixelRect(31, 51, 11, 41), 80, 60)


def test_read_only_frames_are_taken():
    frame = black()
    frame[20:40, 30:45] = 255
    frame.flags.writeable = False
    assert person_box(frame) is not None


def test_the_tight_box_of_a_mask():
    mask = np.zeros((9, 12), np.uint8)
    assert tight_box(mask) is None
    mask[2, 3] = mask[6, 10] = 1
    assert tight_box(mask) == PixelRect(left=3, right=11, top=2, bottom=7)
