"""The denoise loop's own rules: time rows, guidance, averages, buffers that are made once."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.engines.onnxruntime_backend import OrtBackend
from mimo_runtime.planning.solver import SolverConfig, SolverTable, ddim_table, solver_table
from mimo_runtime.synthesis.denoise import Denoiser
from mimo_runtime.synthesis.identity import Identity
from mimo_runtime.wire.settings import Mode, Settings
from mimo_runtime.wire.solver import Solver
from tests.runtime.synthesis.denoisers import whole_clip_denoiser

Floats = NDArray[np.float32]
STEPS = 66
COLUMNS = ("timesteps", "sample_scale", "prediction_scale")


@pytest.fixture(scope="module")
def engines(small_bundle: Path) -> EngineSet:
    return EngineSet(OrtBackend(Bundle.open(small_bundle), threads=1))


@pytest.fixture(scope="module")
def identity(engines: EngineSet) -> Identity:
    draw = np.random.default_rng(1)
    outputs = engines.bundle.component("identity").outputs
    return {s.name: draw.normal(size=s.shape).astype(np.float32) for s in outputs}


@pytest.fixture(scope="module")
def table(engines: EngineSet) -> SolverTable:
    return ddim_table(SolverConfig.from_mapping(engines.bundle.manifest.solver), STEPS)


def noise(places: int) -> Floats:
    return np.random.default_rng(2).normal(size=(places, 4, 16, 16)).astype(np.float32)


def maps(places: int) -> Floats:
    return np.random.default_rng(3).normal(size=(places, 1, 32, 16, 16)).astype(np.float32)


def made(
    engines: EngineSet,
    identity: Identity,
    table: SolverTable,
    windows: Sequence[tuple[int, ...]],
    settings: Settings,
) -> Denoiser:
    places = 1 + max(place for window in windows for place in window)
    denoiser = whole_clip_denoiser(engines, identity, windows, noise(places), table, settings)
    for frame_id, condition in enumerate(maps(places)):
        denoiser.enter(frame_id, condition)
    return denoiser


def rows(table: SolverTable, first: int) -> SolverTable:
    """The steps of a table from `first` on."""
    columns = {name: getattr(table, name)[first:] for name in COLUMNS}
    return replace(table, **columns)


@pytest.mark.parametrize("first", [64, 65])
def test_more_steps_than_time_projections_have_rows(
    engines: EngineSet, identity: Identity, table: SolverTable, first: int
) -> None:
    """Steps 64 and 65 are what they are in a table that begins with them."""
    assert engines.bundle.tensor("time_embedding", "timesteps").shape == (64,)
    windows, settings = [(0, 1)], Settings(STEPS, guidance=1.0)
    whole = made(engines, identity, table, windows, settings)
    for step in (0, 63, *range(64, first + 1)):
        whole.latents[...] = noise(2)
        whole.run_pass(step, 0)
    alone = made(engines, identity, rows(table, first), windows, settings)
    alone.run_pass(0, 0)
    np.testing.assert_allclose(whole.latents, alone.latents, atol=1e-6)
    early = made(engines, identity, table, windows, settings)
    early.run_pass(0, 0)
    assert np.abs(early.latents - alone.latents).max() > 1e-2


def predictions(
    engines: EngineSet, identity: Identity, table: SolverTable, places: tuple[int, ...]
) -> Floats:
    """Both branches' predictions for one window at step 0, by an engine bound by hand."""
    bound, time = engines.get("denoiser").bind(), engines.bind("time_embedding")
    time.buffers["timesteps"][:STEPS] = table.timesteps[:64]
    time.run()
    for name, value in {**identity, "time_projections": time.buffers["time_projections"]}.items():
        bound.buffers[name][...] = value
    for slot, place in enumerate(places):
        bound.buffers["latents"][slot] = noise(5)[place]
        bound.buffers["condition"][slot] = maps(5)[place, 0]
        bound.buffers["frame_mask"][slot] = True
    bound.run()
    return bound.buffers["prediction"][:, : len(places)].copy()


def test_guidance_and_averages_written_out(
    engines: EngineSet, identity: Identity, table: SolverTable
) -> None:
    windows = [(0, 1, 2), (2, 3, 4), (4, 0)]
    velocity, counts = np.zeros((2, 5, 4, 16, 16)), np.zeros(5)
    for window in windows:
        found = predictions(engines, identity, table, window)
        for slot, place in enumerate(window):
            velocity[:, place] += found[:, slot]
            counts[place] += 1
    unconditional, conditional = velocity / counts[:, None, None, None]
    guided = unconditional + 3.5 * (conditional - unconditional)
    wanted = table.sample_scale[0] * noise(5) + table.prediction_scale[0] * guided

    denoiser = made(engines, identity, table, windows, Settings(STEPS, guidance=3.5))
    latents = denoiser.latents
    for number, moved in enumerate(([], [1], [1, 2, 3])):  # frames that no later window holds
        still = np.setdiff1d(np.arange(5), moved)
        np.testing.assert_array_equal(latents[still], noise(5)[still])
        assert all(np.abs(latents[frame] - noise(5)[frame]).max() > 0 for frame in moved)
        denoiser.run_pass(0, number)
    assert denoiser.latents is latents
    np.testing.assert_allclose(latents, wanted, atol=1e-4)


def test_averages_without_guidance(
    engines: EngineSet, identity: Identity, table: SolverTable
) -> None:
    """The same window twice is the window once, unless its predictions are only summed."""
    once = made(engines, identity, table, [(0, 1)], Settings(STEPS, 1.0, mode=Mode.CORRECTED))
    twice = made(engines, identity, table, [(0, 1)] * 2, Settings(STEPS, 1.0, mode=Mode.CORRECTED))
    summed = made(engines, identity, table, [(0, 1)] * 2, Settings(STEPS, 1.0))
    for denoiser, windows in ((once, 1), (twice, 2), (summed, 2)):
        for window in range(windows):
            denoiser.run_pass(0, window)
    np.testing.assert_allclose(twice.latents, once.latents, atol=1e-6)
    assert np.abs(summed.latents - once.latents).max() > 1e-3


def test_a_solver_of_second_order_written_out(
    engines: EngineSet, identity: Identity, table: SolverTable
) -> None:
    """Of three steps the middle one goes on with what the first one predicted."""
    config = SolverConfig.from_mapping(engines.bundle.manifest.solver)
    multistep = solver_table(config, 4, Solver.DPMPP_2M, (900, 600, 300, 100))
    assert multistep.history is not None
    assert abs(multistep.history.scale[1]) > 0.01
    alone = replace(multistep, history=None)
    settings = Settings(4, guidance=2.0, mode=Mode.CORRECTED)
    first = made(engines, identity, alone, [(0, 1, 2)], settings)
    first.run_pass(0, 0)
    start, entered = noise(3), first.latents.copy()
    velocity = (entered - multistep.sample_scale[0] * start) / multistep.prediction_scale[0]
    clean = multistep.history.clean_sample_scale[0] * start
    clean = clean + multistep.history.clean_prediction_scale[0] * velocity
    first.run_pass(1, 0)
    wanted = first.latents + multistep.history.scale[1] * clean
    both = made(engines, identity, multistep, [(0, 1, 2)], settings)
    for step in range(2):
        both.run_pass(step, 0)
    np.testing.assert_allclose(both.latents, wanted, atol=1e-4)


def test_steps_without_guidance_are_those_of_one_branch(
    engines: EngineSet, identity: Identity, table: SolverTable
) -> None:
    """Outside the interval to the bit what there is without guidance, inside what there is with."""
    ends = replace(table, guided=np.arange(STEPS) == 1)
    interval = Settings(STEPS, guidance=3.0, mode=Mode.CORRECTED, guidance_interval="0,1")
    windows = [(0, 1, 2), (2, 3)]
    denoiser = made(engines, identity, ends, windows, interval)
    plain = made(
        engines, identity, table, windows, Settings(STEPS, guidance=1.0, mode=Mode.CORRECTED)
    )
    guided = made(
        engines, identity, table, windows, Settings(STEPS, guidance=3.0, mode=Mode.CORRECTED)
    )
    for window in range(2):
        denoiser.run_pass(0, window)
        plain.run_pass(0, window)
    np.testing.assert_array_equal(denoiser.latents, plain.latents)
    guided.latents[...] = denoiser.latents
    for window in range(2):
        denoiser.run_pass(1, window)
        guided.run_pass(1, window)
        plain.run_pass(1, window)
    np.testing.assert_array_equal(denoiser.latents, guided.latents)
    assert np.abs(denoiser.latents - plain.latents).max() > 1e-3


def test_two_denoisers_do_not_meet(
    engines: EngineSet, identity: Identity, table: SolverTable
) -> None:
    settings = Settings(STEPS, guidance=1.0)
    alone = made(engines, identity, table, [(0, 1)], settings)
    for step in range(3):
        alone.run_pass(step, 0)
    first, second = (made(engines, identity, table, [(0, 1)], settings) for _ in range(2))
    second.latents[...] *= 2
    for step in range(3):
        first.run_pass(step, 0)
        second.run_pass(step, 0)
    np.testing.assert_array_equal(first.latents, alone.latents)
    assert np.abs(second.latents - alone.latents).max() > 1e-3
