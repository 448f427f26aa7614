"""Memory and work of a request, known before any of it is done."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.bundle import Bundle
from mimo_runtime.errors import LimitExceededError, ResourceError
from mimo_runtime.synthesis.media_memory import media_bytes
from mimo_runtime.synthesis.memory import check_media_memory
from mimo_runtime.synthesis.request import SynthesisRequest
from mimo_runtime.synthesis.work_limit import check_work, work_px
from tests.runtime.synthesis.requests import small_request

GIB = 1 << 30


@pytest.fixture(scope="module")
def request_(small_template: Path, small_character: Path) -> SynthesisRequest:
    return small_request(small_template, small_character, steps=10)


def of_size(request: SynthesisRequest, side_px: int) -> SynthesisRequest:
    """The same with streams of another size."""
    streams = {
        name: replace(stream, info=replace(stream.info, width_px=side_px, height_px=side_px))
        for name, stream in request.template.streams.items()
    }
    return replace(request, template=replace(request.template, streams=streams))


def test_work_is_pixels_times_frames_times_steps(
    request_: SynthesisRequest, small_bundle: Path
) -> None:
    manifest = Bundle.open(small_bundle).manifest
    frames, frame_px = request_.template.frame_count, 256 * 192
    expected_px = frames * (10 * manifest.width_px * manifest.height_px + frame_px)
    assert work_px(request_, manifest) == expected_px
    check_work(request_, manifest, expected_px)
    with pytest.raises(LimitExceededError, match=f"{frames} frames of 256x192 pixels in 10 steps"):
        check_work(request_, manifest, expected_px - 1)


def test_large_frames_take_memory_and_small_ones_little(request_: SynthesisRequest) -> None:
    assert media_bytes(request_) < GIB / 2
    assert 4 * GIB < media_bytes(of_size(request_, 4096)) < 16 * GIB


def test_the_square_around_the_character_counts(request_: SynthesisRequest) -> None:
    long = replace(request_, character=np.zeros((8192, 512, 4), np.uint8))
    assert media_bytes(long) - media_bytes(request_) > 3 * 8192**2


def test_what_memory_cannot_hold_is_refused() -> None:
    with pytest.raises(ResourceError, match="make them smaller"):
        check_media_memory(1 << 50)
