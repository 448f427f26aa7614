"""The operators between two passes: against fp64, bit by bit against numpy, in poisoned memory."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mimo_kernels.latents.contract import (
    LatentsProblem,
    accumulate_fp64,
    gather_latents_fp64,
    launches,
    solver_step_fp64,
)
from mimo_kernels.launch import Dtype, jit
from tests.kernels.latents_cases import Sequence, State, held, slots_on_device
from tests.kernels.poison import CANARY, DTYPES, LIMITS, device, drawn, fp64, relative_error


@pytest.mark.parametrize("integers", ["i32", "i64"])
@pytest.mark.parametrize("out", ["fp32", "fp16", "bf16"])
@pytest.mark.parametrize("side", [(3, 5), (16, 16), (17, 31)])
def test_gather_latents(out: Dtype, integers: Dtype, side: tuple[int, int]) -> None:
    case = Sequence(side=side)
    taken = State(torch.full((case.rows, 4, *side), CANARY, dtype=DTYPES[out]))
    launch = launches(case.problem, out=out, slots=integers)["gather_latents"]
    slots = case.slots()
    jit(launch, [held(case.latents()), slots_on_device(slots, integers), taken.view])
    found = taken.checked()
    wanted = gather_latents_fp64(fp64(case.latents()), slots)
    assert found[: case.count].equal(torch.from_numpy(wanted).to(DTYPES[out]))
    assert bool((found[case.count :] == CANARY).all())


@pytest.mark.parametrize("integers", ["i32", "i64"])
@pytest.mark.parametrize("dtype", ["fp32", "fp16", "bf16"])
@pytest.mark.parametrize("branches", [1, 2])
def test_accumulate(dtype: Dtype, branches: int, integers: Dtype) -> None:
    case = Sequence(branches=branches, side=(9, 29))
    prediction = case.prediction(dtype)
    prediction[:, case.count :] = float("nan")
    total = State(case.total())
    launch = launches(case.problem, prediction=dtype, slots=integers)["accumulate"]
    slots = case.slots()
    jit(launch, [held(prediction), slots_on_device(slots, integers), total.view])
    found = total.checked()
    wanted = case.total().numpy()
    wanted[slots] += prediction[:, : case.count].float().numpy().swapaxes(0, 1)
    np.testing.assert_array_equal(found.numpy(), wanted)
    exact = accumulate_fp64(fp64(case.total()), fp64(prediction), slots)
    assert relative_error(found, exact) <= LIMITS["fp32"]


@pytest.mark.parametrize("branches", [1, 2])
@pytest.mark.parametrize("step", [0, 2, 4])
def test_advance(branches: int, step: int) -> None:
    case = Sequence(branches=branches, side=(9, 29))
    latents, total = case.advanced(step)
    coefficients, window_weights = case.coefficients(), case.window_weights()
    wanted = solver_step_fp64(
        fp64(case.latents()), fp64(case.total()), window_weights.astype(float), coefficients, step
    )
    assert relative_error(latents, wanted) <= 1e-6
    assert not bool(total.any())


@pytest.mark.parametrize("branches", [1, 2])
def test_advance_rounds_like_the_host(branches: int) -> None:
    """The operations of `mimo_runtime.synthesis.denoise` in their order, each rounded once."""
    case = Sequence(branches=branches)
    found, _ = case.advanced(step=3)
    sample_scale, prediction_scale, guidance = case.coefficients()[3]
    total, latents = case.total().numpy(), case.latents().numpy()
    total *= case.window_weights().reshape(-1, 1, 1, 1, 1)
    velocity = total[:, -1]
    if branches == 2:
        velocity -= total[:, 0]
        velocity *= guidance
        velocity += total[:, 0]
    latents *= sample_scale
    latents += velocity * prediction_scale
    np.testing.assert_allclose(found.numpy(), latents, rtol=1e-6, atol=1e-6)
    if device().type == "cpu":  # a GPU may fuse a product and a sum, rounding once less
        np.testing.assert_array_equal(found.numpy(), latents)


@pytest.mark.parametrize("steps", [1, 3])
def test_increment_step_begins_anew_after_the_last(steps: int) -> None:
    step = State(torch.zeros(1, dtype=torch.int32))
    launch = launches(LatentsProblem(1, 1, 1, 1, 1, steps))["increment_step"]
    seen = []
    for _ in range(2 * steps + 1):
        jit(launch, [step.view])
        seen.append(int(step.checked()[0]))
    assert seen == [(turn + 1) % steps for turn in range(2 * steps + 1)]


def test_nan_stays_at_its_place() -> None:
    case = Sequence()
    clean, _ = case.advanced(1)
    poisoned = case.total()
    poisoned[2, 1, 0, 1, 1] = float("nan")
    found, _ = case.advanced(1, poisoned)
    spoiled = torch.isnan(found)
    assert spoiled.nonzero().tolist() == [[2, 0, 1, 1]]
    assert found[~spoiled].equal(clean[~spoiled])


@settings(max_examples=15)
@given(data=st.data())
def test_windows_of_a_step_in_any_order(data: st.DataObject) -> None:
    """Windows that overlap, added one after another, then moved: what one fp64 pass gives."""
    everywhere, count = data.draw(st.integers(2, 9)), data.draw(st.integers(1, 2))
    side = data.draw(st.sampled_from([(1, 1), (3, 3), (17, 17)]))
    case = Sequence(everywhere, side, count, data.draw(st.integers(count, 3)))
    total = State(torch.zeros_like(case.total()))
    wanted = np.zeros(total.view.shape)
    for turn in range(data.draw(st.integers(1, 4))):
        slots = np.random.default_rng(turn).permutation(everywhere)[:count]
        prediction = drawn(turn, (case.branches, case.rows, 4, *side), "fp16")
        launch = launches(case.problem, prediction="fp16")["accumulate"]
        jit(launch, [held(prediction), slots_on_device(slots, "i64"), total.view])
        wanted = accumulate_fp64(wanted, fp64(prediction), slots)
    moved, _ = case.advanced(2, total.checked())
    exact = solver_step_fp64(
        fp64(case.latents()), wanted, case.window_weights(), case.coefficients(), 2
    )
    assert relative_error(moved, exact) <= LIMITS["fp32"]


@pytest.mark.parametrize(
    ("sizes", "sentence"),
    [
        ((3, 0, 1, 1, 1, 1), "nothing in it"),
        ((3, 4, 1, 1, 3, 1), "3 branches"),
        ((3, 4, 2, 1, 1, 1), "2 slots does not fit into 1 rows"),
        ((3, 4, 4, 4, 1, 1), "does not fit into 4 rows and 3 slots"),
    ],
)
def test_sizes_that_cannot_be(sizes: tuple[int, ...], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        LatentsProblem(*sizes)
