"""Noise levels: scaled-linear betas rescaled to zero signal at the end, and v-prediction.

Lin et al., Common Diffusion Noise Schedules and Sample Steps are Flawed (WACV 2024); the numbers
of the official release, so that its solver runs what is trained here.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

STEPS = 1000
_SHARED = 0.7  # of the noise's variance that the frames of a character share


@dataclass(frozen=True, slots=True)
class Schedule:
    """`alphas` [1000], the share of signal in the variance at each timestep."""

    alphas: Tensor

    @classmethod
    def official(cls) -> "Schedule":
        """What the official release was trained with."""
        betas = torch.linspace(0.00085**0.5, 0.012**0.5, STEPS, dtype=torch.float64) ** 2
        roots = torch.cumprod(1 - betas, 0).sqrt()
        roots = (roots - roots[-1]) * roots[0] / (roots[0] - roots[-1])
        return cls(roots.square().float())

    def noise(self, like: Tensor, channels: int, frames: int) -> Tensor:
        """Noise [B x F, channels, h, w] of the size of the maps `like`, shared over frames."""
        rows, (height, width) = len(like), like.shape[-2:]
        own = torch.randn(rows, channels, height, width, device=like.device)
        common = torch.randn(rows // frames, channels, height, width, device=like.device)
        common = common.repeat_interleave(frames, dim=0)
        return (1 - _SHARED) ** 0.5 * own + _SHARED**0.5 * common

    def noisy(self, clean: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        """`clean` at a timestep a row."""
        signal, rest = self._scales(timesteps)
        return signal * clean + rest * noise

    def velocity(self, clean: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        """What is to be predicted."""
        signal, rest = self._scales(timesteps)
        return signal * noise - rest * clean

    def clean(self, sample: Tensor, velocity: Tensor, timesteps: Tensor) -> Tensor:
        """What a prediction says of the clean latents."""
        signal, rest = self._scales(timesteps)
        return signal * sample - rest * velocity

    def _scales(self, timesteps: Tensor) -> tuple[Tensor, Tensor]:
        alphas = self.alphas.to(timesteps.device)[timesteps][:, None, None, None]
        return alphas.sqrt(), (1 - alphas).sqrt()
