"""Fails when Triton's interpreter changes what `conftest.py` works around or tests rely on.

Then remove or adapt the workaround there.
"""

from typing import Any

import numpy as np
import pytest
import torch
import triton
import triton.language as tl
from triton import knobs
from triton.runtime.interpreter import InterpreterBuilder

from tests.kernels.conftest import ORIGINAL_CAST, ORIGINAL_DOT, rounded

pytestmark = pytest.mark.skipif(not knobs.runtime.interpret, reason="Triton compiles here")

TINY = 16


@triton.jit
def product(a: Any, b: Any, out: Any, size: tl.constexpr) -> None:
    places = tl.arange(0, size)[:, None] * size + tl.arange(0, size)[None, :]
    tl.store(out + places, tl.dot(tl.load(a + places), tl.load(b + places)))


@triton.jit
def conversion(numbers: Any, out: Any, size: tl.constexpr) -> None:
    places = tl.arange(0, size)
    tl.store(out + places, tl.load(numbers + places).to(tl.bfloat16))


@triton.jit
def there_and_back(numbers: Any, out: Any, size: tl.constexpr) -> None:
    places = tl.arange(0, size)
    tl.store(out + places, tl.load(numbers + places).to(tl.float32))


def drawn(*shape: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(1).normal(size=shape)).to(torch.float32)


def product_of(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    out = torch.empty(TINY, TINY)
    product[(1,)](a, b, out, TINY)
    return out


def converted(numbers: torch.Tensor) -> torch.Tensor:
    out = torch.empty(len(numbers), dtype=torch.bfloat16)
    conversion[(1,)](numbers, out, len(numbers))
    return out


def test_dot_of_bf16_is_right_with_the_workaround() -> None:
    a, b = drawn(2, TINY, TINY).to(torch.bfloat16)
    torch.testing.assert_close(product_of(a, b), a.float() @ b.float(), atol=1e-5, rtol=1e-5)


def test_dot_of_bf16_is_wrong_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(InterpreterBuilder, "create_dot", ORIGINAL_DOT)
    a, b = drawn(2, TINY, TINY).to(torch.bfloat16)
    assert not torch.allclose(product_of(a, b), a.float() @ b.float(), atol=1.0)


def test_conversion_to_bf16_rounds_with_the_workaround() -> None:
    numbers = drawn(1024)
    assert converted(numbers).equal(numbers.to(torch.bfloat16))


def test_conversion_to_bf16_cuts_off_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(InterpreterBuilder, "cast_impl", ORIGINAL_CAST)
    numbers = drawn(1024)
    assert not converted(numbers).equal(numbers.to(torch.bfloat16))


def test_conversion_from_bf16_is_exact() -> None:
    numbers = drawn(1024).to(torch.bfloat16)
    out = torch.empty(1024)
    there_and_back[(1,)](numbers, out, 1024)
    assert out.equal(numbers.float())


def test_rounding_of_special_numbers() -> None:
    special = [0.0, -0.0, 1.00390625, 1.01171875, float("inf"), -float("inf"), 3.4e38, 1e-40]
    numbers = torch.tensor(special)
    wanted = numbers.to(torch.bfloat16).view(torch.int16).numpy().view(np.uint16)
    np.testing.assert_array_equal(rounded(numbers.numpy()), wanted)
    assert rounded(np.array([np.nan], np.float32))[0] == 0x7FC0


def test_a_masked_load_does_not_read_poison() -> None:
    """Interpreted, NaN times 0 is NaN: what the poisoned tests rest on."""
    a, b = torch.zeros(2, TINY, TINY)
    b[3, 5] = float("nan")
    assert bool(product_of(a, b)[:, 5].isnan().all())
