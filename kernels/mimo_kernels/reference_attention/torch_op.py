"""`mimo::ReferenceAttention` on torch tensors: the Triton kernel, or plain torch without one."""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from mimo_kernels import host
from mimo_kernels.launch import jit
from mimo_kernels.reference_attention.contract import NAME, ReferenceProblem, Strides, launches


def reference_attention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    k_ref: Tensor,
    v_ref: Tensor,
    heads: int,
    unconditional_rows: int,
    out: Tensor | None = None,
    tactic: int = 0,
) -> Tensor:
    """Attention to own and reference tokens: `mimo_kernels.reference_attention`.

    q, k, v, out [rows, length, width], of any row and token strides (slices of a packed buffer
    too), k_ref, v_ref [reference_length, width], all of one dtype and on one device. `out` is
    made where none is given, and returned. `tactic` counts in the table's order. What the kernel
    does not take goes to torch's own attention, said once in the log. Raises ValueError when
    shapes, dtypes or devices do not belong together.
    """
    tensors = {"q": q, "k": k, "v": v, "k_ref": k_ref, "v_ref": v_ref}
    if out is not None:
        tensors["out"] = out
    _check(tensors, heads, unconditional_rows)
    if out is None:
        out = torch.empty(q.shape, dtype=q.dtype, device=q.device)
    tensors["out"] = out
    problem = problem_of(tensors, heads, unconditional_rows)
    reason = host.unsupported_reason(tensors) or problem.unsupported_reason()
    if reason is not None:
        host.say_once(NAME, reason)
        return out.copy_(
            plain_reference_attention(q, k, v, k_ref, v_ref, heads, unconditional_rows)
        )
    arch = host.architecture(q.device) or host.INTERPRETED
    launch = launches(problem, host.DTYPES[q.dtype], arch)[tactic]
    with torch.cuda.device_of(q):
        jit(launch, list(tensors.values()))
    return out


def problem_of(
    tensors: Mapping[str, Tensor], heads: int, unconditional_rows: int
) -> ReferenceProblem:
    """Sizes and strides of q, k, v, k_ref, v_ref and out (by these names)."""
    rows, length, width = tensors["q"].shape
    strides = {name: Strides(*tensors[name].stride()[:2]) for name in ("q", "k", "v", "out")}
    return ReferenceProblem(
        rows=rows,
        unconditional_rows=unconditional_rows,
        length=length,
        reference_length=len(tensors["k_ref"]),
        heads=heads,
        head_size=width // heads,
        query=strides["q"],
        key=strides["k"],
        value=strides["v"],
        reference_key=tensors["k_ref"].stride(0),
        reference_value=tensors["v_ref"].stride(0),
        output=strides["out"],
    )


def plain_reference_attention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    k_ref: Tensor,
    v_ref: Tensor,
    heads: int,
    unconditional_rows: int,
) -> Tensor:
    """The operator by torch's own attention, reference concatenated; a new tensor."""
    told = len(q) - unconditional_rows
    keys, values = (
        torch.cat([own[unconditional_rows:], extra.expand(told, -1, -1)], dim=1)
        for own, extra in ((k, k_ref), (v, v_ref))
    )
    plain = _attention(
        q[:unconditional_rows], k[:unconditional_rows], v[:unconditional_rows], heads
    )
    return torch.cat([plain, _attention(q[unconditional_rows:], keys, values, heads)])


def _attention(q: Tensor, k: Tensor, v: Tensor, heads: int) -> Tensor:
    if len(q) == 0:
        return q
    size = q.shape[-1] // heads
    q, k, v = (x.reshape(*x.shape[:2], heads, size).transpose(1, 2) for x in (q, k, v))
    return scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)


def _check(tensors: Mapping[str, Tensor], heads: int, unconditional_rows: int) -> None:
    q, k_ref = tensors["q"], tensors["k_ref"]
    if q.ndim != 3 or k_ref.ndim != 2:
        raise ValueError(
            f"q is {tuple(q.shape)} and k_ref {tuple(k_ref.shape)}, but [rows, length, width] and "
            "[reference_length, width] are needed."
        )
    rows, _, width = q.shape
    if width % heads:
        raise ValueError(f"A width of {width} does not divide into {heads} heads.")
    if not 0 <= unconditional_rows <= rows:
        raise ValueError(f"unconditional_rows is {unconditional_rows}, but there are {rows} rows.")
    extra = (len(k_ref), width)
    wanted = dict.fromkeys(("q", "k", "v", "out"), tuple(q.shape))
    host.check_shapes({**wanted, "k_ref": extra, "v_ref": extra}, tensors)
