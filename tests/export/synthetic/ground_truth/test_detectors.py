"""The networks that ship take the made-up people for people."""

import numpy as np
import pytest

from mimo_runtime.analysis.estimators import Estimators, open_estimators
from mimo_synthetic.ground_truth.clip import Clip
from mimo_synthetic.ground_truth.spec import ClipSpec


@pytest.fixture(scope="module")
def estimators() -> Estimators:
    return open_estimators()


@pytest.mark.parametrize(
    ("motion", "seed"), [("walk", 0), ("squat", 1), ("kick", 4), ("turn", 3), ("circle-arms", 6)]
)
def test_people_are_found_with_their_outline(
    estimators: Estimators, motion: str, seed: int
) -> None:
    frame = Clip(ClipSpec(motion, seed=seed)).frame(9)
    (person,) = estimators.people.find(frame.pixels)
    body = estimators.bodies.find(frame.pixels, person)
    found = estimators.masks.find(frame.pixels, body) > 0.5
    truth = frame.human > 0.5
    assert body.presence > 0.8
    assert (found & truth).sum() / (found | truth).sum() > 0.85
    middle = np.array(np.nonzero(truth))[::-1].mean(axis=1)
    assert np.abs(np.array(person.box.centre) - middle).max() < 25
