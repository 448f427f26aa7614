"""The two attentions that become nodes of ONNX domain `mimo`; in torch they are plain functions.

While a graph is exported each call leaves one node, whose meaning `mimo_export.functions` adds to
the file as a function of standard operators.
"""

import torch
from torch import Tensor

from mimo_kernels import attention
from mimo_kernels.reference_attention import contract as reference
from mimo_kernels.temporal_attention import contract as temporal
from mimo_networks.transformer import multi_head_attention

PLUGIN_ATTRIBUTES: dict[str, int | str] = {
    "plugin_namespace": attention.DOMAIN,
    "plugin_version": "1",
    "aot": 1,
}


def reference_attention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    k_ref: Tensor,
    v_ref: Tensor,
    heads: int,
    unconditional_rows: int,
) -> Tensor:
    """Attention to own and reference tokens: `mimo_kernels.reference_attention`."""
    if torch.onnx.is_in_onnx_export():
        attributes = {"heads": heads, "unconditional_rows": unconditional_rows}
        return _node(reference.NAME, (q, k, v, k_ref, v_ref), attributes)
    plain = multi_head_attention(
        q[:unconditional_rows], k[:unconditional_rows], v[:unconditional_rows], heads
    )
    told = len(q) - unconditional_rows
    if told == 0:
        return plain
    keys, values = (
        torch.cat([own[unconditional_rows:], extra.expand(told, -1, -1)], dim=1)
        for own, extra in ((k, k_ref), (v, v_ref))
    )
    seeing = multi_head_attention(q[unconditional_rows:], keys, values, heads)
    return torch.cat([plain, seeing])


def temporal_attention(
    q: Tensor, k: Tensor, v: Tensor, frame_mask: Tensor | None, heads: int, frames: int
) -> Tensor:
    """Attention over the frames at each pixel: `mimo_kernels.temporal_attention`."""
    if frame_mask is not None and torch.onnx.is_in_onnx_export():
        return _node(temporal.NAME, (q, k, v, frame_mask), {"heads": heads, "frames": frames})

    def by_pixel(x: Tensor) -> Tensor:  # [branches * length, frames, width]
        return x.unflatten(0, (-1, frames)).transpose(1, 2).flatten(0, 1)

    mask = None if frame_mask is None else frame_mask.expand(frames, frames)
    mixed = multi_head_attention(by_pixel(q), by_pixel(k), by_pixel(v), heads, mask)
    return mixed.unflatten(0, (-1, q.shape[1])).transpose(1, 2).flatten(0, 1)


def _node(name: str, inputs: tuple[Tensor, ...], attributes: dict[str, int]) -> Tensor:
    result: Tensor = torch.onnx.ops.symbolic(
        f"{attention.DOMAIN}::{name}",
        inputs,
        attrs={**attributes, **PLUGIN_ATTRIBUTES},
        dtype=inputs[0].dtype,
        shape=inputs[0].shape,
        version=attention.DOMAIN_VERSION,
    )
    return result
