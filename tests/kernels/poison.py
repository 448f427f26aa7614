"""Tensors that lie in poisoned memory, and the error limits that every kernel test uses.

Inputs lie in a larger allocation of NaN: a read past the mask becomes NaN in the result. Results
are filled with NaN beforehand and lie in a larger allocation of a canary value, so that a place
left out and a stray store both show.
"""

import mmap
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

DTYPES = {"fp16": torch.float16, "bf16": torch.bfloat16, "fp32": torch.float32}
LIMITS = {"fp16": 1e-3, "bf16": 1e-2, "fp32": 1e-5}  # relative to the norm of the fp64 result
CANARY = 77.0
MARGIN = 64  # elements around everything; keeps 16-byte alignment for every dtype
MAP_NORESERVE = 0x4000  # Linux has it, not every Python names it


def drawn(seed: int, shape: Sequence[int], dtype: str, scale: float = 1.0) -> Tensor:
    """Normal numbers, rounded to `dtype`."""
    numbers = np.random.default_rng(seed).normal(size=tuple(shape)) * scale
    return torch.from_numpy(numbers).to(DTYPES[dtype])


def fp64(tensor: Tensor) -> NDArray[np.float64]:
    """The tensor's own, already rounded numbers in double precision."""
    return tensor.detach().cpu().to(torch.float64).numpy()


def device() -> torch.device:
    """The GPU where there is one, else the CPU (under Triton's interpreter)."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def wide_memory(elements: int) -> Tensor:
    """float16 elements of which only the touched pages become real memory, on a CPU."""
    if device().type == "cuda":
        return torch.empty(elements, dtype=torch.float16, device=device())
    # Without a reservation a machine that is short of memory grants the addresses all the same.
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_NORESERVE
    return torch.frombuffer(mmap.mmap(-1, 2 * elements, flags), dtype=torch.float16)


def poisoned(values: Tensor, gaps: Sequence[int] | None = None, poison: float = np.nan) -> Tensor:
    """`values` as a strided view into an allocation of its own that is `poison` elsewhere.

    `gaps[d]` elements of dimension d lie behind its last, unused (default: 16 behind the last
    dimension, 1 behind all others).
    """
    held, _ = _surrounded(values.shape, gaps, values.dtype, poison)
    return held.copy_(values)


class Result:
    """An uninitialised result: `view` is NaN inside an allocation of canary values."""

    def __init__(self, shape: Sequence[int], dtype: str, gaps: Sequence[int] | None = None):
        self.view, self._buffer = _surrounded(shape, gaps, DTYPES[dtype], CANARY)
        self.view.fill_(float("nan"))

    def checked(self) -> Tensor:
        """The view; fails when an element was left out or anything around it was written."""
        assert bool(torch.isfinite(self.view).all()), "some elements are missing or not finite"
        outside = self._buffer.clone()
        outside.as_strided(self.view.shape, self.view.stride(), self.view.storage_offset()).fill_(
            CANARY
        )
        assert bool((outside == CANARY).all()), "something outside the result was written"
        return self.view


def packed(parts: Sequence[Tensor]) -> list[Tensor]:
    """Tensors of one shape as slices of one buffer, side by side in the last dimension."""
    whole = poisoned(torch.cat(list(parts), dim=-1))
    return list(whole.split(parts[0].shape[-1], dim=-1))


def relative_error(found: Tensor, wanted: NDArray[np.float64]) -> float:
    """|found - wanted| / |wanted| in the Euclidean norm."""
    return float(np.linalg.norm(fp64(found) - wanted) / np.linalg.norm(wanted))


def check_error(found: Tensor, wanted: NDArray[np.float64], plain: Tensor, dtype: str) -> None:
    """Within the dtype's limit of the fp64 result, and at most twice as far as `plain`.

    `plain` is what torch's own operators make of the same rounded inputs; where they happen to be
    exact, the rounding of the fp64 result to `dtype` takes their place.
    """
    assert bool(torch.isfinite(found).all()), "the result has elements that are not finite"
    error = relative_error(found, wanted)
    rounded = torch.from_numpy(wanted).to(DTYPES[dtype])
    allowed = 2 * max(relative_error(plain, wanted), relative_error(rounded, wanted))
    assert error <= LIMITS[dtype], f"{dtype}: error {error:.2e} is over the limit"
    assert error <= allowed, f"{dtype}: error {error:.2e}, twice that of torch is {allowed:.2e}"


def _surrounded(
    shape: Sequence[int], gaps: Sequence[int] | None, dtype: torch.dtype, fill: float
) -> tuple[Tensor, Tensor]:
    """A view of `shape` and the flat buffer, full of `fill`, that it lies in."""
    gaps = [1] * (len(shape) - 1) + [16] if gaps is None else gaps
    steps = [1]
    for size, gap in zip(reversed(shape[1:]), reversed(gaps[1:]), strict=True):
        steps.insert(0, steps[0] * (size + gap))
    buffer = torch.full((2 * MARGIN + shape[0] * steps[0],), fill, dtype=dtype, device=device())
    return buffer.as_strided(tuple(shape), tuple(steps), MARGIN), buffer
