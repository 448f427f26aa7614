"""Settings with a bundle: what is asked for, else the bundle's, else the official values."""

from dataclasses import replace
from pathlib import Path

import pytest

from mimo_runtime.bundle import Bundle, Manifest
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.planning.rules import CORRECTED, OFFICIAL
from mimo_runtime.synthesis.resolved import resolved_settings
from mimo_runtime.wire.settings import FramingPolicy, Mode, Settings


@pytest.fixture(scope="module")
def manifest(small_bundle: Path) -> Manifest:
    return replace(Bundle.open(small_bundle).manifest, defaults={})


def test_the_official_values_where_nobody_says_otherwise(manifest: Manifest) -> None:
    found = resolved_settings(Settings(), manifest)
    assert (found.steps, found.guidance, found.seed) == (25, 3.5, 42)
    assert (found.mode, found.framing) == (Mode.OFFICIAL, FramingPolicy.PERSON)
    assert found.rules is OFFICIAL


def test_the_bundle_goes_before_them_and_the_user_before_the_bundle(manifest: Manifest) -> None:
    own = replace(manifest, defaults={"steps": 4, "guidance": 1.0, "mode": "corrected"})
    found = resolved_settings(Settings(seed=7), own)
    assert (found.steps, found.guidance, found.seed, found.mode) == (4, 1.0, 7, Mode.CORRECTED)
    assert found.rules is CORRECTED
    assert (found.guided, found.branches, found.denoiser) == (False, 1, "denoiser_unguided")
    asked = Settings(steps=9, guidance=2.0, mode=Mode.OFFICIAL, framing=FramingPolicy.WHOLE)
    found = resolved_settings(asked, own)
    assert (found.steps, found.guidance, found.mode) == (9, 2.0, Mode.OFFICIAL)
    assert (found.framing, found.branches, found.denoiser) == (FramingPolicy.WHOLE, 2, "denoiser")


def test_more_steps_than_the_solver_takes_are_refused_with_the_bundle(manifest: Manifest) -> None:
    short = replace(manifest, solver={**manifest.solver, "num_train_timesteps": 100})
    with pytest.raises(InvalidRequestError, match="steps is 101; the solver can take 1 to 100"):
        resolved_settings(Settings(steps=101), short)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"mode": "better"}, "mode is 'better'; give one of official, corrected"),
        ({"framing": "half"}, "framing is 'half'; give one of person, whole"),
        ({"guidance": float("nan")}, "guidance is nan; give a number from 0 to 100"),
    ],
)
def test_a_word_or_number_that_cannot_be(given: dict[str, object], sentence: str) -> None:
    with pytest.raises(InvalidRequestError, match=sentence):
        Settings(**given)  # type: ignore[arg-type]
