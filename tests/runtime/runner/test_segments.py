"""Segments on real networks: joined they are the whole clip, to the bit, in both modes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.planning.segments import Part, segment_ranges
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.sample import BUNDLE, YARD
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.request import SynthesisRequest
from tests.runtime.synthesis.requests import all_frames, ignore, small_request

FRAMES = 26
Ask = Callable[[str], SynthesisRequest]


def cut(request: SynthesisRequest, frames: int) -> SynthesisRequest:
    """The same with the first frames of the template alone."""
    streams = {
        name: replace(stream, indices=stream.indices[:frames])
        for name, stream in request.template.streams.items()
    }
    return replace(request, template=replace(request.template, streams=streams))


@pytest.mark.parametrize("mode", ["corrected", "official"])
@pytest.mark.parametrize("guidance", [1.0, 2.0])
def test_joined_segments_equal_the_whole_clip(
    small_synthesizer: Synthesizer,
    small_template: Path,
    small_character: Path,
    mode: str,
    guidance: float,
) -> None:
    asked = {"steps": 2, "guidance": guidance, "mode": mode}
    request = cut(small_request(small_template, small_character, **asked), FRAMES)
    whole = all_frames(small_synthesizer, request)
    joined = []
    for frames in segment_ranges(range(FRAMES), 9):
        segment = replace(request, part=Part(frames))
        joined += all_frames(small_synthesizer, segment)
    assert [frame.index for frame in joined] == list(range(FRAMES))
    for part, expected in zip(joined, whole, strict=True):
        np.testing.assert_array_equal(part.rgb, expected.rgb)
        assert part.timestamp_s == expected.timestamp_s


def test_a_bundle_that_paints_people_is_cut_too() -> None:
    synthesizer = Synthesizer.load(BUNDLE, threads=1)
    request = cut(small_request(YARD, YARD.with_name("character.png")), 14)
    whole = all_frames(synthesizer, request)
    middle = all_frames(synthesizer, replace(request, part=Part(range(5, 10))))
    for part, expected in zip(middle, whole[5:10], strict=True):
        np.testing.assert_array_equal(part.rgb, expected.rgb)


def test_progress_of_a_segment_ends_with_all_of_it(
    small_synthesizer: Synthesizer, small_template: Path, small_character: Path
) -> None:
    request = small_request(small_template, small_character, steps=2, mode="corrected")
    told = {}
    job = small_synthesizer.start(
        replace(request, part=Part(range(9, 12))),
        CancellationToken(),
        lambda progress: told.update({progress.stage: (progress.done, progress.total)}),
    )
    assert len(list(job.frames())) == 3
    assert told["frames"] == (3, 3)
    assert all(done == total for done, total in told.values())


def test_frames_beyond_the_clip_are_refused(
    small_synthesizer: Synthesizer, small_template: Path, small_character: Path
) -> None:
    request = small_request(small_template, small_character, steps=1)
    beyond = replace(request, part=Part(range(30, 40)))
    with pytest.raises(InvalidRequestError, match="frames 31 to 40 are asked for"):
        small_synthesizer.start(beyond, CancellationToken(), ignore)
