"""Section c: the ahead-of-time kernels, launched with exactly the parameters a plugin declares."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from benchmarks.gpu_parts.clock import Deadline
from benchmarks.gpu_parts.compiling import in_parallel
from benchmarks.gpu_parts.inputs import AttentionInputs, attention_inputs
from benchmarks.gpu_parts.reference import relative_error
from benchmarks.gpu_parts.report import Row, Section
from benchmarks.gpu_parts.sizes import Level, Size
from mimo_kernels import host
from mimo_kernels.aot import Artefact, compile_launch
from mimo_kernels.launch import Launch
from mimo_kernels.plugin_kernels import OPERATORS
from mimo_kernels.reference_attention import contract as reference_attention
from mimo_kernels.reference_attention.torch_op import plain_reference_attention
from mimo_kernels.temporal_attention import contract as temporal_attention
from mimo_networks.operators import temporal_attention as plain_temporal

_GRANTED_SHARED_BYTES = 48 << 10
_LIMIT = 2e-3  # both sides are fp16


def artefacts(
    section: Section, sizes: tuple[Size, ...], device: torch.device, end: Deadline
) -> None:
    """One row per kernel, level and tactic: PTX as the plugin has it, compiled by the driver."""
    if device.type != "cuda" or os.environ.get("TRITON_INTERPRET") == "1":
        section.notes.append("The ahead-of-time kernels need a GPU and no interpreter.")
        return
    try:
        loader = CudaCore(device)
    except ImportError as error:
        section.notes.append(f"cuda-core is needed: {error}.")
        return
    cases = [case for size in sizes[-1:] for case in _cases(size, device)]
    arch = host.architecture(device) or host.INTERPRETED
    made = in_parallel(partial(compile_launch, arch=arch), [case.launch for case in cases], end)
    for case, artefact in zip(cases, made, strict=True):
        section.rows.append({**case.about, **_launched(loader, artefact, case)})


@dataclass(frozen=True, slots=True)
class Case:
    """A launch on tensors without gaps, and what plain torch makes of them."""

    about: Row
    launch: Launch
    tensors: tuple[Tensor, ...]
    wanted: Tensor


def _cases(size: Size, device: torch.device) -> Iterator[Case]:
    for number, level in enumerate(size.levels):
        inputs = attention_inputs(size, level, torch.float16, device)
        for kernel, launches, tensors, wanted in (
            _reference_attention(size, level, inputs),
            _temporal(size, level, inputs),
        ):
            for tactic, launch in enumerate(launches):
                about: Row = {
                    "px": size.side_px,
                    "level": number,
                    "kernel": kernel,
                    "tactic": tactic,
                }
                yield Case(about, launch, tensors, wanted)


Subject = tuple[str, tuple[Launch, ...], tuple[Tensor, ...], Tensor]


def _reference_attention(size: Size, level: Level, inputs: AttentionInputs) -> Subject:
    frames, heads = size.frames, level.heads
    parts = (inputs.q, inputs.k, inputs.v, inputs.k_ref, inputs.v_ref)
    q, k, v, k_ref, v_ref = tensors = tuple(part.contiguous() for part in parts)
    wanted = plain_reference_attention(q, k, v, k_ref, v_ref, heads, frames)
    launches = _launches(reference_attention.NAME, tensors, heads=heads, unconditional_rows=frames)
    return "reference", launches, tensors, wanted


def _temporal(size: Size, level: Level, inputs: AttentionInputs) -> Subject:
    frames, heads = size.frames, level.heads
    q, k, v = (part.contiguous() for part in (inputs.q, inputs.k, inputs.v))
    mask = torch.ones(frames, dtype=torch.int32, device=q.device)
    wanted = plain_temporal(q, k, v, None, heads, frames)
    tensors = (q, k, v, mask)
    launches = _launches(temporal_attention.NAME, tensors, heads=heads, frames=frames)
    return "temporal", launches, tensors, wanted


def _launches(name: str, tensors: tuple[Tensor, ...], **attributes: int) -> tuple[Launch, ...]:
    arch = host.architecture(tensors[0].device) or host.INTERPRETED
    shapes = [tuple(tensor.shape) for tensor in tensors]
    return OPERATORS[name].tactics(shapes, attributes, "fp16", arch)


def _launched(loader: "CudaCore", artefact: Artefact | Exception, case: Case) -> Row:
    if isinstance(artefact, Exception):
        return {"ok": False, "why": _reason(artefact)}
    out = torch.full_like(case.wanted, float("nan"))
    try:
        loader.launch(artefact, [*case.tensors, out])
    except Exception as error:  # each release of the library has errors of its own
        return {"ok": False, "why": _reason(error)}
    off = relative_error(out, case.wanted)
    return {
        "registers": artefact.registers,
        "stack_bytes": artefact.stack_bytes,
        "shared_bytes": artefact.shared_bytes,
        "error": off,
        "ok": off < _LIMIT,
    }


def _reason(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:160]


class CudaCore:
    """Loads PTX by the driver and launches it with pointers only, in the plugin's order."""

    def __init__(self, device: torch.device) -> None:
        try:
            import cuda.core as core

            core.ObjectCode  # noqa: B018 - the releases before 1.0 keep it elsewhere
        except (ImportError, AttributeError):
            import cuda.core.experimental as core
        from cuda.bindings import driver

        self._core, self._driver = core, driver
        self._index = device.index or 0
        self._device = core.Device(self._index)
        self._device.set_current()

    def launch(self, artefact: Any, tensors: Sequence[Tensor]) -> None:
        """Run and wait. Raises RuntimeError with what the driver says."""
        core = self._core
        code = core.ObjectCode.from_ptx(artefact.ptx.encode())
        kernel = code.get_kernel(artefact.name)
        if artefact.shared_bytes > _GRANTED_SHARED_BYTES:
            self._allow(kernel, artefact.shared_bytes)
        config = core.LaunchConfig(
            grid=artefact.grid, block=artefact.block, shmem_size=artefact.shared_bytes
        )
        stream = self._device.create_stream()
        torch.cuda.synchronize()
        core.launch(stream, config, kernel, *(tensor.data_ptr() for tensor in tensors))
        stream.sync()

    def _allow(self, kernel: Any, shared_bytes: int) -> None:
        driver = self._driver
        attribute = driver.CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES
        handle = driver.CUkernel(int(kernel.handle))
        device = driver.CUdevice(self._index)
        (status,) = driver.cuKernelSetAttribute(attribute, shared_bytes, handle, device)
        if status != driver.CUresult.CUDA_SUCCESS:
            raise RuntimeError(f"{shared_bytes} bytes of shared memory are refused: {status.name}")
