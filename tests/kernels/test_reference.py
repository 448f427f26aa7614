"""The two-source attention against fp64, in poisoned memory, at lengths around its tiles."""

import pytest

from mimo_kernels.launch import Dtype
from mimo_kernels.reference_attention.contract import ReferenceProblem, launches
from tests.kernels.reference_cases import Case

DTYPES: tuple[Dtype, ...] = ("fp16", "bf16", "fp32")
TILE = 128  # keys; the largest in the table


@pytest.mark.parametrize("length", [1, TILE - 1, TILE, TILE + 1, 169, 2 * TILE + 3])
def test_lengths(length: int) -> None:
    Case(length=length, heads=1, reference_length=length).check()


@pytest.mark.parametrize("reference_length", [0, 1, TILE, TILE + 1])
@pytest.mark.parametrize("unconditional_rows", [0, 1, 3])
def test_reference_lengths_and_unconditional_rows(
    reference_length: int, unconditional_rows: int
) -> None:
    Case(
        rows=3, unconditional_rows=unconditional_rows, reference_length=reference_length, heads=1
    ).check()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("head_size", [8, 16, 24, 32, 40, 64, 80, 128, 160])
def test_head_sizes(head_size: int, dtype: Dtype) -> None:
    Case(head_size=head_size, dtype=dtype).check()


def tactics() -> list[tuple[str, int, int]]:
    """Every tactic of the table that cuts the work unlike those before it."""
    seen, found = set(), []
    for arch in ("sm_80", "sm_89", "sm_90", "sm_100", "sm_120"):
        for head_size in (40, 80, 160):
            problem = ReferenceProblem.contiguous(1, 0, 1, 1, 1, head_size)
            for place, launch in enumerate(launches(problem, "fp16", arch)):
                cut = tuple(sorted(launch.constants.items()))
                if cut not in seen:
                    found.append((arch, head_size, place))
                seen.add(cut)
    return found


@pytest.mark.parametrize(("arch", "head_size", "tactic"), tactics())
def test_every_tactic(arch: str, head_size: int, tactic: int) -> None:
    case = Case(
        rows=1, unconditional_rows=0, length=131, reference_length=67, heads=1, head_size=head_size
    )
    case.check(arch=arch, tactic=tactic)


@pytest.mark.parametrize("dtype", DTYPES)
def test_queries_keys_and_values_in_one_buffer(dtype: Dtype) -> None:
    Case(dtype=dtype).check(pack=True)


@pytest.mark.parametrize("dtype", DTYPES)
def test_large_logits(dtype: Dtype) -> None:
    """Queries and keys of 30: scores in the thousands, one key takes nearly all the weight."""
    Case(dtype=dtype, scale=30.0).check()


def test_a_second_run_gives_the_same_bits() -> None:
    case = Case(rows=4, length=131)
    tensors = case.draw()
    assert case.run(tensors).equal(case.run(tensors))


@pytest.mark.parametrize("pack", [False, True])
def test_more_heads_and_rows(pack: bool) -> None:
    Case(rows=4, unconditional_rows=2, heads=3, head_size=80).check(pack=pack)


def test_the_last_tactic_of_this_chip() -> None:
    Case(length=70).check(tactic=-1)
