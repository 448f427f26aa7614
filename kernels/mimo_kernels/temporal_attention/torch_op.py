"""`mimo::TemporalAttention` on torch tensors: the Triton kernel, or plain torch where none runs."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from mimo_kernels import host
from mimo_kernels.launch import is_aligned, jit
from mimo_kernels.reference_attention.contract import Strides
from mimo_kernels.temporal_attention.contract import NAME, TABLES, TemporalProblem, launches


def temporal_attention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    frame_mask: Tensor,
    heads: int,
    frames: int,
    positions: Sequence[Tensor] | None = None,
    out: Tensor | None = None,
    tactic: int = 0,
) -> Tensor:
    """Attention over the frames at each pixel: `mimo_kernels.temporal_attention`.

    q, k, v, out [branches * frames, length, width], of any row and token strides (slices of a
    packed buffer too), all of one dtype and on one device; `frame_mask` bool or uint8 [frames];
    `positions` are the tables [frames, width] that are added to q, k and v, all three of one
    dtype. `out` is made where none is given, and returned. `tactic` counts in the table's order.
    What the kernel does not take goes to torch's own attention, said once in the log. Raises
    ValueError when shapes, dtypes or devices do not belong together.
    """
    tensors = {"q": q, "k": k, "v": v} | ({} if out is None else {"out": out})
    if positions is not None and len(positions) != len(TABLES):
        raise ValueError(f"There are {len(positions)} position tables; q, k and v need one each.")
    tables = {} if positions is None else dict(zip(TABLES, positions, strict=True))
    _check(tensors, frame_mask, tables, heads, frames)
    if out is None:
        out = torch.empty(q.shape, dtype=q.dtype, device=q.device)
    tensors["out"] = out
    problem = problem_of(tensors, tables, heads, frames)
    reason = _unsupported_reason(tensors, tables, frame_mask) or problem.unsupported_reason()
    if reason is not None:
        host.say_once(NAME, reason)
        return out.copy_(plain_temporal_attention(q, k, v, frame_mask, heads, frames, positions))
    arch = host.architecture(q.device) or host.INTERPRETED
    launch = launches(problem, host.DTYPES[q.dtype], arch)[tactic]
    with torch.cuda.device_of(q):
        jit(launch, [q, k, v, frame_mask, *tables.values(), out])
    return out


def problem_of(
    tensors: Mapping[str, Tensor], tables: Mapping[str, Tensor], heads: int, frames: int
) -> TemporalProblem:
    """Sizes and strides of q, k, v and out and of the position tables (by these names)."""
    rows, length, width = tensors["q"].shape
    strides = {name: Strides(*tensors[name].stride()[:2]) for name in ("q", "k", "v", "out")}
    table = next(iter(tables.values()), None)
    return TemporalProblem(
        branches=rows // frames,
        frames=frames,
        length=length,
        heads=heads,
        head_size=width // heads,
        query=strides["q"],
        key=strides["k"],
        value=strides["v"],
        output=strides["out"],
        positions=None if table is None else host.DTYPES.get(table.dtype),
        position_row=0 if table is None else table.stride(0),
    )


def plain_temporal_attention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    frame_mask: Tensor,
    heads: int,
    frames: int,
    positions: Sequence[Tensor] | None = None,
) -> Tensor:
    """The operator by torch's own attention, with its permutes; a new tensor."""
    if positions is not None:
        q, k, v = (
            (x.unflatten(0, (-1, frames)).float() + table[:, None].float())
            .to(x.dtype)
            .flatten(0, 1)
            for x, table in zip((q, k, v), positions, strict=True)
        )

    def by_head(x: Tensor) -> Tensor:  # [branches, length, heads, frames, size]
        split = x.reshape(-1, frames, x.shape[1], heads, x.shape[2] // heads)
        return split.permute(0, 2, 3, 1, 4)

    mask = frame_mask.bool().expand(frames, frames)
    mixed = scaled_dot_product_attention(by_head(q), by_head(k), by_head(v), attn_mask=mask)
    plain: Tensor = mixed.permute(0, 3, 1, 2, 4).flatten(3).flatten(0, 1)
    return plain


def _check(
    tensors: Mapping[str, Tensor],
    frame_mask: Tensor,
    tables: Mapping[str, Tensor],
    heads: int,
    frames: int,
) -> None:
    q = tensors["q"]
    if q.ndim != 3:
        raise ValueError(
            f"q is {tuple(q.shape)}, but [branches * frames, length, width] is needed."
        )
    rows, _, width = q.shape
    if width % heads:
        raise ValueError(f"A width of {width} does not divide into {heads} heads.")
    if rows % frames:
        raise ValueError(f"{rows} rows do not divide into windows of {frames} frames.")
    if tuple(frame_mask.shape) != (frames,) or frame_mask.dtype not in (torch.bool, torch.uint8):
        raise ValueError(
            f"frame_mask is {frame_mask.dtype} {tuple(frame_mask.shape)}, but bool or uint8 "
            f"({frames},) is needed."
        )
    for name, tensor in {"frame_mask": frame_mask, **tables}.items():
        if tensor.device != q.device:
            raise ValueError(f"{name} is on {tensor.device}, q on {q.device}; move one of them.")
    host.check_shapes(dict.fromkeys(tensors, tuple(q.shape)), tensors)
    if tables:
        host.check_shapes(dict.fromkeys(tables, (frames, width)), tables)


def _unsupported_reason(
    tensors: Mapping[str, Tensor], tables: Mapping[str, Tensor], frame_mask: Tensor
) -> str | None:
    """Why no kernel takes these tensors as they lie in memory, or None."""
    if frame_mask.stride(0) != 1 or not is_aligned(frame_mask):
        return "frame_mask has gaps or does not begin at a multiple of 16 bytes."
    if len({table.stride(0) for table in tables.values()}) > 1:
        return "The rows of the position tables lie differently far apart."
    return host.unsupported_reason(tensors) or (host.unsupported_reason(tables) if tables else None)
