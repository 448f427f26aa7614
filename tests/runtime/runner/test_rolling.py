"""Rolling and whole-clip order on real networks: the same bits, far less memory, early frames."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.planning.extent import extent_of
from mimo_runtime.planning.schedule import ClipPlan, Decode, Pass, Work, rolling, whole_clip
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.request import OutputFrame, SynthesisRequest
from mimo_runtime.wire.settings import Mode, Settings
from mimo_runtime.wire.solver import Solver
from tests.runtime.synthesis.requests import ignore, small_request

FRAMES = 40
STEPS = 2


@pytest.fixture(scope="module")
def long_request(small_template: Path, small_character: Path) -> SynthesisRequest:
    """The shipped clip, repeated to and fro."""
    settings = {"steps": STEPS, "guidance": 1.0, "mode": "corrected"}
    given = small_request(small_template, small_character, **settings)
    streams = {
        name: replace(stream, indices=tuple(sorted(stream.indices * 3)[:FRAMES]))
        for name, stream in given.template.streams.items()
    }
    return replace(given, template=replace(given.template, streams=streams))


def run(
    synthesizer: Synthesizer,
    request: SynthesisRequest,
    order: Callable[[ClipPlan], Iterator[Work]],
) -> tuple[int, list[OutputFrame], list[Work]]:
    stream = synthesizer.open(request, CancellationToken(), ignore)
    plan = stream._plan
    extent = extent_of(plan.clip, order(plan.clip))
    stream._plan = replace(plan, schedule=order, extent=extent)
    works = list(stream.works())
    frames = [frame for work in works if (frame := stream.execute(work))]
    slots = stream._denoiser.latents.shape[0]
    stream.close()
    return slots, frames, works


def test_rolling_equals_the_whole_clip_to_the_bit(
    small_synthesizer: Synthesizer, long_request: SynthesisRequest
) -> None:
    early_slots, early, early_works = run(small_synthesizer, long_request, rolling)
    whole_slots, whole, whole_works = run(small_synthesizer, long_request, whole_clip)
    assert [frame.index for frame in early] == [frame.index for frame in whole]
    assert len(early) == FRAMES
    for one, other in zip(early, whole, strict=True):
        np.testing.assert_array_equal(one.rgb, other.rgb)
    assert set(early_works) == set(whole_works)
    assert passes_before_the_first_frame(early_works) < passes_before_the_first_frame(whole_works)
    assert early_slots < whole_slots


def test_a_solver_of_second_order_does_not_mind_the_order(
    small_synthesizer: Synthesizer, long_request: SynthesisRequest
) -> None:
    """What a frame keeps from step to step is its own, whichever window comes between."""
    settings = Settings(guidance=1.0, mode=Mode.OFFLINE, step_table="900,500,100")
    request = replace(long_request, settings=settings)
    _, early, _ = run(small_synthesizer, request, rolling)
    _, whole, _ = run(small_synthesizer, request, whole_clip)
    first_order = replace(request, settings=replace(settings, solver=Solver.DDIM))
    _, others, _ = run(small_synthesizer, first_order, rolling)
    for one, other in zip(early, whole, strict=True):
        np.testing.assert_array_equal(one.rgb, other.rgb)
    assert any((one.rgb != other.rgb).any() for one, other in zip(early, others, strict=True))


def passes_before_the_first_frame(works: list[Work]) -> int:
    first = next(index for index, work in enumerate(works) if isinstance(work, Decode))
    return sum(isinstance(work, Pass) for work in works[:first])
