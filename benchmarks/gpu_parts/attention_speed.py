"""Section b: the attentions against PyTorch's own, every tactic of the table, and their floors."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from benchmarks.gpu_parts.chips import Rates
from benchmarks.gpu_parts.clock import Deadline, Pace, sets_for_cold_cache, time_ms
from benchmarks.gpu_parts.floors import Work, reference_work, temporal_work
from benchmarks.gpu_parts.inputs import AttentionInputs, attention_inputs
from benchmarks.gpu_parts.report import Row, Section
from benchmarks.gpu_parts.sizes import Level, Size
from mimo_kernels import host
from mimo_kernels.launch import Launch
from mimo_kernels.reference_attention import contract as reference_attention
from mimo_kernels.reference_attention.torch_op import plain_reference_attention
from mimo_kernels.reference_attention.torch_op import problem_of as reference_problem
from mimo_kernels.reference_attention.torch_op import reference_attention as run_reference
from mimo_kernels.temporal_attention import contract as temporal_attention
from mimo_kernels.temporal_attention.torch_op import problem_of as temporal_problem
from mimo_kernels.temporal_attention.torch_op import temporal_attention as run_temporal
from mimo_networks.operators import temporal_attention as plain_temporal

BACKENDS = {
    "flash": SDPBackend.FLASH_ATTENTION,
    "cudnn": SDPBackend.CUDNN_ATTENTION,
    "efficient": SDPBackend.EFFICIENT_ATTENTION,
    "math": SDPBackend.MATH,
}
Attend = Callable[[AttentionInputs], Tensor]


@dataclass(frozen=True, slots=True)
class Case:
    """One operator at one level: what it must do, our tactics, and torch's way."""

    about: Row
    work: Work
    tactics: Sequence[Launch]
    ours: Callable[..., Tensor]
    plain: Attend


def attention_speed(
    section: Section,
    sizes: tuple[Size, ...],
    device: torch.device,
    rates: Rates | None,
    pace: Pace,
    end: Deadline,
) -> None:
    """One row per operator, level and version; largest shapes first."""
    for size in sizes:
        for number, level in enumerate(size.levels):
            if end.over:
                section.notes.append(f"Out of time before level {number} at {size.side_px} px.")
                return
            count = sets_for_cold_cache(_bytes(size, level), device)
            sets = [
                attention_inputs(size, level, torch.float16, device, seed) for seed in range(count)
            ]
            for case in _cases(size, number, level, sets[0]):
                floor_ms = case.work.floor_ms(rates) if rates else None
                _time_versions(section, case, sets, floor_ms, pace, end)


def _bytes(size: Size, level: Level) -> float:
    return reference_work(level, 2 * size.frames, size.frames).bytes


def _cases(size: Size, number: int, level: Level, inputs: AttentionInputs) -> Iterator[Case]:
    frames, heads = size.frames, level.heads
    arch = host.architecture(inputs.q.device) or host.INTERPRETED
    dtype = host.DTYPES[inputs.q.dtype]
    own = {"q": inputs.q, "k": inputs.k, "v": inputs.v, "out": inputs.q.contiguous()}
    about = {"px": size.side_px, "level": number, "head_size": level.head_size}
    mask = torch.ones(frames, dtype=torch.bool, device=inputs.q.device)
    problem = reference_problem(own | {"k_ref": inputs.k_ref, "v_ref": inputs.v_ref}, heads, frames)
    yield Case(
        {**about, "kernel": "reference"},
        reference_work(level, 2 * frames, frames),
        reference_attention.launches(problem, dtype, arch),
        lambda x, tactic: run_reference(
            x.q, x.k, x.v, x.k_ref, x.v_ref, heads, frames, tactic=tactic
        ),
        lambda x: plain_reference_attention(x.q, x.k, x.v, x.k_ref, x.v_ref, heads, frames),
    )
    yield Case(
        {**about, "kernel": "temporal"},
        temporal_work(level, 2, frames),
        temporal_attention.launches(temporal_problem(own, {}, heads, frames), dtype, arch),
        lambda x, tactic: run_temporal(x.q, x.k, x.v, mask, heads, frames, tactic=tactic),
        lambda x: plain_temporal(x.q, x.k, x.v, None, heads, frames),
    )


def _time_versions(
    section: Section,
    case: Case,
    sets: Sequence[AttentionInputs],
    floor_ms: float | None,
    pace: Pace,
    end: Deadline,
) -> None:
    device = sets[0].q.device
    about = ", ".join(f"{key} {value}" for key, value in case.about.items())
    for version, attend, backend in _versions(case, device):
        if end.over:
            section.notes.append(f"Out of time before {version} ({about}).")
            return
        try:
            with sdpa_kernel(backend or list(BACKENDS.values())):
                ms = time_ms([partial(attend, x) for x in sets], device, pace)
        except Exception as error:  # what a backend or tactic raises where it cannot run is open
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            section.notes.append(f"{version} does not run ({about}): {reason}")
            continue
        share = floor_ms / ms if floor_ms else None
        section.rows.append(
            {**case.about, "version": version, "ms": ms, "floor_ms": floor_ms, "of_floor": share}
        )


def _versions(case: Case, device: torch.device) -> Iterator[tuple[str, Attend, SDPBackend | None]]:
    for number, launch in enumerate(case.tactics):
        tile = " ".join(
            f"{key}={launch.constants[key]}" for key in _TILE if key in launch.constants
        )
        name = f"ours {number}: {tile} warps={launch.warps} stages={launch.stages}"
        yield name, partial(case.ours, tactic=number), None
    for name, backend in BACKENDS.items():
        if name != "math" or device.type != "cuda":  # gigabytes of scores on a GPU
            yield f"sdpa {name}", case.plain, backend


_TILE = (
    "query_tile", "key_tile", "main", "rest", "pieces", "ones", "pixel_tile", "head_tile",
)  # fmt: skip
