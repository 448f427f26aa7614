"""What the blocks of a denoiser are told, computed as the switches say."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn import functional

from mimo_networks.layers import ResnetBlock
from mimo_networks.motion import TemporalAttention
from mimo_networks.official import OfficialConditions
from mimo_networks.operators import reference_attention, temporal_attention
from mimo_networks.transformer import Attention, TransformerBlock, multi_head_attention
from mimo_torch.packing import PackedWeights
from mimo_torch.switches import Switches

Tensors = Mapping[str, Tensor]


@dataclass(slots=True)
class SwitchedConditions:
    """Conditions of one pass; what a switch makes needless stays empty.

    `official` computes what no switch covers. `time_rows` [1, channels] by resnet; `keys`,
    `values` [reference length, channels] and `cross` [branches, channels] by block; `packed` by
    attention; `frame_mask` bool [frames], None where all frames are real.
    """

    switches: Switches
    frames: int
    unconditional_rows: int
    frame_mask: Tensor | None = None
    official: OfficialConditions | None = None
    time_rows: Tensors = field(default_factory=dict)
    keys: Tensors = field(default_factory=dict)
    values: Tensors = field(default_factory=dict)
    cross: Tensors = field(default_factory=dict)
    packed: PackedWeights = field(default_factory=dict)

    def time(self, resnet: ResnetBlock) -> Tensor:
        """A row of the table, or the projection of the timestep."""
        if self.switches.time_rows:
            return self.time_rows[resnet.name]
        return self._official.time(resnet)

    def self_attention(self, block: TransformerBlock, tokens: Tensor) -> Tensor:
        """Own tokens and, for the conditional rows, the reference."""
        if not self.switches.unconditional_once:
            return self._official.self_attention(block, tokens)
        if not self.switches.cached_reference:
            return self._plain_once(block, tokens)
        attn = block.attn1
        q, k, v = self._projected(attn, tokens)
        k_ref, v_ref = self.keys[block.name], self.values[block.name]
        if self.switches.reference_kernel and q.is_cuda:
            from mimo_kernels.reference_attention.torch_op import reference_attention as kernel

            return kernel(q, k, v, k_ref, v_ref, attn.heads, self.unconditional_rows)
        return reference_attention(q, k, v, k_ref, v_ref, attn.heads, self.unconditional_rows)

    def cross_attention(self, block: TransformerBlock, tokens: Tensor) -> Tensor:
        """One vector for all pixels and frames of a half, or attention to one token."""
        if not self.switches.vector_cross:
            return self._official.cross_attention(block, tokens)
        vectors = self.cross[block.name]
        return vectors.repeat_interleave(len(tokens) // len(vectors), dim=0)[:, None]

    def temporal_attention(self, attention: TemporalAttention, tokens: Tensor) -> Tensor:
        """Over the frames at each pixel."""
        if not (self.switches.temporal_kernel or self.switches.packed_qkv):
            return attention.mixed_by_pixel(tokens, self.frame_mask, self.frames)
        if self.switches.folded_positions:
            return self._folded(attention, tokens)
        q, k, v = self._projected(attention, attention.placed(tokens, self.frames))
        return self._over_frames(q, k, v, attention.heads, None)

    @property
    def _official(self) -> OfficialConditions:
        assert self.official is not None  # the pass makes it unless every switch covers for it
        return self.official

    def _projected(self, attention: Attention, tokens: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        if self.switches.packed_qkv:
            q, k, v = functional.linear(tokens, self.packed[attention].weight).chunk(3, dim=-1)
            return q, k, v
        return attention.to_q(tokens), attention.to_k(tokens), attention.to_v(tokens)

    def _plain_once(self, block: TransformerBlock, tokens: Tensor) -> Tensor:
        """The reference concatenated and projected with the tokens of the rows that see it."""
        attn, count = block.attn1, self.unconditional_rows
        told = tokens[count:]
        bank = self._official.bank
        assert bank is not None  # a denoiser pass has a reference
        reference = bank[block.name].expand(len(told), -1, -1)
        source = torch.cat([told, reference], dim=1)
        seeing = multi_head_attention(
            attn.to_q(told), attn.to_k(source), attn.to_v(source), attn.heads
        )
        plain = tokens[:count]
        q, k, v = attn.to_q(plain), attn.to_k(plain), attn.to_v(plain)
        return torch.cat([multi_head_attention(q, k, v, attn.heads), seeing])

    def _folded(self, attention: TemporalAttention, tokens: Tensor) -> Tensor:
        q, k, v = self._projected(attention, tokens)
        table = self.packed[attention].positions
        assert table is not None  # packing makes one for every temporal attention
        q_table, k_table, v_table = table[: self.frames].chunk(3, dim=-1)
        return self._over_frames(q, k, v, attention.heads, (q_table, k_table, v_table))

    def _over_frames(
        self,
        q: Tensor,
        k: Tensor,
        v: Tensor,
        heads: int,
        positions: tuple[Tensor, Tensor, Tensor] | None,
    ) -> Tensor:
        if self.switches.temporal_kernel and q.is_cuda:
            from mimo_kernels.temporal_attention.torch_op import temporal_attention as kernel

            mask = self.frame_mask
            if mask is None:
                mask = torch.ones(self.frames, dtype=torch.bool, device=q.device)
            return kernel(q, k, v, mask, heads, self.frames, positions)
        if positions is not None:
            q, k, v = (
                (x.unflatten(0, (-1, self.frames)) + table[:, None]).flatten(0, 1)
                for x, table in zip((q, k, v), positions, strict=True)
            )
        return temporal_attention(q, k, v, self.frame_mask, heads, self.frames)
