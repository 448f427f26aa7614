"""Section 0: compile every kernel that is needed, in parallel, into Triton's cache on the disk."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from dataclasses import replace
from multiprocessing import get_context
from typing import Any, TypeVar

import torch

from benchmarks.gpu_parts.clock import Deadline
from benchmarks.gpu_parts.report import Section
from benchmarks.gpu_parts.sizes import Level, Size
from mimo_kernels import host
from mimo_kernels.launch import TORCH_DTYPES, Launch
from mimo_kernels.reference_attention import contract as reference_attention
from mimo_kernels.reference_attention.torch_op import problem_of as reference_problem
from mimo_kernels.temporal_attention import contract as temporal_attention
from mimo_kernels.temporal_attention.torch_op import problem_of as temporal_problem

_WORKERS = 12
Result = TypeVar("Result")


def needed_launches(
    sizes: tuple[Size, ...], dtypes: tuple[torch.dtype, ...], arch: str
) -> list[Launch]:
    """Launches of all sections that run on packed tensors: all tactics of fp16, else the first."""
    found: list[Launch] = []
    for size in sizes:
        for level in size.levels:
            for dtype in dtypes:
                for tactics in _tactics(size, level, dtype, arch):
                    found += tactics if dtype == torch.float16 else tactics[:1]
    return found


def _tactics(
    size: Size, level: Level, dtype: torch.dtype, arch: str
) -> Iterator[tuple[Launch, ...]]:
    frames, heads, width = size.frames, level.heads, level.width
    packed = torch.empty(2 * frames, level.length, 3 * width, dtype=dtype, device="meta")
    own = dict(zip(("q", "k", "v"), packed.chunk(3, dim=-1), strict=True))
    own["out"] = packed.new_empty(2 * frames, level.length, width)
    extra = packed.new_empty(level.length, width)
    kind = host.DTYPES[dtype]
    problem = reference_problem(own | {"k_ref": extra, "v_ref": extra}, heads, frames)
    yield reference_attention.launches(problem, kind, arch)
    if dtype == torch.float16:
        told = replace(problem, rows=frames, unconditional_rows=0)  # the step without guidance
        yield reference_attention.launches(told, kind, arch)[:1]
    table = packed.new_empty(frames, 3 * width)[:, :width]
    tables = dict.fromkeys(temporal_attention.TABLES, table)
    for positions in ({}, tables):
        over = temporal_problem(own, positions, heads, frames)
        yield temporal_attention.launches(over, kind, arch)


def compile_all(
    section: Section, launches: Sequence[Launch], device: torch.device, end: Deadline
) -> None:
    """Compile in processes of their own; what fails here fails again, visibly, where it is run."""
    if device.type != "cuda":
        section.notes.append("Compilation needs a GPU; kernels are interpreted.")
        return
    left = end.left_s
    done = in_parallel(_warm, launches, end)
    failed = [str(error) for error in done if isinstance(error, Exception)]
    section.rows.append(
        {"kernels": len(launches), "failed": len(failed), "seconds": left - end.left_s}
    )
    section.notes += [reason.splitlines()[0] for reason in failed[:3] if reason]


def in_parallel(
    function: Callable[[Any], Result], items: Sequence[Any], end: Deadline
) -> list[Result | Exception]:
    """Results in order; an exception where one was raised or the time was over."""
    pool = ProcessPoolExecutor(_WORKERS, mp_context=get_context("spawn"))
    try:
        futures = [pool.submit(function, item) for item in items]
        wait(futures, timeout=end.left_s)
        return [_result(future) for future in futures]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _result(future: Future[Any]) -> Any:
    if not future.done():
        return TimeoutError("The time for compiling was over.")
    error = future.exception()
    if error is None:
        return future.result()
    return error if isinstance(error, Exception) else RuntimeError(repr(error))


def _warm(launch: Launch) -> None:
    """As `mimo_kernels.launch.jit`, but compile only."""
    pointers = [getattr(torch, TORCH_DTYPES[argument.dtype]) for argument in launch.arguments]
    launch.function().warmup(
        *pointers,
        grid=launch.grid,
        **launch.constants,
        num_warps=launch.warps,
        num_stages=launch.stages,
    )
