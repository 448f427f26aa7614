"""Settings with a bundle: what is asked for, else the bundle's, else the official values."""

from dataclasses import replace
from pathlib import Path

import pytest

from mimo_runtime.bundle import Bundle, Manifest
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.planning.rules import CORRECTED, OFFICIAL
from mimo_runtime.planning.solver import SolverConfig, ddim_table
from mimo_runtime.synthesis.resolved import resolved_settings
from mimo_runtime.wire.settings import FramingPolicy, Mode, Settings
from mimo_runtime.wire.solver import Solver


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


def test_offline_is_corrected_by_a_solver_of_second_order(manifest: Manifest) -> None:
    found = resolved_settings(Settings(mode=Mode.OFFLINE), manifest)
    assert found.rules is CORRECTED
    assert (found.solver, found.step_table, found.steps) == (Solver.DPMPP_2M, None, 25)
    config = SolverConfig.from_mapping(manifest.solver)
    assert found.table(config).timesteps.tolist() == ddim_table(config, 25).timesteps.tolist()
    asked = Settings(mode=Mode.OFFLINE, solver=Solver.DDIM)
    assert resolved_settings(asked, manifest).solver is Solver.DDIM


def test_timesteps_that_are_listed_are_the_steps(manifest: Manifest) -> None:
    asked = Settings(mode=Mode.CORRECTED, step_table="999,600,200", guidance_interval="0.3,1")
    found = resolved_settings(asked, manifest)
    assert (found.steps, found.step_table) == (3, (999, 600, 200))
    table = found.table(SolverConfig.from_mapping(manifest.solver))
    assert table.timesteps.tolist() == [999, 600, 200]
    assert table.guided is not None
    assert table.guided.tolist() == [True, True, False]
    assert found.denoisers == ("denoiser", "denoiser_unguided")
    unguided = resolved_settings(replace(asked, guidance=1.0), manifest)
    assert unguided.denoisers == ("denoiser_unguided",)


@pytest.mark.parametrize(
    "other", [{"solver": "dpmpp-2m"}, {"step_table": "even-angle"}, {"guidance_interval": "0,1"}]
)
def test_the_official_numbers_have_their_own_solver(
    manifest: Manifest, other: dict[str, str]
) -> None:
    with pytest.raises(InvalidRequestError, match="mode is official, which has its own"):
        resolved_settings(Settings(**other), manifest)  # type: ignore[arg-type]
    assert resolved_settings(Settings(solver=Solver.DDIM), manifest).solver is Solver.DDIM


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
