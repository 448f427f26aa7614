"""Latents in torch, by operators and by kernels, equal the arrays of the host."""

import numpy as np
import pytest
import torch

from mimo_runtime.engines.latents import HostLatents
from mimo_torch.fused_latents import FusedLatents
from mimo_torch.latents import TorchLatents
from mimo_torch.tensor import DeviceTensor

SLOTS = 5
WINDOWS = (np.array([0, 1, 2, 3]), np.array([2, 3, 4]))
CPU = torch.device("cpu")


@pytest.mark.parametrize("kind", [TorchLatents, FusedLatents])
@pytest.mark.parametrize("branches", [1, 2])
@pytest.mark.parametrize(
    ("dtype", "limit"), [(np.float32, 1e-6), (np.float16, 1e-3)], ids=["fp32", "fp16"]
)
@pytest.mark.parametrize("order", [1, 2])
def test_two_steps_of_two_windows(
    kind: type[TorchLatents], branches: int, dtype: type, limit: float, order: int
) -> None:
    draw = np.random.default_rng(5)
    noise = draw.normal(size=(SLOTS, 4, 3, 5)).astype(np.float32)
    weights = np.array([1, 1, 0.5, 0.5, 1], np.float32)
    coefficients = draw.normal(size=(3, 3)).astype(np.float32)
    history = draw.normal(size=(3, 3)).astype(np.float32) if order == 2 else None
    host = HostLatents(noise.shape, branches, coefficients, history)
    state = kind(noise.shape, branches, coefficients, CPU, history)
    for latents in (host, state):
        latents.write(0, noise, weights)
    taken = DeviceTensor(torch.full((4, 4, 3, 5), 7.0, dtype=getattr(torch, np.dtype(dtype).name)))
    for step in (2, 0):
        for slots in WINDOWS:
            state.gather(slots, taken)
            wanted = np.asarray(host)[slots].astype(dtype)
            assert np.abs(np.asarray(taken)[: len(slots)] - wanted).max() <= 2 * limit
            prediction = draw.normal(size=(branches, 4, 4, 3, 5)).astype(dtype)
            state.accumulate(DeviceTensor(torch.from_numpy(prediction)), slots)
            host.accumulate(prediction.astype(np.float32), slots)
        for latents in (state, host):
            latents.step(step, 0, 2)
            latents.step(step, 2, SLOTS)
    assert np.abs(np.asarray(state) - np.asarray(host)).max() < 1e-5
    one = DeviceTensor(torch.zeros(1, 4, 3, 5))
    state.read(3, one)
    assert np.array_equal(np.asarray(one)[0], np.asarray(state)[3])
    assert np.abs(noise - np.asarray(state)).max() > 0.1  # the noise itself is left as it was
