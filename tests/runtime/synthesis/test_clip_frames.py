"""Frames for an early and a late reader: the same pixels, decoded once where they are kept."""

from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.synthesis.clip_frames import ClipFrames
from mimo_runtime.templates.folder import SCENE, Template, open_template


@pytest.fixture(scope="module")
def template(small_template: Path) -> Template:
    return open_template(small_template, MediaLimits(), max_frames=12)


@pytest.mark.parametrize(("kept", "late_decodes"), [(12, False), (4, True), (0, True)])
@pytest.mark.parametrize("lag", [0, 3])
def test_both_readers_see_the_same(
    template: Template, kept: int, late_decodes: bool, lag: int
) -> None:
    wanted = [frame.copy() for frame in template.frames(SCENE, range(12))]
    frames = ClipFrames(template, SCENE, kept)
    late: list[np.ndarray] = []
    for index in range(12):
        np.testing.assert_array_equal(frames.early(index), wanted[index])
        np.testing.assert_array_equal(frames.early(index), wanted[index])
        if index >= lag:
            late.append(frames.late(index - lag).copy())
        assert len(frames._kept) <= kept
    late += [frames.late(index).copy() for index in range(12 - lag, 12)]
    for found, frame in zip(late, wanted, strict=True):
        np.testing.assert_array_equal(found, frame)
    if not late_decodes:
        assert frames._late._frames is None
    frames.close()


def test_a_late_reader_alone_decodes_for_itself(template: Template) -> None:
    wanted = [frame.copy() for frame in template.frames(SCENE, range(12))]
    frames = ClipFrames(template, SCENE, 12)
    for index in (2, 2, 5, 11):
        np.testing.assert_array_equal(frames.late(index), wanted[index])
    frames.close()


@pytest.mark.parametrize("early", [True, False])
def test_a_reader_that_was_begun_sees_the_same(template: Template, early: bool) -> None:
    wanted = [frame.copy() for frame in template.frames(SCENE, range(12))]
    frames = ClipFrames(template, SCENE, 12)
    frames.begin(early=early)
    read = frames.early if early else frames.late
    for index in (2, 5, 11):
        np.testing.assert_array_equal(read(index), wanted[index])
    frames.close()
