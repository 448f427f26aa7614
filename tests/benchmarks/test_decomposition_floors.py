"""Floors a little below what the decomposition reaches on made-up clips."""

import numpy as np
import pytest

from benchmarks.decomposition_parts.clip_run import run_clip
from benchmarks.decomposition_parts.truth import make_truth
from mimo_runtime.analysis.estimators import Estimators, open_estimators
from mimo_synthetic.ground_truth.spec import ClipSpec


@pytest.fixture(scope="module")
def estimators() -> Estimators:
    return open_estimators()


@pytest.mark.parametrize(
    ("spec", "occluder_iou", "plate_db"),
    [
        (ClipSpec("walk", "static", "standing", 0), 0.9, 40),
        (ClipSpec("jump", "static", "moving", 49), 0.8, 26),
    ],
    ids=["post", "ball"],
)
def test_layers_of_a_made_up_clip(
    estimators: Estimators, spec: ClipSpec, occluder_iou: float, plate_db: float
) -> None:
    values = run_clip(make_truth(spec), estimators).measures.values

    assert np.median(values["human_iou"]) > 0.92
    assert np.median(values["occluder_iou"]) > occluder_iou
    assert np.mean(values["occluder_false"]) < 0.05
    assert np.median(values["plate_uncovered_db"]) > plate_db
    assert np.median(values["plate_untouched_db"]) > 36
