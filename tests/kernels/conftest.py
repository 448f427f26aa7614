"""What Triton's interpreter gets wrong about bfloat16, put right for the tests of this folder.

It multiplies the raw bits of bfloat16 in a dot product, and cuts float32 off where a GPU rounds
to the nearest even. Kernels keep all other bfloat16 arithmetic behind `.to(tl.float32)`, which is
right. `test_interpreter_canary.py` fails when Triton no longer needs this.
"""

import logging
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import triton.language as tl
from triton import knobs
from triton.runtime.interpreter import InterpreterBuilder, TensorHandle

from mimo_kernels import host

ORIGINAL_DOT = InterpreterBuilder.create_dot
ORIGINAL_CAST = InterpreterBuilder.cast_impl


def widened(handle: Any) -> Any:
    """The float32 numbers of a handle that holds bfloat16 as 16-bit integers."""
    return (handle.data.astype(np.uint32) << 16).view(np.float32)


def rounded(numbers: Any) -> Any:
    """float32 numbers as the 16-bit integers of the nearest bfloat16, ties to even."""
    bits = np.ascontiguousarray(numbers).view(np.uint32).astype(np.uint64)
    nearest = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16
    return np.where(np.isnan(numbers), 0x7FC0, nearest).astype(np.uint16)


def widened_dot(builder: Any, a: Any, b: Any, d: Any, *rest: Any) -> Any:
    """`create_dot` of two operands of bfloat16; the original for all others."""
    if a.dtype.scalar != tl.bfloat16 or b.dtype.scalar != tl.bfloat16:
        return ORIGINAL_DOT(builder, a, b, d, *rest)
    return TensorHandle(widened(a) @ widened(b) + d.data, d.dtype.scalar)


def rounding_cast(builder: Any, source: Any, target: Any) -> Any:
    """`cast_impl` of float32 to bfloat16; the original for all others."""
    if source.dtype.scalar != tl.float32 or target.scalar != tl.bfloat16:
        return ORIGINAL_CAST(builder, source, target)
    return TensorHandle(rounded(source.data), target.scalar)


@pytest.fixture(autouse=True, scope="session")
def true_bf16() -> Iterator[None]:
    """bfloat16 as a GPU computes it, where Triton interprets."""
    with pytest.MonkeyPatch.context() as patch:
        if knobs.runtime.interpret:
            patch.setattr(InterpreterBuilder, "create_dot", widened_dot)
            patch.setattr(InterpreterBuilder, "cast_impl", rounding_cast)
        yield


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """The log, of which nothing has been said yet."""
    host.say_once.cache_clear()
    caplog.set_level(logging.WARNING, "mimo_kernels")
    return caplog
