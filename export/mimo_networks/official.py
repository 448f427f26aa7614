"""The denoiser and ReferenceNet computed as the official code computes them: slow and obvious.

This is the reference that `precomputed.py` is held against, and what benchmarks call "official".
Everything is done again for every pass: ReferenceNet features are concatenated to the tokens of
all rows, the unconditional rows are computed twice, the CLIP token is attended to by every pixel.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn import functional

from mimo_networks.layers import ResnetBlock
from mimo_networks.motion import TemporalAttention
from mimo_networks.transformer import TransformerBlock, multi_head_attention
from mimo_networks.unet import UNet

Bank = Mapping[str, Tensor]


@dataclass(slots=True)
class OfficialConditions:
    """Conditions of an official pass.

    `embedding` [1, time_width] of the timestep; `tokens` [branches, 1, token_width]; `frames` of
    the window; `bank` the reference features to read by block, [length, channels] each, or None;
    `unconditional_rows` the leading rows that do not see them; `written` collects what this pass's
    own blocks would store.
    """

    embedding: Tensor
    tokens: Tensor
    frames: int
    bank: Bank | None = None
    unconditional_rows: int = 0
    written: dict[str, Tensor] = field(default_factory=dict)

    def time(self, resnet: ResnetBlock) -> Tensor:
        """Project the embedding anew in every resnet."""
        result: Tensor = resnet.time_emb_proj(functional.silu(self.embedding))
        return result

    def self_attention(self, block: TransformerBlock, tokens: Tensor) -> Tensor:
        """All rows with the reference, then the plain rows again without."""
        self.written[block.name] = tokens
        attn = block.attn1
        source = tokens
        if self.bank is not None:
            reference = self.bank[block.name].expand(len(tokens), -1, -1)
            source = torch.cat([tokens, reference], dim=1)
        q, k, v = attn.to_q(tokens), attn.to_k(source), attn.to_v(source)
        mixed = multi_head_attention(q, k, v, attn.heads)
        if self.bank is None or self.unconditional_rows == 0:
            return mixed
        plain = tokens[: self.unconditional_rows]
        q, k, v = attn.to_q(plain), attn.to_k(plain), attn.to_v(plain)
        return torch.cat(
            [multi_head_attention(q, k, v, attn.heads), mixed[self.unconditional_rows :]]
        )

    def cross_attention(self, block: TransformerBlock, tokens: Tensor) -> Tensor:
        """Attention of every pixel to one token."""
        attn = block.attn2
        token = self.tokens.repeat_interleave(self.frames, dim=0)
        q, k, v = attn.to_q(block.norm2(tokens)), attn.to_k(token), attn.to_v(token)
        return attn.project_out(multi_head_attention(q, k, v, attn.heads))

    def temporal_attention(self, attention: TemporalAttention, tokens: Tensor) -> Tensor:
        """A row is a pixel while its frames attend to each other."""
        return attention.mixed_by_pixel(tokens, None, self.frames)


def official_bank(reference_net: UNet, latents: Tensor, tokens: Tensor) -> dict[str, Tensor]:
    """Reference features of every block, [branches, h * w, channels] by block name.

    `latents` [1, 4, h, w] of the character; `tokens` [branches, 1, token_width], of which the
    first branch is zero under guidance. The official code rounds the result to fp16 before use.
    """
    branches = len(tokens)
    start = torch.zeros(1, dtype=torch.int64, device=latents.device)
    embedding = reference_net.time_embedding(start)
    conditions = OfficialConditions(embedding, tokens, frames=1)
    reference_net(reference_net.conv_in(latents.expand(branches, -1, -1, -1)), conditions)
    return conditions.written


def official_denoise(
    denoiser: UNet, sample: Tensor, timestep: Tensor, tokens: Tensor, pose: Tensor, bank: Bank
) -> Tensor:
    """One official denoiser call.

    `sample` [branches, frames, 8, h, w] (latents and background latents), `timestep` int64 [1],
    `tokens` [branches, 1, token_width], `pose` [frames, c0, h, w], `bank` the conditional branch's
    reference features [h * w, channels] by block. Returns the prediction
    [branches, frames, 4, h, w]; with one branch that is the conditional one.
    """
    branches, frames = sample.shape[:2]
    conditions = OfficialConditions(
        embedding=denoiser.time_embedding(timestep),
        tokens=tokens,
        frames=frames,
        bank=bank,
        unconditional_rows=frames * (branches - 1),
    )
    x = denoiser.conv_in(sample.flatten(0, 1)) + pose.repeat(branches, 1, 1, 1)
    return denoiser.head(denoiser(x, conditions)).unflatten(0, (branches, frames))
