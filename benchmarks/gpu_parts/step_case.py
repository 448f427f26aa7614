"""One solver step of a window: the inputs, and the step as the switches say."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from benchmarks.gpu_parts.random_networks import random_denoiser, random_reference_net
from benchmarks.gpu_parts.sizes import Size
from mimo_networks.precomputed import Reference
from mimo_networks.unet import UNet
from mimo_torch.fused_latents import FusedLatents
from mimo_torch.latents import TorchLatents
from mimo_torch.step import StepInputs, denoise, make_caches
from mimo_torch.switches import Switches
from mimo_torch.tensor import DeviceTensor

Wrap = Callable[[Callable[[Tensor], Tensor]], Callable[[Tensor], Tensor]]
TIMESTEP = 479
GUIDANCE = 3.5


@dataclass(frozen=True, slots=True)
class StepCase:
    """A denoiser and what one guided step of a window is given."""

    denoiser: UNet
    inputs: StepInputs
    noise: Tensor

    @property
    def device(self) -> torch.device:
        """Where everything lies."""
        return self.noise.device


def _as_it_is(predict: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    return predict


def make_case(size: Size, device: torch.device, dtype: torch.dtype) -> StepCase:
    """The same numbers in every dtype, rounded to it."""
    draw = torch.Generator(device).manual_seed(17)
    maps = (size.frames, 4, size.latent, size.latent)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=draw, device=device).to(dtype)

    noise, background = normal(*maps), normal(*maps)
    pose = normal(size.frames, size.unet.channels[0], *maps[2:])
    token, picture = normal(1, size.unet.token_width), normal(1, *maps[1:])
    bank = Reference(random_reference_net(size, device, dtype))(picture, token)
    timesteps = torch.full((64,), TIMESTEP, device=device)
    inputs = StepInputs(background, pose, token, bank, timesteps)
    return StepCase(random_denoiser(size, device, dtype), inputs, noise)


def prepared_step(
    case: StepCase, switches: Switches, branches: int = 2, wrap: Wrap = _as_it_is
) -> Callable[[], Tensor]:
    """A function that takes latents, predicts, guides and advances; it returns the prediction.

    `wrap` is given the function that predicts and returns what takes its place.
    """
    caches = make_caches(case.denoiser, case.inputs, switches)
    frames = len(case.noise)
    fused = switches.fused_step and case.device.type == "cuda"
    state = (FusedLatents if fused else TorchLatents)(
        tuple(case.noise.shape),
        branches,
        np.array([[0.99, -0.05, GUIDANCE]], np.float32),
        case.device,
    )
    state.write(0, case.noise.float().cpu().numpy(), np.ones(frames, np.float32))
    slots, step = np.arange(frames), torch.zeros(1, dtype=torch.int64, device=case.device)
    latents = torch.empty_like(case.noise)

    def plain(taken: Tensor) -> Tensor:
        return denoise(case.denoiser, taken, step, case.inputs, caches, switches, branches)

    predict = wrap(plain)

    def run() -> Tensor:
        state.gather(slots, DeviceTensor(latents))
        prediction = predict(latents)
        state.accumulate(DeviceTensor(prediction.contiguous()), slots)
        state.step(0, 0, frames)
        return prediction

    return run
