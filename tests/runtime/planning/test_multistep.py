"""Solvers at any timesteps: against diffusers over a grid, and where diffusers only comes close."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.planning.solver import (
    SolverConfig,
    SolverTable,
    first_order,
    second_order,
    signal_levels,
    solver_table,
)
from mimo_runtime.wire.solver import Solver, Spacing, StepTable

Numbers = NDArray[np.float64]

NO_ZERO_SNR: dict[str, Any] = {"rescale_betas_zero_snr": False}
SETTINGS = [
    NO_ZERO_SNR,
    NO_ZERO_SNR | {"beta_schedule": "linear"},
    NO_ZERO_SNR | {"prediction_type": "epsilon"},
    NO_ZERO_SNR | {"num_train_timesteps": 200, "beta_end": 0.02},
]
LISTED = (999, 850, 736, 645, 545, 455, 343, 233, 124, 24)  # arXiv 2404.14507, for SD 1.5
CLAMPED = 2.0**-24  # of diffusers, where the signal level is 0


def diffusers_scheduler(config: SolverConfig, order: int, table: StepTable, steps: int) -> Any:
    diffusers = pytest.importorskip("diffusers")
    pytest.importorskip("torch")
    scheduler = diffusers.DPMSolverMultistepScheduler(
        num_train_timesteps=config.num_train_timesteps,
        beta_start=config.beta_start,
        beta_end=config.beta_end,
        beta_schedule=config.beta_schedule,
        prediction_type=config.prediction_type,
        rescale_betas_zero_snr=config.rescale_betas_zero_snr,
        timestep_spacing="trailing",
        final_sigmas_type="zero",
        solver_order=order,
    )
    if isinstance(table, Spacing):
        scheduler.set_timesteps(steps)
    else:
        scheduler.set_timesteps(timesteps=list(table))
    return scheduler


def stepped(table: SolverTable, sample: Numbers, predictions: list[Numbers]) -> list[Numbers]:
    """The samples after each step."""
    found, before = [], np.zeros_like(sample)
    for step, prediction in enumerate(predictions):
        moved = table.sample_scale[step] * sample + table.prediction_scale[step] * prediction
        if table.history is not None:
            moved += table.history.scale[step] * before
            before = table.history.clean_sample_scale[step] * sample
            before = before + table.history.clean_prediction_scale[step] * prediction
        found.append(moved)
        sample = moved
    return found


def check_against_diffusers(scheduler: Any, table: SolverTable) -> None:
    """Every sample, to 1e-5 of its size: diffusers computes levels in float32."""
    torch = pytest.importorskip("torch")
    assert table.timesteps.tolist() == scheduler.timesteps.tolist()
    draw = np.random.default_rng(len(table.timesteps))
    first = draw.standard_normal((4, 3, 3))
    predictions = [draw.standard_normal((4, 3, 3)) for _ in table.timesteps]
    sample = torch.tensor(first)
    ours = stepped(table, first, predictions)
    for timestep, prediction, found in zip(scheduler.timesteps, predictions, ours, strict=True):
        sample = scheduler.step(torch.tensor(prediction), timestep, sample).prev_sample
        limit = 1e-5 * max(1.0, np.abs(found).max())
        np.testing.assert_allclose(found, sample.numpy(), rtol=0, atol=limit)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("steps", [1, 2, 3, 4, 7, 14, 25, 100])
@pytest.mark.parametrize(("solver", "order"), [(Solver.DDIM, 1), (Solver.DPMPP_2M, 2)])
def test_the_table_steps_as_diffusers_does(
    settings: dict[str, Any], steps: int, solver: Solver, order: int
) -> None:
    config = SolverConfig(**settings)
    scheduler = diffusers_scheduler(config, order, Spacing.TRAILING, steps)
    check_against_diffusers(scheduler, solver_table(config, steps, solver, Spacing.TRAILING))


@pytest.mark.parametrize(("solver", "order"), [(Solver.DDIM, 1), (Solver.DPMPP_2M, 2)])
@pytest.mark.parametrize("listed", [LISTED, (999, 300), (750, 740, 2)])
def test_listed_timesteps_step_as_diffusers_does(
    listed: tuple[int, ...], solver: Solver, order: int
) -> None:
    config = SolverConfig(**NO_ZERO_SNR)
    scheduler = diffusers_scheduler(config, order, listed, len(listed))
    check_against_diffusers(scheduler, solver_table(config, len(listed), solver, listed))


@pytest.mark.parametrize("steps", [1, 2, 4, 7, 25, 100])
def test_at_zero_snr_it_is_diffusers_but_for_what_that_clamps(steps: int) -> None:
    config = SolverConfig()
    exact = solver_table(config, steps, Solver.DPMPP_2M)
    levels = signal_levels(config)
    levels[-1] = CLAMPED
    then = np.append(levels[exact.timesteps[1:]], 1.0)
    clamped = SolverTable(
        exact.timesteps, *second_order("v_prediction", levels[exact.timesteps], then)
    )
    check_against_diffusers(diffusers_scheduler(config, 2, Spacing.TRAILING, steps), clamped)
    assert np.isfinite(exact.sample_scale).all()


@pytest.mark.parametrize("steps", [1, 2, 4, 25])
def test_the_first_step_at_zero_snr_is_exact(steps: int) -> None:
    """Where the sample is all noise the prediction is minus the picture, and the sample the noise:
    both are mixed as the next level says.
    """
    config = SolverConfig()
    table = solver_table(config, steps, Solver.DPMPP_2M)
    level = 1.0 if steps == 1 else signal_levels(config)[table.timesteps[1]]
    assert table.timesteps[0] == 999
    assert table.sample_scale[0] == pytest.approx(np.sqrt(1 - level), abs=1e-12)
    assert table.prediction_scale[0] == pytest.approx(-np.sqrt(level), abs=1e-12)
    assert table.history is not None
    assert not table.history.scale[:2].any()
    assert table.history.scale[-1] == 0


def test_the_exact_first_step_is_what_smaller_and_smaller_levels_lead_to() -> None:
    config = SolverConfig()
    exact = solver_table(config, 8, Solver.DPMPP_2M)
    levels, then = signal_levels(config), np.zeros(8)
    then[:] = np.append(levels[exact.timesteps[1:]], 1.0)
    errors = []
    for level in (1e-8, 1e-40, 1e-160):
        levels[-1] = level
        found = second_order("v_prediction", levels[exact.timesteps], then)
        errors.append(np.abs(found[0] - exact.sample_scale).max())
    assert errors[0] > errors[1] > errors[2]


def ideal(sample: Numbers, level: float, spread: float) -> Numbers:
    """What a perfect network predicts of pictures that are normal with a deviation `spread`."""
    variance = level * spread**2 + 1 - level
    slope = (np.sqrt(level) * spread**2, np.sqrt(1 - level))
    clean, eps = slope[0] * sample / variance, slope[1] * sample / variance
    return np.sqrt(level) * eps - np.sqrt(1 - level) * clean


def error_of(solver: Solver, steps: int, spread: float) -> float:
    """How far the end is from where the exact flow leads: `spread` times the first noise."""
    config = SolverConfig()
    table = solver_table(config, steps, solver, Spacing.EVEN_ANGLE)
    levels = signal_levels(config)
    sample, before = np.ones(1), np.zeros(1)
    for step, timestep in enumerate(table.timesteps):
        prediction = ideal(sample, levels[timestep], spread)
        moved = table.sample_scale[step] * sample + table.prediction_scale[step] * prediction
        if table.history is not None:
            moved = moved + table.history.scale[step] * before
            before = table.history.clean_sample_scale[step] * sample
            before = before + table.history.clean_prediction_scale[step] * prediction
        sample = moved
    return float(abs(sample[0] - spread))


@pytest.mark.parametrize("spread", [0.2, 0.5, 2.0])
def test_second_order_is_nearer_to_the_exact_flow(spread: float) -> None:
    """A flow of which everything is known: pictures of one normal distribution."""
    for steps, share in ((8, 1.0), (20, 0.5), (40, 0.25)):
        second, first = (
            error_of(solver, steps, spread) for solver in (Solver.DPMPP_2M, Solver.DDIM)
        )
        assert second < share * first


@given(
    steps=st.integers(1, 1000),
    spacing=st.sampled_from(list(Spacing)),
    total=st.sampled_from([1000, 1001, 37]),
)
def test_timesteps_fall_and_are_trained(steps: int, spacing: Spacing, total: int) -> None:
    config = SolverConfig(num_train_timesteps=total)
    steps = min(steps, total)
    table = solver_table(config, steps, Solver.DPMPP_2M, spacing)
    assert len(table.timesteps) == steps
    assert (np.diff(table.timesteps) < 0).all()
    assert table.timesteps[-1] >= 0
    assert table.timesteps[0] < total
    assert table.history is not None
    for column in (table.sample_scale, table.prediction_scale, table.history.scale):
        assert np.isfinite(column).all()


def test_even_angles() -> None:
    config = SolverConfig()
    timesteps = solver_table(config, 9, Solver.DDIM, Spacing.EVEN_ANGLE).timesteps
    assert timesteps[0] == 999
    turns = np.diff(np.arccos(np.sqrt(signal_levels(config)[timesteps])))
    np.testing.assert_allclose(turns, -np.pi / 18, atol=0.002)


def test_the_trained_spacing_is_that_of_the_bundle() -> None:
    """With DDIM at no other timesteps nothing is as it was not before."""
    config = SolverConfig(timestep_spacing="leading")
    ours = solver_table(config, 7, Solver.DDIM)
    assert ours.timesteps.tolist() == [853, 711, 569, 427, 285, 143, 1]
    levels = signal_levels(config)
    then = np.where(ours.timesteps >= 142, levels[ours.timesteps - 142], 1.0)
    wanted = first_order("v_prediction", levels[ours.timesteps], then)
    np.testing.assert_array_equal((ours.sample_scale, ours.prediction_scale), wanted)


def test_guidance_within_an_interval() -> None:
    table = solver_table(SolverConfig(), 4, Solver.DDIM, interval=(0.3, 0.8))
    assert table.timesteps.tolist() == [999, 749, 499, 249]
    assert table.guided is not None
    assert table.guided.tolist() == [False, True, True, False]
    ends = solver_table(SolverConfig(), 2, Solver.DDIM, (999, 0), interval=(0.0, 1.0))
    assert ends.guided is not None
    assert ends.guided.all()


def test_timesteps_that_were_not_trained() -> None:
    with pytest.raises(InvalidRequestError, match="begins with 1000 and the bundle was trained"):
        solver_table(SolverConfig(), 1, Solver.DDIM, (1000,))
