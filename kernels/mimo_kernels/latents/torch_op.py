"""The operators of `mimo_kernels.latents` on torch tensors: one launch each, or plain torch.

`latents` float32 [all, ...], `total` float32 [all, branches, ...], `slots` int32 or int64
[count], `window_weights` float32 [all], `coefficients` float32 [steps, 3], `step` int32 [1], all on
one device; what is behind the dots is alike. None waits for the device. Each raises ValueError when
shapes or dtypes do not belong together; what the kernels do not take runs as torch operators, said
once.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from mimo_kernels import host
from mimo_kernels.latents.contract import LatentsProblem, launches
from mimo_kernels.launch import Dtype, Launch, is_aligned, jit

SLOT_DTYPES: Mapping[torch.dtype, Dtype] = {torch.int32: "i32", torch.int64: "i64"}


def gather_latents(latents: Tensor, slots: Tensor, out: Tensor) -> None:
    """out[:count] = latents[slots]; out [at least count, ...] of any floating dtype."""
    _check(slots, {"latents": latents.shape[1:], "out": out.shape[1:]}, len(out))
    _check_float32({"latents": latents})
    if _runs("gather_latents", {"latents": latents, "slots": slots, "out": out}):
        problem = _problem(latents, count=len(slots), rows=len(out))
        launch = launches(problem, out=host.DTYPES[out.dtype], slots=SLOT_DTYPES[slots.dtype])
        _run(launch["gather_latents"], latents, slots, out)
    else:
        out[: len(slots)] = latents.index_select(0, slots)


def accumulate(total: Tensor, prediction: Tensor, slots: Tensor) -> None:
    """total[slots] += prediction[:, :count]; prediction [branches, at least count, ...]."""
    shapes = {"total": total.shape[2:], "prediction": prediction.shape[2:]}
    _check(slots, shapes, prediction.shape[1])
    branches = total.shape[1]
    if branches != len(prediction):
        raise ValueError(f"total has {branches} branches, prediction {len(prediction)}.")
    _check_float32({"total": total})
    if _runs("accumulate", {"total": total, "slots": slots, "prediction": prediction}):
        problem = _problem(total[:, 0], len(slots), prediction.shape[1], branches)
        dtype = host.DTYPES[prediction.dtype]
        launch = launches(problem, prediction=dtype, slots=SLOT_DTYPES[slots.dtype])
        _run(launch["accumulate"], prediction, slots, total)
    else:
        total.index_add_(0, slots, prediction[:, : len(slots)].transpose(0, 1).float())


def solver_step(
    latents: Tensor, total: Tensor, window_weights: Tensor, coefficients: Tensor, step: Tensor
) -> None:
    """Guidance and the solver step that `step` tells, in place; then total = 0."""
    per_branch = total.shape[:1] + total.shape[2:]
    if per_branch != latents.shape or window_weights.shape != latents.shape[:1]:
        raise ValueError(
            f"latents are {tuple(latents.shape)}, total {tuple(total.shape)}, window_weights "
            f"{tuple(window_weights.shape)}; [all, ...], [all, branches, ...] and [all] belong "
            "together."
        )
    if coefficients.ndim != 2 or coefficients.shape[1] != 3 or step.dtype != torch.int32:
        raise ValueError(
            f"coefficients are {tuple(coefficients.shape)} and step is {step.dtype}; float32 "
            "[steps, 3] and int32 are needed."
        )
    state = {
        "latents": latents,
        "total": total,
        "window_weights": window_weights,
        "coefficients": coefficients,
    }
    _check_float32(state)
    if _runs("solver_step", {**state, "step": step}):
        problem = _problem(latents, branches=total.shape[1], steps=len(coefficients))
        _run(launches(problem)["solver_step"], window_weights, coefficients, step, latents, total)
    else:
        _plain_solver_step(latents, total, window_weights, coefficients.index_select(0, step)[0])


def _plain_solver_step(latents: Tensor, total: Tensor, window_weights: Tensor, row: Tensor) -> None:
    total *= window_weights.reshape(-1, *[1] * latents.ndim)
    velocity = total[:, -1]
    if total.shape[1] == 2:
        velocity.sub_(total[:, 0]).mul_(row[2]).add_(total[:, 0])
    latents.mul_(row[0]).add_(velocity * row[1])
    total.zero_()


def _problem(
    latents: Tensor, count: int = 1, rows: int | None = None, branches: int = 1, steps: int = 1
) -> LatentsProblem:
    size = latents[0].numel()
    return LatentsProblem(len(latents), size, count, rows or count, branches, steps)


def _check(slots: Tensor, shapes: Mapping[str, torch.Size], rows: int) -> None:
    if len(set(shapes.values())) > 1:
        told = ", ".join(f"{name} of {tuple(shape)}" for name, shape in shapes.items())
        raise ValueError(f"The rows do not belong together: {told}.")
    if slots.ndim != 1 or slots.dtype not in SLOT_DTYPES or not 1 <= len(slots) <= rows:
        raise ValueError(
            f"slots are {slots.dtype} {tuple(slots.shape)}; int32 or int64 of "
            f"1..{rows} rows are needed."
        )


def _check_float32(tensors: Mapping[str, Tensor]) -> None:
    for name, tensor in tensors.items():
        if tensor.dtype != torch.float32:
            raise ValueError(f"{name} is {tensor.dtype}; what is summed and moved is float32.")


def _runs(operator: str, tensors: Mapping[str, Tensor]) -> bool:
    """Whether the kernel takes these tensors; says why not."""
    reason = _unsupported_reason(tensors)
    if reason is not None:
        host.say_once(operator, reason)
    return reason is None


def _unsupported_reason(tensors: Mapping[str, Tensor]) -> str | None:
    device = next(iter(tensors.values())).device
    if host.architecture(device) is None:
        return f"No kernel runs on {device}."
    for name, tensor in tensors.items():
        if tensor.dtype not in host.DTYPES and tensor.dtype not in SLOT_DTYPES:
            return f"No kernel is written for {tensor.dtype}, which {name} is."
        if tensor.device != device or not tensor.is_contiguous() or not is_aligned(tensor):
            return f"{name} is elsewhere, has gaps, or begins at no multiple of 16 bytes."
    return None


def _run(launch: Launch, *tensors: Tensor) -> None:
    with torch.cuda.device_of(tensors[0]):
        jit(launch, tensors)
