"""The operators between two passes on torch tensors: the kernels and their plain fallback."""

import pytest
import torch
from torch import Tensor

from mimo_kernels.latents import add_rows_fp64, advance_fp64, take_rows_fp64
from mimo_kernels.latents_torch import add_rows, advance, next_step, take_rows
from tests.kernels.poison import device, drawn, fp64, relative_error

SHAPE = (5, 4, 3, 7)
PLACES = [4, 0, 3]
COEFFICIENTS = [[0.9, 0.2, 1.0], [0.8, -0.4, 3.5]]
SHARES = [1.0, 0.5, 1.0, 0.25, 0.5]


def on_device(values: object, dtype: torch.dtype) -> Tensor:
    return torch.tensor(values, dtype=dtype, device=device())


def gapped(values: Tensor) -> Tensor:
    """The same numbers with gaps between them, which no kernel takes."""
    wider = torch.zeros((*values.shape[:-1], values.shape[-1] + 1), dtype=values.dtype)
    return wider.to(device())[..., :-1].copy_(values)


def run_step(latents: Tensor, total: Tensor, integers: torch.dtype, gaps: bool) -> Tensor:
    """Take, add and advance once at step 1; returns what was taken."""
    lay = gapped if gaps else Tensor.contiguous
    places = on_device(PLACES, integers)
    taken = lay(torch.zeros((4, *SHAPE[1:]), dtype=torch.float16, device=device()))
    prediction = lay(drawn(3, (total.shape[1], 4, *SHAPE[1:]), "fp16").to(device()))
    take_rows(latents, places, taken)
    add_rows(total, prediction, places)
    coefficients = on_device(COEFFICIENTS, torch.float32)
    step = on_device([1], torch.int32)
    advance(latents, total, on_device(SHARES, torch.float32), coefficients, step)
    return taken.cpu()


@pytest.mark.parametrize("integers", [torch.int32, torch.int64])
@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("halves", [1, 2])
def test_a_step(
    halves: int, gaps: bool, integers: torch.dtype, said: pytest.LogCaptureFixture
) -> None:
    noise, begun = drawn(1, SHAPE, "fp32"), drawn(2, (SHAPE[0], halves, *SHAPE[1:]), "fp32")
    lay = gapped if gaps else Tensor.clone
    latents, total = lay(noise.to(device())), lay(begun.to(device()))
    taken = run_step(latents, total, integers, gaps)
    wanted = torch.from_numpy(take_rows_fp64(fp64(noise), PLACES)).half()
    assert taken[:3].equal(wanted)
    assert not bool(taken[3:].any())
    prediction = fp64(drawn(3, (halves, 4, *SHAPE[1:]), "fp16"))
    exact = advance_fp64(
        fp64(noise), add_rows_fp64(fp64(begun), prediction, PLACES), SHARES, COEFFICIENTS, 1
    )
    assert relative_error(latents, exact) <= 1e-6
    assert not bool(total.any())
    assert len(said.records) == (3 if gaps else 0)


@pytest.mark.parametrize("shift", [0, 1])
def test_the_step_is_counted_on_the_device(shift: int, said: pytest.LogCaptureFixture) -> None:
    step = torch.zeros(2, dtype=torch.int32, device=device())[shift : shift + 1]
    for wanted in (1, 2, 0, 1):
        next_step(step, 3)
        assert step.tolist() == [wanted]
    assert len(said.records) == shift


def test_what_does_not_belong_together() -> None:
    latents, total = torch.zeros(SHAPE), torch.zeros(SHAPE[0], 2, *SHAPE[1:])
    places = torch.tensor(PLACES)
    shares, table = torch.tensor(SHARES), torch.tensor(COEFFICIENTS)
    step = torch.zeros(1, dtype=torch.int32)
    rows = torch.zeros(2, 3, *SHAPE[1:])
    for call, sentence in [
        (lambda: take_rows(latents, places, rows), "do not belong together"),
        (lambda: take_rows(latents, places, latents[:2]), "1..2 rows"),
        (lambda: take_rows(latents, places.float(), latents), "torch.float32"),
        (lambda: take_rows(latents.half(), places, latents), "latents is torch.float16"),
        (lambda: add_rows(total, rows[:1], places), "2 halves, prediction 1"),
        (lambda: add_rows(total.double(), rows, places), "total is torch.float64"),
        (lambda: advance(latents, total[1:], shares, table, step), "belong together"),
        (lambda: advance(latents, total, shares[1:], table, step), "belong together"),
        (lambda: advance(latents, total, shares, table[:, :2], step), "are needed"),
        (lambda: advance(latents, total, shares, table, step.long()), "step is torch.int64"),
        (lambda: advance(latents, total, shares.half(), table, step), "shares is"),
        (lambda: next_step(step.long(), 3), "int32 is needed"),
    ]:
        with pytest.raises(ValueError, match=sentence):
            call()
