"""The temporal attention against fp64, in poisoned memory, at sizes around its tiles."""

import pytest

from mimo_kernels.launch import Dtype
from mimo_kernels.temporal_attention.contract import TemporalProblem, launches
from tests.kernels.temporal_cases import Case

DTYPES: tuple[Dtype, ...] = ("fp16", "bf16", "fp32")


@pytest.mark.parametrize("frames", [1, 2, 15, 16, 17, 23, 24, 31, 32])
def test_frames(frames: int) -> None:
    Case(frames=frames).check()


@pytest.mark.parametrize("real", [1, 2, 3, 12, 16, 23])
def test_windows_that_are_not_full(real: int) -> None:
    Case(real=real, length=1).check()


@pytest.mark.parametrize("first", [1, 7, 23])
def test_real_frames_need_not_come_first(first: int) -> None:
    Case(real=24 - first, first=first).check()


@pytest.mark.parametrize("head_size", [8, 16, 24, 32, 40, 48, 64, 72, 80, 128, 160, 256])
def test_head_sizes(head_size: int) -> None:
    Case(head_size=head_size).check()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("head_size", [40, 80, 160])
def test_official_head_sizes_in_every_dtype(head_size: int, dtype: Dtype) -> None:
    Case(head_size=head_size, dtype=dtype, length=2).check()


@pytest.mark.parametrize(("length", "heads"), [(1, 1), (3, 1), (5, 1), (2, 3), (3, 5), (3, 8)])
def test_pixels_and_heads_that_do_not_fill_a_tile(length: int, heads: int) -> None:
    Case(length=length, heads=heads, branches=2).check()


@pytest.mark.parametrize("pack", [False, True])
@pytest.mark.parametrize(
    ("dtype", "head_size"), [("fp16", 40), ("bf16", 40), ("fp32", 40), ("fp16", 80), ("fp16", 160)]
)
def test_positions(dtype: Dtype, head_size: int, pack: bool) -> None:
    Case(branches=2, length=2, head_size=head_size, dtype=dtype, table=dtype).check(pack=pack)


@pytest.mark.parametrize("dtype", ["fp16", "bf16"])
def test_positions_in_single_precision(dtype: Dtype) -> None:
    Case(dtype=dtype, table="fp32", real=5).check()


@pytest.mark.parametrize(("dtype", "head_size"), [("fp16", 40), ("bf16", 80), ("fp32", 160)])
def test_queries_keys_and_values_in_one_buffer(dtype: Dtype, head_size: int) -> None:
    Case(branches=2, heads=3, head_size=head_size, dtype=dtype, real=23).check(pack=True)


@pytest.mark.parametrize("dtype", DTYPES)
def test_large_logits(dtype: Dtype) -> None:
    """Queries and keys of 30: scores in the thousands, one frame takes nearly all the weight."""
    Case(dtype=dtype, scale=30.0).check()


def tactics() -> list[tuple[str, Dtype, int, int]]:
    """Every tactic of the table that cuts the work unlike those before it."""
    seen, found = set(), []
    for arch in ("sm_80", "sm_89", "sm_90", "sm_100", "sm_120"):
        for dtype in DTYPES:
            for head_size in (40, 80, 160):
                problem = TemporalProblem.contiguous(1, 24, 1, 8, head_size)
                for place, launch in enumerate(launches(problem, dtype, arch)):
                    cut = (dtype, *sorted(launch.constants.items()))
                    if cut not in seen:
                        found.append((arch, dtype, head_size, place))
                    seen.add(cut)
    return found


@pytest.mark.parametrize(("arch", "dtype", "head_size", "tactic"), tactics())
@pytest.mark.parametrize("table", [False, True])
def test_every_tactic(arch: str, dtype: Dtype, head_size: int, tactic: int, table: bool) -> None:
    case = Case(length=1, heads=9, head_size=head_size, dtype=dtype, table=dtype if table else None)
    case.check(arch=arch, tactic=tactic)


def test_a_second_run_gives_the_same_bits() -> None:
    case = Case(branches=2, length=5)
    tensors = case.draw()
    assert case.run(tensors).equal(case.run(tensors))
