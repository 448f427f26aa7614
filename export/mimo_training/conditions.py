"""The conditions of a pass over several characters at once, as training needs them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn import functional

from mimo_networks.layers import ResnetBlock
from mimo_networks.motion import TemporalAttention
from mimo_networks.transformer import TransformerBlock, multi_head_attention


@dataclass(slots=True)
class TrainingConditions:
    """Rows are `frames` frames of each of B characters, all conditional.

    `embedding` [B, time_width]; `tokens` [B, token_width]; `bank` the reference features to read
    by block, [B, length, channels] each, or None; `written` collects what this pass's own blocks
    store. The numbers are those of `official.py` without guidance.
    """

    embedding: Tensor
    tokens: Tensor
    frames: int
    bank: Mapping[str, Tensor] | None = None
    written: dict[str, Tensor] = field(default_factory=dict)

    def time(self, resnet: ResnetBlock) -> Tensor:
        """Each character's own timestep."""
        projected: Tensor = resnet.time_emb_proj(functional.silu(self.embedding))
        return projected.repeat_interleave(self.frames, dim=0)

    def self_attention(self, block: TransformerBlock, tokens: Tensor) -> Tensor:
        """With the reference, if there is one."""
        self.written[block.name] = tokens
        attn, source = block.attn1, tokens
        if self.bank is not None:
            reference = self.bank[block.name].repeat_interleave(self.frames, dim=0)
            source = torch.cat([tokens, reference], dim=1)
        return multi_head_attention(
            attn.to_q(tokens), attn.to_k(source), attn.to_v(source), attn.heads
        )

    def cross_attention(self, block: TransformerBlock, tokens: Tensor) -> Tensor:  # noqa: ARG002
        """One token: its value, whatever asks."""
        vector = block.attn2.project_out(block.attn2.to_v(self.tokens))
        return vector.repeat_interleave(self.frames, dim=0)[:, None]

    def temporal_attention(self, attention: TemporalAttention, tokens: Tensor) -> Tensor:
        """Over the frames of each character."""
        return attention.mixed(tokens, None, self.frames)
