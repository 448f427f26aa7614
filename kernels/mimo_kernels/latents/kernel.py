# mypy: allow-untyped-defs, allow-incomplete-defs, allow-untyped-calls, allow-untyped-decorators
"""The operators of `mimo_kernels.latents`, in Triton: the denoise loop between two passes.

Latents are small, so what counts is that each operator is one launch that reads its step from the
device: all of them can be captured in a CUDA graph and replayed for every step.
"""

import triton
import triton.language as tl


@triton.jit
def gather_latents_kernel(latents, slots, out, size: tl.constexpr, block: tl.constexpr):
    """Grid (blocks of a row, rows): out[i] = latents[slots[i]], rounded to out's dtype."""
    row = tl.program_id(1).to(tl.int64)
    slot = tl.load(slots + row).to(tl.int64)
    column = tl.program_id(0) * block + tl.arange(0, block)
    inside = column < size
    taken = tl.load(latents + slot * size + column, inside, 0.0)
    tl.store(out + row * size + column, taken.to(out.dtype.element_ty), inside)


@triton.jit
def accumulate_kernel(
    prediction, slots, total,
    size: tl.constexpr, rows: tl.constexpr, branches: tl.constexpr, block: tl.constexpr,
):  # fmt: skip
    """Grid (blocks of a row, rows, branches): total[slots[i], h] += prediction[h, i].

    `rows` is how many rows the prediction has in memory. No two programs meet, as the frames of
    a window differ.
    """
    row = tl.program_id(1).to(tl.int64)
    branch = tl.program_id(2).to(tl.int64)
    slot = tl.load(slots + row).to(tl.int64)
    column = tl.program_id(0) * block + tl.arange(0, block)
    inside = column < size
    added = tl.load(prediction + (branch * rows + row) * size + column, inside, 0.0)
    target = total + (slot * branches + branch) * size + column
    tl.store(target, tl.load(target, inside, 0.0) + added.to(tl.float32), inside)


@triton.jit
def solver_step_kernel(
    window_weights, coefficients, step, latents, total,
    size: tl.constexpr, branches: tl.constexpr, block: tl.constexpr,
):  # fmt: skip
    """Grid (blocks of a row, frames): latents = a latents + b velocity, then total = 0.

    The order of operations is that of `mimo_runtime.synthesis.denoise`.
    """
    slot = tl.program_id(1).to(tl.int64)
    column = tl.program_id(0) * block + tl.arange(0, block)
    inside = column < size
    row = coefficients + tl.load(step) * 3
    weight = tl.load(window_weights + slot)
    plain = total + slot * branches * size + column
    told = plain + (branches - 1) * size
    velocity = tl.load(told, inside, 0.0) * weight
    if branches == 2:
        base = tl.load(plain, inside, 0.0) * weight
        velocity = (velocity - base) * tl.load(row + 2) + base
    target = latents + slot * size + column
    moved = tl.load(target, inside, 0.0) * tl.load(row) + velocity * tl.load(row + 1)
    tl.store(target, moved, inside)
    # Zeros depend on nothing that was read, and may be written by other threads than read it.
    tl.debug_barrier()
    tl.store(told, tl.zeros([block], tl.float32), inside)
    if branches == 2:
        tl.store(plain, tl.zeros([block], tl.float32), inside)


@triton.jit
def increment_step_kernel(step, steps: tl.constexpr):
    """Grid (1): count the step; after the last one comes 0, for the next sequence."""
    tl.store(step, (tl.load(step) + 1) % steps)
