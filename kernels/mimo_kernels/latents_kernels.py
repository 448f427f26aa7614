# mypy: allow-untyped-defs, allow-incomplete-defs, allow-untyped-calls, allow-untyped-decorators
"""The operators of `mimo_kernels.latents`, in Triton: the denoise loop between two passes.

Latents are small, so what counts is that each operator is one launch that reads its step from the
device: all of them can be captured in a CUDA graph and replayed for every step.
"""

import triton
import triton.language as tl


@triton.jit
def take_rows_kernel(latents, places, out, size: tl.constexpr, block: tl.constexpr):
    """Grid (blocks of a row, rows): out[i] = latents[places[i]], rounded to out's dtype."""
    row = tl.program_id(1).to(tl.int64)
    place = tl.load(places + row).to(tl.int64)
    column = tl.program_id(0) * block + tl.arange(0, block)
    inside = column < size
    taken = tl.load(latents + place * size + column, inside, 0.0)
    tl.store(out + row * size + column, taken.to(out.dtype.element_ty), inside)


@triton.jit
def add_rows_kernel(
    prediction, places, total,
    size: tl.constexpr, rows: tl.constexpr, halves: tl.constexpr, block: tl.constexpr,
):  # fmt: skip
    """Grid (blocks of a row, rows, halves): total[places[i], h] += prediction[h, i].

    `rows` is how many rows the prediction has in memory. No two programs meet, as the places of
    a window differ.
    """
    row = tl.program_id(1).to(tl.int64)
    half = tl.program_id(2).to(tl.int64)
    place = tl.load(places + row).to(tl.int64)
    column = tl.program_id(0) * block + tl.arange(0, block)
    inside = column < size
    added = tl.load(prediction + (half * rows + row) * size + column, inside, 0.0)
    target = total + (place * halves + half) * size + column
    tl.store(target, tl.load(target, inside, 0.0) + added.to(tl.float32), inside)


@triton.jit
def advance_kernel(
    shares, coefficients, step, latents, total,
    size: tl.constexpr, halves: tl.constexpr, block: tl.constexpr,
):  # fmt: skip
    """Grid (blocks of a row, places): latents = a latents + b velocity, then total = 0.

    The order of operations is that of `mimo_runtime.synthesis.denoise`.
    """
    place = tl.program_id(1).to(tl.int64)
    column = tl.program_id(0) * block + tl.arange(0, block)
    inside = column < size
    row = coefficients + tl.load(step) * 3
    share = tl.load(shares + place)
    plain = total + place * halves * size + column
    told = plain + (halves - 1) * size
    velocity = tl.load(told, inside, 0.0) * share
    if halves == 2:
        base = tl.load(plain, inside, 0.0) * share
        velocity = (velocity - base) * tl.load(row + 2) + base
    target = latents + place * size + column
    moved = tl.load(target, inside, 0.0) * tl.load(row) + velocity * tl.load(row + 1)
    tl.store(target, moved, inside)
    # Zeros depend on nothing that was read, and may be written by other threads than read it.
    tl.debug_barrier()
    tl.store(told, tl.zeros([block], tl.float32), inside)
    if halves == 2:
        tl.store(plain, tl.zeros([block], tl.float32), inside)


@triton.jit
def next_step_kernel(step, steps: tl.constexpr):
    """Grid (1): count the step; after the last one comes 0, for the next sequence."""
    tl.store(step, (tl.load(step) + 1) % steps)
