import json

import numpy as np
import pytest

from mimo_runtime.errors import InvalidRequestError, UnsupportedError
from mimo_runtime.planning.solver import SolverConfig, ddim_table, signal_levels
from tests.golden import GOLDEN, LARGE, load

SETS = [folder for folder in (GOLDEN, LARGE) if folder]
RECORDED = [
    (folder, int(name.removeprefix("timesteps_")))
    for folder in SETS
    for name in load("08_scheduler", folder)
    if name.startswith("timesteps_")
]


def official_config(folder) -> SolverConfig:
    settings = json.loads((folder / "inference_config.json").read_text())
    return SolverConfig.from_mapping(settings["noise_scheduler_kwargs"])


@pytest.mark.parametrize("folder", SETS, ids=lambda folder: folder.name)
def test_signal_levels_are_the_official_ones(folder):
    levels = signal_levels(official_config(folder))
    np.testing.assert_allclose(levels, load("08_scheduler", folder)["alphas_cumprod"], atol=1e-6)
    assert levels[-1] == 0.0


@pytest.mark.parametrize(("folder", "steps"), RECORDED, ids=lambda value: str(value)[-14:])
def test_trajectories_are_the_official_ones(folder, steps):
    golden = load("08_scheduler", folder)
    table = ddim_table(official_config(folder), steps)
    assert table.timesteps.dtype == np.int64
    assert table.timesteps.tolist() == golden[f"timesteps_{steps}"].tolist()
    samples, predictions = golden[f"traj_samples_{steps}"], golden[f"traj_model_outputs_{steps}"]
    tolerance = 1e-6 * max(1.0, np.abs(samples).max())
    sample = samples[0]
    for step, prediction in enumerate(predictions):
        sample = table.sample_scale[step] * sample + table.prediction_scale[step] * prediction
        sample = sample.astype(np.float32)
        np.testing.assert_allclose(sample, samples[step + 1], atol=tolerance)


SETTINGS = [
    {},
    {"timestep_spacing": "leading"},
    {"beta_schedule": "linear", "rescale_betas_zero_snr": False},
    {
        "prediction_type": "epsilon",
        "rescale_betas_zero_snr": False,
        "timestep_spacing": "leading",
        "set_alpha_to_one": False,
    },
    {"num_train_timesteps": 200, "beta_end": 0.02},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("steps", [1, 2, 7, 25, 100])
def test_the_table_steps_as_diffusers_does(settings, steps):
    torch = pytest.importorskip("torch")
    diffusers = pytest.importorskip("diffusers")
    config = SolverConfig(**settings)
    scheduler = diffusers.DDIMScheduler(
        **{name: getattr(config, name) for name in SolverConfig.__dataclass_fields__}
    )
    scheduler.set_timesteps(steps)
    table = ddim_table(config, steps)
    assert table.timesteps.tolist() == scheduler.timesteps.tolist()
    sample, prediction = np.random.default_rng(steps).standard_normal((2, 4, 3, 3), np.float32)
    for step, timestep in enumerate(scheduler.timesteps):
        expected = scheduler.step(torch.tensor(prediction), timestep, torch.tensor(sample))
        ours = table.sample_scale[step] * sample + table.prediction_scale[step] * prediction
        np.testing.assert_allclose(ours, expected.prev_sample.numpy(), rtol=1e-5, atol=5e-6)


def test_what_a_config_leaves_out_is_what_diffusers_takes():
    diffusers = pytest.importorskip("diffusers")
    defaults = diffusers.DDIMScheduler().config
    config = SolverConfig.from_mapping({"clip_sample": False})
    for name in SolverConfig.__dataclass_fields__:
        assert name == "clip_sample" or getattr(config, name) == defaults[name], name


def test_leading_spacing_stays_on_the_schedule():
    table = ddim_table(SolverConfig(timestep_spacing="leading"), 1000)
    assert table.timesteps[0] == 999


@pytest.mark.parametrize("steps", [61, 103, 999, 1000])
def test_a_table_has_as_many_rows_as_steps(steps):
    table = ddim_table(SolverConfig(), steps)
    assert len(table.timesteps) == len(table.sample_scale) == steps
    assert table.timesteps[0] == 999
    assert table.timesteps[-1] >= 0
    assert (np.diff(table.timesteps) < 0).all()


@pytest.mark.parametrize("steps", [0, -1, 1001])
def test_impossible_step_counts_are_refused(steps):
    with pytest.raises(InvalidRequestError, match=f"steps is {steps}"):
        ddim_table(SolverConfig(), steps)


@pytest.mark.parametrize(
    "settings",
    [
        {"beta_schedule": "squaredcos_cap_v2"},
        {"prediction_type": "sample"},
        {"timestep_spacing": "linspace"},
        {"clip_sample": True},
        {"prediction_type": "epsilon"},
        {"thresholding": True},
    ],
    ids=str,
)
def test_other_schedulers_are_refused_by_name(settings):
    official = json.loads((GOLDEN / "inference_config.json").read_text())
    with pytest.raises(UnsupportedError, match=next(iter(settings))):
        SolverConfig.from_mapping(official["noise_scheduler_kwargs"] | settings)
