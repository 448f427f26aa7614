"""Deterministic solvers as tables: a few numbers a step, known before the first pass."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.planning.solver_config import SolverConfig
from mimo_runtime.planning.step_table import (
    check_step_table,
    check_steps,
    is_within,
    timesteps_of,
)
from mimo_runtime.wire.solver import Interval, Solver, Spacing, StepTable

__all__ = ["History", "SolverConfig", "SolverTable", "check_steps", "ddim_table", "signal_levels",
           "solver_table"]  # fmt: skip

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class History:
    """What a solver of second order keeps from one step to the next, one row a step.

    `clean = clean_sample_scale[i] * x + clean_prediction_scale[i] * v` is the picture that step `i`
    predicts; `scale[i] * clean` of the step before is added to its latents, nothing at first.
    """

    scale: Numbers
    clean_sample_scale: Numbers
    clean_prediction_scale: Numbers


@dataclass(frozen=True, slots=True)
class SolverTable:
    """One row a step, `S` rows, first step first.

    With latents `x` and the network's prediction `v` at `timesteps[i]`:
    `x_previous = sample_scale[i] * x + prediction_scale[i] * v` enters step `i + 1`, and what
    `history` adds, where there is one. `guided` says at which steps there is
    guidance, None for all.
    """

    timesteps: NDArray[np.int64]
    sample_scale: Numbers
    prediction_scale: Numbers
    history: History | None = None
    guided: NDArray[np.bool_] | None = None


def solver_table(
    config: SolverConfig,
    steps: int,
    solver: Solver,
    table: StepTable | None = None,
    interval: Interval | None = None,
) -> SolverTable:
    """The table of `steps` steps of a solver, at the trained timesteps or those of `table`.

    There is guidance where `interval` holds, everywhere for None.

    Raises:
        InvalidRequestError: the bundle cannot take so many steps, or such.
    """
    made = _table(config, steps, solver, table)
    if interval is None:
        return made
    return replace(made, guided=is_within(made.timesteps, config.num_train_timesteps, interval))


def _table(
    config: SolverConfig, steps: int, solver: Solver, table: StepTable | None
) -> SolverTable:
    if solver is Solver.DDIM and table is None:
        return ddim_table(config, steps)
    check_steps(config, steps)
    chosen = Spacing(config.timestep_spacing) if table is None else table
    check_step_table(config, chosen)
    signal = signal_levels(config)
    timesteps = timesteps_of(config, steps, chosen, signal)
    now, then = signal[timesteps], np.append(signal[timesteps[1:]], _final(config, signal))
    if solver is Solver.DDIM:
        return SolverTable(timesteps, *first_order(config.prediction_type, now, then))
    return SolverTable(timesteps, *second_order(config.prediction_type, now, then))


def ddim_table(config: SolverConfig, steps: int) -> SolverTable:
    """The table of `steps` DDIM steps (eta 0), equal to diffusers' DDIMScheduler within rounding.

    As there, a step leads to `t - num_train_timesteps // steps`, which is not the next listed
    timestep when `steps` does not divide `num_train_timesteps`.

    Raises:
        InvalidRequestError: `steps` is below 1 or above `num_train_timesteps`.
    """
    check_steps(config, steps)
    signal = signal_levels(config)
    timesteps = timesteps_of(config, steps, Spacing(config.timestep_spacing), signal)
    previous = timesteps - config.num_train_timesteps // steps
    now, then = signal[timesteps], np.where(previous >= 0, signal[previous], _final(config, signal))
    return SolverTable(timesteps, *first_order(config.prediction_type, now, then))


def first_order(prediction_type: str, now: Numbers, then: Numbers) -> tuple[Numbers, Numbers]:
    """The scales of sample and prediction of DDIM for signal levels before and after each step."""
    clean, eps = _predicted(prediction_type, now)
    signal, noise = np.sqrt(then), np.sqrt(1.0 - then)
    return signal * clean[0] + noise * eps[0], signal * clean[1] + noise * eps[1]


def second_order(
    prediction_type: str, now: Numbers, then: Numbers
) -> tuple[Numbers, Numbers, History]:
    """The same of DPM-Solver++ (2M, midpoint), with what it keeps: arXiv 2211.01095, algorithm 2.

    A step whose length is infinite in log-SNR has no second order: the first one at zero SNR,
    which is exact as it is, the one after it, and the last one, which ends without noise.
    """
    clean, _ = _predicted(prediction_type, now)
    noise = np.sqrt(1.0 - now)
    ratio = np.sqrt(1.0 - then) / noise
    gain = np.sqrt(then) - np.sqrt(now) * ratio
    with np.errstate(divide="ignore"):
        half_log_snr = 0.5 * (np.log(now) - np.log1p(-now))
        length = 0.5 * (np.log(then) - np.log1p(-then)) - half_log_snr
    ahead = np.zeros_like(now)
    usable = np.isfinite(length[1:]) & np.isfinite(length[:-1])
    ahead[1:][usable] = length[1:][usable] / (2.0 * length[:-1][usable])
    drawn = gain * (1.0 + ahead)
    history = History(-gain * ahead, *clean)
    return ratio + drawn * clean[0], drawn * clean[1], history


def signal_levels(config: SolverConfig) -> Numbers:
    """Per training timestep the share of the clean signal's variance (`alphas_cumprod`).

    float64 [num_train_timesteps], falling; the last is exactly 0 with `rescale_betas_zero_snr`
    (Lin et al., arXiv 2305.08891, algorithm 1). The values are those of float32 arithmetic in
    diffusers' order: near timestep 0 its rounding shows in the sixth decimal of a latent.
    """
    linear_in_root = config.beta_schedule == "scaled_linear"
    first, last = config.beta_start, config.beta_end
    if linear_in_root:
        first, last = math.sqrt(first), math.sqrt(last)
    line = np.linspace(first, last, config.num_train_timesteps, dtype=np.float32)
    alphas = np.float32(1.0) - (line * line if linear_in_root else line)
    if config.rescale_betas_zero_snr:
        alphas = _with_silent_end(alphas)
    return _running_product(alphas).astype(np.float64)


def _with_silent_end(alphas: NDArray[np.float32]) -> NDArray[np.float32]:
    """`alphas` rescaled so that nothing of the signal is left at the last timestep."""
    roots = np.sqrt(_running_product(alphas))
    roots = (roots - roots[-1]) * (roots[0] / (roots[0] - roots[-1]))
    levels = roots * roots
    ratios = np.concatenate([levels[:1], levels[1:] / levels[:-1]])
    # diffusers keeps betas, and so rounds 1 - (1 - ratio).
    return np.float32(1.0) - (np.float32(1.0) - ratios)


def _running_product(factors: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.cumprod(factors, dtype=np.float64).astype(np.float32)


def _final(config: SolverConfig, signal: Numbers) -> float:
    """The signal level that the last step leads to."""
    return 1.0 if config.set_alpha_to_one else float(signal[0])


def _predicted(
    prediction_type: str, now: Numbers
) -> tuple[tuple[Numbers, Numbers], tuple[Numbers, Numbers]]:
    """The scales of sample and prediction that give the clean picture, and those of the noise."""
    signal, noise = np.sqrt(now), np.sqrt(1.0 - now)
    if prediction_type == "v_prediction":
        return (signal, -noise), (noise, signal)
    return (1.0 / signal, -noise / signal), (np.zeros_like(now), np.ones_like(now))
