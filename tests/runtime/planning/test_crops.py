import itertools
import json
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.errors import TemplateError
from mimo_runtime.planning.crops import feather_mode, plan_crop_segments
from mimo_runtime.planning.pixel_rect import PixelRect, person_room, union
from mimo_runtime.planning.rules import CORRECTED, OFFICIAL
from mimo_runtime.synthesis.person import person_box
from mimo_runtime.wire.kinds import FEATHER_MODES
from tests.golden import GOLDEN, LARGE

SETS = [folder for folder in (GOLDEN, LARGE) if folder]
CASES = [
    pytest.param(case, id=f"{folder.name}-{number}")
    for folder in SETS
    for number, case in enumerate(json.loads((folder / "12_crop_cases.json").read_text())["cases"])
]


def rooms_of(case) -> list[PixelRect | None]:
    frames = np.zeros((len(case["rects_xyxy"]), *case["frame_hw"], 3), np.uint8)
    for frame, rect in zip(frames, case["rects_xyxy"], strict=True):
        if rect:
            frame[rect[1] : rect[3], rect[0] : rect[2]] = 255
    return [person_box(frame) for frame in frames]


@pytest.mark.parametrize("case", CASES)
def test_segments_are_the_official_ones(case):
    height, width = case["frame_hw"]
    if "official_error" in case:
        with pytest.raises(TemplateError):
            plan_crop_segments(rooms_of(case), width, height, OFFICIAL)
        return
    segments = plan_crop_segments(rooms_of(case), width, height, OFFICIAL)
    assert [list(segment.frames) for segment in segments] == case["context_list"]
    assert [list(astuple(segment.box)) for segment in segments] == case["bbox_clip_list_xxyy"]
    assert [feather_mode(segment.box, width, height) for segment in segments] == case["mask_mode"]
    cropped = [segment for segment in segments for _ in segment.frames]
    assert [[each.crop.height, each.crop.width] for each in cropped] == case["crop_hw"]
    assert [list(astuple(each.padding)) for each in cropped] == case["pads"]


WIDTH, HEIGHT = 90, 70


@st.composite
def rooms(draw):
    side = draw(st.integers(1, 70))
    left, top = draw(st.integers(0, WIDTH - side)), draw(st.integers(0, HEIGHT - side))
    return person_room(PixelRect(left, left + side, top, top + side), WIDTH, HEIGHT)


clips = st.lists(st.none() | rooms(), min_size=1, max_size=40)


@given(clips, st.integers(0, 6), st.sampled_from([OFFICIAL, CORRECTED]))
def test_segments_hold_every_frame_and_share_only_the_overlap(boxes, overlap, rules):
    segments = plan_crop_segments(boxes, WIDTH, HEIGHT, rules, overlap)
    if rules is CORRECTED and not any(boxes):
        assert segments == ()
        return
    own = list(segments[0].frames)
    for earlier, later in itertools.pairwise(segments):
        shared = [frame for frame in later.frames if frame <= own[-1]]
        assert len(shared) == min(overlap, len(earlier.frames))
        own += [frame for frame in later.frames if frame > own[-1]]
    assert own == list(range(len(boxes)))


@given(clips, st.sampled_from([OFFICIAL, CORRECTED]))
def test_crops_are_inside_the_frame_and_not_empty(boxes, rules):
    for segment in plan_crop_segments(boxes, WIDTH, HEIGHT, rules):
        assert segment.crop.area > 0
        assert union([segment.crop, PixelRect(0, WIDTH, 0, HEIGHT)]) == PixelRect(
            0, WIDTH, 0, HEIGHT
        )


@given(clips)
def test_a_corrected_crop_holds_the_person_in_all_its_frames(boxes):
    for segment in plan_crop_segments(boxes, WIDTH, HEIGHT, CORRECTED):
        seen = [boxes[frame] for frame in segment.frames if boxes[frame]]
        assert segment.crop == union(seen)


@given(clips, st.integers(0, 40))
def test_frames_with_nobody_change_no_corrected_crop(boxes, place):
    place = min(place, len(boxes) - 1)  # after the last frame the untested one would be another
    with_gap = [*boxes[:place], None, *boxes[place:]]
    plain = plan_crop_segments(boxes, WIDTH, HEIGHT, CORRECTED, 0)
    gapped = plan_crop_segments(with_gap, WIDTH, HEIGHT, CORRECTED, 0)
    assert [segment.crop for segment in gapped] == [segment.crop for segment in plain]


def test_a_shrinking_person_begins_the_next_corrected_segment():
    large, small = PixelRect(0, 64, 0, 64), PixelRect(0, 32, 0, 32)
    boxes = [large] * 6 + [small] * 6
    corrected = plan_crop_segments(boxes, WIDTH, HEIGHT, CORRECTED, 0)
    assert [segment.frames[0] for segment in corrected] == [0, 6]
    assert [segment.crop for segment in corrected] == [large, small]
    official = plan_crop_segments(boxes, WIDTH, HEIGHT, OFFICIAL, 0)
    assert [segment.frames[0] for segment in official] == [0, 7]


def test_an_empty_clip_that_cannot_be_cropped_is_refused():
    with pytest.raises(TemplateError, match="1x40 pixels"):
        plan_crop_segments([None, None], 1, 40, OFFICIAL)


def test_every_set_of_touched_borders_has_its_mode():
    modes = {
        feather_mode(PixelRect(left, right, top, bottom), 20, 30)
        for left in (0, 3)
        for right in (15, 20)
        for top in (0, 3)
        for bottom in (25, 30)
    }
    assert modes == set(FEATHER_MODES)
    assert feather_mode(PixelRect(0, 15, 3, 30), 20, 30) == "left_down"
