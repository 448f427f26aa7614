"""What is measured before a live stream is planned: all of it, in turn, as it will run."""

from pathlib import Path

import pytest

from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.choice import open_backend
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.synthesis.live_costs import measure_live, usual_times_s
from tests.runtime.runner.painting_bundle import paint_humans


def test_works_follow_each_other_and_the_first_time_does_not_count() -> None:
    done: list[str] = []
    times_s = usual_times_s([lambda: done.append("a"), lambda: done.append("b")], runs=3)
    assert done == ["a", "b"] * 4
    assert len(times_s) == 2
    assert all(0 <= each < 1 for each in times_s)


@pytest.mark.parametrize("denoiser", ["denoiser", "denoiser_unguided"])
def test_every_component_is_measured(tmp_path: Path, denoiser: str) -> None:
    engines = EngineSet(
        open_backend(Bundle.open(paint_humans(tmp_path / "painting")), "onnxruntime", 1)
    )
    costs = measure_live({16: engines, 4: engines}, denoiser)
    assert set(costs.step_s) == {16, 4}
    parts = (*costs.step_s.values(), costs.frame_in_s, costs.frame_out_s, costs.scene_s)
    assert all(seconds > 0 for seconds in parts)
