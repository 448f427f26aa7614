"""The deterministic DDIM solver as a table: two numbers a step, known before the first pass."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.errors import InvalidRequestError, UnsupportedError

_SUPPORTED: dict[str, tuple[Any, ...]] = {
    "beta_schedule": ("scaled_linear", "linear"),
    "prediction_type": ("v_prediction", "epsilon"),
    "timestep_spacing": ("trailing", "leading"),
    "clip_sample": (False,),
}


@dataclass(frozen=True, slots=True)
class SolverConfig:
    """What a checkpoint was trained for: `noise_scheduler_kwargs` of its inference config.

    The defaults are the official inference config's (and, where that is silent, diffusers'
    DDIMScheduler's).

    Raises:
        UnsupportedError: naming the setting, its value and what is supported.
    """

    num_train_timesteps: int = 1000
    beta_start: float = 0.00085
    beta_end: float = 0.012
    beta_schedule: str = "scaled_linear"
    clip_sample: bool = False
    steps_offset: int = 1
    prediction_type: str = "v_prediction"
    rescale_betas_zero_snr: bool = True
    timestep_spacing: str = "trailing"
    set_alpha_to_one: bool = True

    def __post_init__(self) -> None:
        for name, allowed in _SUPPORTED.items():
            value = getattr(self, name)
            if value not in allowed:
                choices = " or ".join(repr(choice) for choice in allowed)
                raise UnsupportedError(
                    f"The noise scheduler setting {name} is {value!r}; only {choices} is supported."
                )
        if self.prediction_type == "epsilon" and self.rescale_betas_zero_snr:
            raise UnsupportedError(
                "A noise scheduler with rescale_betas_zero_snr starts from pure noise, where an "
                "epsilon prediction says nothing; use prediction_type 'v_prediction'."
            )

    @classmethod
    def from_mapping(cls, settings: Mapping[str, Any]) -> "SolverConfig":
        """The config that `settings` (`noise_scheduler_kwargs`) describes.

        Raises:
            UnsupportedError: for a setting this solver does not know.
        """
        unknown = set(settings) - {field.name for field in fields(cls)}
        if unknown:
            raise UnsupportedError(
                f"The noise scheduler settings {', '.join(sorted(unknown))} are not supported; "
                "leave them out of noise_scheduler_kwargs."
            )
        return cls(**settings)


@dataclass(frozen=True, slots=True)
class SolverTable:
    """One row a step, `S` rows, first step first.

    With latents `x` and the network's prediction `v` at `timesteps[i]`:
    `x_previous = sample_scale[i] * x + prediction_scale[i] * v` enters step `i + 1`, and
    `x_clean = clean_sample_scale[i] * x + clean_prediction_scale[i] * v` is the estimate of the
    finished latents.
    """

    timesteps: NDArray[np.int64]
    sample_scale: NDArray[np.float64]
    prediction_scale: NDArray[np.float64]
    clean_sample_scale: NDArray[np.float64]
    clean_prediction_scale: NDArray[np.float64]


def ddim_table(config: SolverConfig, steps: int) -> SolverTable:
    """The table of `steps` DDIM steps (eta 0), equal to diffusers' DDIMScheduler within rounding.

    As there, a step leads to `t - num_train_timesteps // steps`, which is not the next listed
    timestep when `steps` does not divide `num_train_timesteps`.

    Raises:
        InvalidRequestError: `steps` is below 1 or above `num_train_timesteps`.
    """
    if not 1 <= steps <= config.num_train_timesteps:
        raise InvalidRequestError(
            f"steps is {steps}; the solver can take 1 to {config.num_train_timesteps}."
        )
    timesteps = _timesteps(config, steps)
    signal = signal_levels(config)
    previous = timesteps - config.num_train_timesteps // steps
    final = 1.0 if config.set_alpha_to_one else signal[0]
    now, then = signal[timesteps], np.where(previous >= 0, signal[previous], final)
    return SolverTable(timesteps, *_scales(config.prediction_type, now, then))


def signal_levels(config: SolverConfig) -> NDArray[np.float64]:
    """Per training timestep the share of the clean signal's variance (`alphas_cumprod`).

    float64 [num_train_timesteps], falling; the last is exactly 0 with `rescale_betas_zero_snr`
    (Lin et al., arXiv 2305.08891, algorithm 1).
    """
    root = 0.5 if config.beta_schedule == "scaled_linear" else 1.0
    ends = config.beta_start**root, config.beta_end**root
    betas = np.linspace(*ends, config.num_train_timesteps) ** (1 / root)
    levels = np.cumprod(1.0 - betas)
    if not config.rescale_betas_zero_snr:
        return levels
    roots = np.sqrt(levels)
    return np.square((roots - roots[-1]) * (roots[0] / (roots[0] - roots[-1])))


def _timesteps(config: SolverConfig, steps: int) -> NDArray[np.int64]:
    total = config.num_train_timesteps
    if config.timestep_spacing == "trailing":
        # arange gives one entry too many for some step counts (61, 103, ...): rounding of total/steps.
        spaced = np.round(np.arange(total, 0, -total / steps))[:steps] - 1
    else:
        spaced = np.arange(steps)[::-1] * (total // steps) + config.steps_offset
    return spaced.astype(np.int64)


def _scales(
    prediction_type: str, now: NDArray[np.float64], then: NDArray[np.float64]
) -> tuple[NDArray[np.float64], ...]:
    """The four columns of `SolverTable` after `timesteps` for signal levels before and after."""
    signal, noise = np.sqrt(now), np.sqrt(1.0 - now)
    if prediction_type == "v_prediction":
        clean, eps = (signal, -noise), (noise, signal)
    else:
        clean, eps = (1.0 / signal, -noise / signal), (np.zeros_like(now), np.ones_like(now))
    next_signal, next_noise = np.sqrt(then), np.sqrt(1.0 - then)
    sample_scale = next_signal * clean[0] + next_noise * eps[0]
    prediction_scale = next_signal * clean[1] + next_noise * eps[1]
    return sample_scale, prediction_scale, *clean
