"""Section a: the attentions, outputs poisoned before, and `solver_step` against their fp64."""

from collections.abc import Iterator

import torch
from torch import Tensor

from benchmarks.gpu_parts.clock import Deadline
from benchmarks.gpu_parts.inputs import AttentionInputs, attention_inputs, position_tables
from benchmarks.gpu_parts.reference import (
    reference_fp64,
    relative_error,
    sampled_queries,
    temporal_fp64,
)
from benchmarks.gpu_parts.report import Row, Section
from benchmarks.gpu_parts.sizes import Level, Size
from mimo_kernels.latents import torch_op as latents_torch
from mimo_kernels.latents.contract import solver_step_fp64
from mimo_kernels.reference_attention.torch_op import plain_reference_attention, reference_attention
from mimo_kernels.temporal_attention.torch_op import temporal_attention
from mimo_networks.operators import temporal_attention as plain_temporal

LIMITS = {torch.float16: 1e-3, torch.bfloat16: 1e-2, torch.float32: 1e-5}


def correctness(
    section: Section,
    sizes: tuple[Size, ...],
    dtypes: tuple[torch.dtype, ...],
    device: torch.device,
    end: Deadline,
) -> None:
    """One row per kernel, size, level and dtype."""
    section.rows += [_advance_row(device)]
    for dtype in dtypes:
        for size in sizes:
            for number, level in enumerate(size.levels):
                if end.over:
                    section.notes.append(f"Out of time before {dtype} at {size.side_px} px.")
                    return
                inputs = attention_inputs(size, level, dtype, device)
                about: Row = {"px": size.side_px, "level": number, "dtype": str(dtype)[6:]}
                section.rows += [{**about, **row} for row in _rows(inputs, size, level)]


def _rows(inputs: AttentionInputs, size: Size, level: Level) -> Iterator[Row]:
    frames, heads = size.frames, level.heads
    tensors = inputs.q, inputs.k, inputs.v, inputs.k_ref, inputs.v_ref
    out = torch.full_like(inputs.q, float("nan"), memory_format=torch.contiguous_format)
    reference_attention(*tensors, heads, frames, out=out)
    plain = plain_reference_attention(*tensors, heads, frames)
    yield _judged("reference", _reference_errors(inputs, (out, plain), size, level), out)
    mask = torch.arange(frames, device=out.device) < max(1, frames - 3)
    tables = position_tables(frames, level.width, inputs.q.dtype, out.device)
    for name, positions in (("temporal", None), ("temporal with positions", tables)):
        out = torch.full_like(out, float("nan"))
        temporal_attention(inputs.q, inputs.k, inputs.v, mask, heads, frames, positions, out=out)
        q, k, v = (_placed(x, i, positions) for i, x in enumerate(tensors[:3]))
        plain = plain_temporal(q, k, v, mask, heads, frames)
        pixels = sampled_queries(level.length, out.device)
        wanted = temporal_fp64(inputs, pixels, heads, frames, mask, positions)
        errors = [relative_error(found[:, pixels], wanted) for found in (out, plain)]
        yield _judged(name, errors, out)


def _placed(x: Tensor, number: int, positions: tuple[Tensor, ...] | None) -> Tensor:
    if positions is None:
        return x
    table = positions[number]
    return (x.unflatten(0, (-1, len(table))) + table[:, None]).flatten(0, 1)


def _reference_errors(
    inputs: AttentionInputs, found: tuple[Tensor, Tensor], size: Size, level: Level
) -> list[float]:
    """The largest error of the first and last row of each half."""
    queries = sampled_queries(level.length, inputs.q.device)
    errors = []
    for result in found:
        of_rows = []
        for row in (0, size.frames - 1, size.frames, 2 * size.frames - 1):
            wanted = reference_fp64(inputs, row, queries, level.heads, size.frames)
            of_rows.append(relative_error(result[row, queries], wanted))
        errors.append(max(of_rows))
    return errors


def _judged(kernel: str, errors: list[float], out: Tensor) -> Row:
    """Right when all was written and the error is small, by itself and beside plain torch's."""
    ours, plain = errors
    whole = bool(torch.isfinite(out).all())
    right = whole and ours <= LIMITS[out.dtype] and ours <= 2 * plain + 1e-7
    return {"kernel": kernel, "error": ours, "torch_error": plain, "written": whole, "ok": right}


def _advance_row(device: torch.device) -> Row:
    draw = torch.Generator(device).manual_seed(3)
    latents = torch.randn(7, 4, 9, 5, generator=draw, device=device)
    total = torch.randn(7, 2, 4, 9, 5, generator=draw, device=device)
    shares, coefficients = (
        torch.rand(shape, generator=draw, device=device) for shape in ((7,), (4, 3))
    )
    x, sums, weights, table = (t.cpu().numpy() for t in (latents, total, shares, coefficients))
    wanted = torch.from_numpy(solver_step_fp64(x, sums, weights, table, step=2))
    step = torch.full((1,), 2, dtype=torch.int32, device=device)
    latents_torch.solver_step(latents, total, shares, coefficients, step)
    error = relative_error(latents.cpu(), wanted)
    return {"kernel": "solver_step", "dtype": "float32", "error": error, "ok": error < 1e-6}
