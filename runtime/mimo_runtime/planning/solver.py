"""The deterministic DDIM solver as a table: two numbers a step, known before the first pass."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.planning.solver_config import SolverConfig

__all__ = ["SolverConfig", "SolverTable", "check_steps", "ddim_table", "signal_levels"]


@dataclass(frozen=True, slots=True)
class SolverTable:
    """One row a step, `S` rows, first step first.

    With latents `x` and the network's prediction `v` at `timesteps[i]`:
    `x_previous = sample_scale[i] * x + prediction_scale[i] * v` enters step `i + 1`.
    """

    timesteps: NDArray[np.int64]
    sample_scale: NDArray[np.float64]
    prediction_scale: NDArray[np.float64]


def ddim_table(config: SolverConfig, steps: int) -> SolverTable:
    """The table of `steps` DDIM steps (eta 0), equal to diffusers' DDIMScheduler within rounding.

    As there, a step leads to `t - num_train_timesteps // steps`, which is not the next listed
    timestep when `steps` does not divide `num_train_timesteps`.

    Raises:
        InvalidRequestError: `steps` is below 1 or above `num_train_timesteps`.
    """
    check_steps(config, steps)
    timesteps = _timesteps(config, steps)
    signal = signal_levels(config)
    previous = timesteps - config.num_train_timesteps // steps
    final = 1.0 if config.set_alpha_to_one else signal[0]
    now, then = signal[timesteps], np.where(previous >= 0, signal[previous], final)
    return SolverTable(timesteps, *_scales(config.prediction_type, now, then))


def check_steps(config: SolverConfig, steps: int) -> None:
    """Refuse a number of steps that the solver cannot take.

    Raises:
        InvalidRequestError: `steps` is below 1 or above `num_train_timesteps`.
    """
    if not 1 <= steps <= config.num_train_timesteps:
        raise InvalidRequestError(
            f"steps is {steps}; the solver can take 1 to {config.num_train_timesteps}."
        )


def signal_levels(config: SolverConfig) -> NDArray[np.float64]:
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


def _timesteps(config: SolverConfig, steps: int) -> NDArray[np.int64]:
    total = config.num_train_timesteps
    if config.timestep_spacing == "trailing":
        # For some step counts (61, 103, ...) arange rounds its way to one entry too many.
        spaced = np.round(np.arange(total, 0, -total / steps))[:steps] - 1
    else:
        spaced = np.arange(steps)[::-1] * (total // steps) + config.steps_offset
        spaced = np.minimum(spaced, total - 1)
    return spaced.astype(np.int64)


def _scales(
    prediction_type: str, now: NDArray[np.float64], then: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The two columns of `SolverTable` after `timesteps` for signal levels before and after."""
    signal, noise = np.sqrt(now), np.sqrt(1.0 - now)
    if prediction_type == "v_prediction":
        clean, eps = (signal, -noise), (noise, signal)
    else:
        clean, eps = (1.0 / signal, -noise / signal), (np.zeros_like(now), np.ones_like(now))
    next_signal, next_noise = np.sqrt(then), np.sqrt(1.0 - then)
    sample_scale = next_signal * clean[0] + next_noise * eps[0]
    prediction_scale = next_signal * clean[1] + next_noise * eps[1]
    return sample_scale, prediction_scale
