"""The noise schedule that a checkpoint was trained with."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from mimo_runtime.errors import UnsupportedError

_SUPPORTED: dict[str, tuple[Any, ...]] = {
    "beta_schedule": ("scaled_linear", "linear"),
    "prediction_type": ("v_prediction", "epsilon"),
    "timestep_spacing": ("trailing", "leading"),
    "clip_sample": (False,),
}
_DIFFUSERS_DEFAULTS: dict[str, Any] = {
    "beta_start": 0.0001,
    "beta_end": 0.02,
    "beta_schedule": "linear",
    "clip_sample": True,
    "steps_offset": 0,
    "prediction_type": "epsilon",
    "rescale_betas_zero_snr": False,
    "timestep_spacing": "leading",
}


@dataclass(frozen=True, slots=True)
class SolverConfig:
    """What a checkpoint was trained for: `noise_scheduler_kwargs` of its inference config.

    The defaults are those of the official inference config.

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

        What it leaves out is what diffusers' DDIMScheduler takes by itself.

        Raises:
            UnsupportedError: for a setting or a value that this solver does not know.
        """
        unknown = set(settings) - {field.name for field in fields(cls)}
        if unknown:
            raise UnsupportedError(
                f"The noise scheduler settings {', '.join(sorted(unknown))} are not supported; "
                "leave them out of noise_scheduler_kwargs."
            )
        return cls(**_DIFFUSERS_DEFAULTS | dict(settings))
