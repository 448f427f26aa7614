"""The operators between two passes on torch tensors: the kernels and their plain fallback."""

import pytest
import torch
from torch import Tensor

from mimo_kernels.latents.contract import accumulate_fp64, gather_latents_fp64, solver_step_fp64
from mimo_kernels.latents.torch_op import accumulate, gather_latents, solver_step
from tests.kernels.poison import device, drawn, fp64, relative_error

SHAPE = (5, 4, 3, 7)
SLOT_DTYPES = [4, 0, 3]
COEFFICIENTS = [[0.9, 0.2, 1.0], [0.8, -0.4, 3.5]]
WINDOW_WEIGHTS = [1.0, 0.5, 1.0, 0.25, 0.5]


def on_device(values: object, dtype: torch.dtype) -> Tensor:
    return torch.tensor(values, dtype=dtype, device=device())


def gapped(values: Tensor) -> Tensor:
    """The same numbers with gaps between them, which no kernel takes."""
    wider = torch.zeros((*values.shape[:-1], values.shape[-1] + 1), dtype=values.dtype)
    return wider.to(device())[..., :-1].copy_(values)


def run_step(latents: Tensor, total: Tensor, integers: torch.dtype, gaps: bool) -> Tensor:
    """Take, add and solver_step once at step 1; returns what was taken."""
    lay = gapped if gaps else Tensor.contiguous
    slots = on_device(SLOT_DTYPES, integers)
    taken = lay(torch.zeros((4, *SHAPE[1:]), dtype=torch.float16, device=device()))
    prediction = lay(drawn(3, (total.shape[1], 4, *SHAPE[1:]), "fp16").to(device()))
    gather_latents(latents, slots, taken)
    accumulate(total, prediction, slots)
    coefficients = on_device(COEFFICIENTS, torch.float32)
    step = on_device([1], torch.int32)
    solver_step(latents, total, on_device(WINDOW_WEIGHTS, torch.float32), coefficients, step)
    return taken.cpu()


@pytest.mark.parametrize("integers", [torch.int32, torch.int64])
@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("branches", [1, 2])
def test_a_step(
    branches: int, gaps: bool, integers: torch.dtype, said: pytest.LogCaptureFixture
) -> None:
    noise, begun = drawn(1, SHAPE, "fp32"), drawn(2, (SHAPE[0], branches, *SHAPE[1:]), "fp32")
    lay = gapped if gaps else Tensor.clone
    latents, total = lay(noise.to(device())), lay(begun.to(device()))
    taken = run_step(latents, total, integers, gaps)
    wanted = torch.from_numpy(gather_latents_fp64(fp64(noise), SLOT_DTYPES)).half()
    assert taken[:3].equal(wanted)
    assert not bool(taken[3:].any())
    prediction = fp64(drawn(3, (branches, 4, *SHAPE[1:]), "fp16"))
    exact = solver_step_fp64(
        fp64(noise),
        accumulate_fp64(fp64(begun), prediction, SLOT_DTYPES),
        WINDOW_WEIGHTS,
        COEFFICIENTS,
        1,
    )
    assert relative_error(latents, exact) <= 1e-6
    assert not bool(total.any())
    assert len(said.records) == (3 if gaps else 0)


def test_what_does_not_belong_together() -> None:
    latents, total = torch.zeros(SHAPE), torch.zeros(SHAPE[0], 2, *SHAPE[1:])
    slots = torch.tensor(SLOT_DTYPES)
    window_weights, table = torch.tensor(WINDOW_WEIGHTS), torch.tensor(COEFFICIENTS)
    step = torch.zeros(1, dtype=torch.int32)
    rows = torch.zeros(2, 3, *SHAPE[1:])
    for call, sentence in [
        (lambda: gather_latents(latents, slots, rows), "do not belong together"),
        (lambda: gather_latents(latents, slots, latents[:2]), "1..2 rows"),
        (lambda: gather_latents(latents, slots.float(), latents), "torch.float32"),
        (lambda: gather_latents(latents.half(), slots, latents), "latents is torch.float16"),
        (lambda: accumulate(total, rows[:1], slots), "2 branches, prediction 1"),
        (lambda: accumulate(total.double(), rows, slots), "total is torch.float64"),
        (lambda: solver_step(latents, total[1:], window_weights, table, step), "belong together"),
        (lambda: solver_step(latents, total, window_weights[1:], table, step), "belong together"),
        (lambda: solver_step(latents, total, window_weights, table[:, :2], step), "are needed"),
        (
            lambda: solver_step(latents, total, window_weights, table, step.long()),
            "step is torch.int64",
        ),
        (
            lambda: solver_step(latents, total, window_weights.half(), table, step),
            "window_weights is",
        ),
    ]:
        with pytest.raises(ValueError, match=sentence):
            call()
