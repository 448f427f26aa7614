"""The same networks with everything constant taken out of the pass: what is exported.

Equal to `official.py` up to the order of summation; what each rewrite changes:

- exact: the unconditional rows never see the reference, so they are computed once, without it;
- exact: K and V of the reference are constants of the character, projected once (`identity`);
- exact: attention to one token is that token's value, so cross-attention adds a constant vector;
- rounding: `conv_in` is linear, so what it makes of the background, its bias and the pose are one
  map per frame (`condition`);
- exact: every resnet's time projection is a row of a table (`time_embedding`), chosen by step;
- exact: short windows are padded and the padding frames masked out of temporal attention.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from mimo_networks.layers import ResnetBlock
from mimo_networks.motion import TemporalAttention
from mimo_networks.operators import reference_attention
from mimo_networks.pose import PoseGuider
from mimo_networks.transformer import TransformerBlock
from mimo_networks.unet import UNet


@dataclass(slots=True)
class ReadyConditions:
    """Conditions of a pass, all made before it.

    `time_rows` [1, channels] by resnet; `keys`, `values` [reference_length, channels] and
    `cross` [branches, channels] by block; `frame_mask` bool [frames].
    """

    time_rows: dict[str, Tensor]
    keys: dict[str, Tensor]
    values: dict[str, Tensor]
    cross: dict[str, Tensor]
    frames: int
    unconditional_rows: int
    frame_mask: Tensor | None

    def time(self, resnet: ResnetBlock) -> Tensor:
        """A row of the table."""
        return self.time_rows[resnet.name]

    def self_attention(self, block: TransformerBlock, tokens: Tensor) -> Tensor:
        """Own tokens and, for the conditional rows, the cached reference."""
        attn = block.attn1
        q, k, v = attn.to_q(tokens), attn.to_k(tokens), attn.to_v(tokens)
        k_ref, v_ref = self.keys[block.name], self.values[block.name]
        return reference_attention(q, k, v, k_ref, v_ref, attn.heads, self.unconditional_rows)

    def cross_attention(self, block: TransformerBlock, tokens: Tensor) -> Tensor:
        """One vector for all pixels and frames of a branch."""
        vectors = self.cross[block.name]
        return vectors.repeat_interleave(len(tokens) // len(vectors), dim=0)[:, None]

    def temporal_attention(self, attention: TemporalAttention, tokens: Tensor) -> Tensor:
        """Padding frames are masked out."""
        return attention.mixed(tokens, self.frame_mask, self.frames)


@dataclass(slots=True)
class WritingConditions:
    """Conditions of the ReferenceNet with batch 1: what each block would store is collected."""

    embedding: Tensor
    token: Tensor
    bank: dict[str, Tensor]

    def time(self, resnet: ResnetBlock) -> Tensor:
        """A constant, as the timestep is always 0."""
        result: Tensor = resnet.time_emb_proj(functional.silu(self.embedding))
        return result

    def self_attention(self, block: TransformerBlock, tokens: Tensor) -> Tensor:
        """Plain self-attention: all rows are told nothing."""
        self.bank[block.name] = tokens[0]
        attn = block.attn1
        q, k, v = attn.to_q(tokens), attn.to_k(tokens), attn.to_v(tokens)
        return reference_attention(q, k, v, k[0, :0], v[0, :0], attn.heads, len(tokens))

    def cross_attention(self, block: TransformerBlock, tokens: Tensor) -> Tensor:  # noqa: ARG002
        """The token's value, for all pixels."""
        return cross_vector(block, self.token)[:, None]

    def temporal_attention(self, attention: TemporalAttention, tokens: Tensor) -> Tensor:
        """Over one frame; the official ReferenceNet has no motion modules."""
        return attention.mixed(tokens, None, frames=1)


def cross_vector(block: TransformerBlock, token: Tensor) -> Tensor:
    """Cross-attention to one token [n, token_width]: [n, channels] for every query."""
    return block.attn2.project_out(block.attn2.to_v(token))


class Reference(nn.Module):
    """ReferenceNet: the character's latents and token to one feature map per reader."""

    def __init__(self, net: UNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, latents: Tensor, token: Tensor) -> tuple[Tensor, ...]:
        """[1, 4, h, w] and [1, token_width] to [h * w, channels] per reader."""
        start = torch.zeros(1, dtype=torch.int64, device=latents.device)
        embedding = self.net.time_embedding(start)
        conditions = WritingConditions(embedding, token, {})
        self.net(self.net.conv_in(latents), conditions)
        return tuple(conditions.bank[block.name] for block in self.net.readers())


class Identity(nn.Module):
    """Reference features and token to what the denoiser reads: K, V and cross vectors."""

    def __init__(self, denoiser: UNet) -> None:
        super().__init__()
        self.blocks = list(denoiser.readers())
        self.readers = nn.ModuleList(self.blocks)

    def forward(self, token: Tensor, *bank: Tensor) -> tuple[Tensor, ...]:
        """[1, token_width] and [length, channels] per reader.

        Returns cross vectors [2, sum of channels] (row 0 for the zero token of the unconditional
        branch), then K and V [length, channels] of each reader in turn.
        """
        tokens = torch.cat([torch.zeros_like(token), token])
        cross = torch.cat([cross_vector(block, tokens) for block in self.blocks], dim=1)
        pairs = zip(self.blocks, bank, strict=True)
        projected = [(block.attn1.to_k(x), block.attn1.to_v(x)) for block, x in pairs]
        return (cross, *(x for pair in projected for x in pair))


class Condition(nn.Module):
    """What is added to `conv_in` of the latents: background half, bias and pose of a frame."""

    def __init__(self, denoiser: UNet, pose_guider: PoseGuider) -> None:
        super().__init__()
        self.conv_in = denoiser.conv_in
        self.pose_guider = pose_guider

    def forward(self, pose: Tensor, background: Tensor) -> Tensor:
        """[n, 3, H, W] in [0, 1] and latents [n, 4, h, w] to [n, c0, h, w]."""
        weight = self.conv_in.weight[:, background.shape[1] :]
        scene = functional.conv2d(background, weight, self.conv_in.bias, padding=1)
        result: Tensor = scene + self.pose_guider(pose)
        return result


class TimeProjections(nn.Module):
    """Every resnet's time projection for a list of timesteps."""

    def __init__(self, denoiser: UNet) -> None:
        super().__init__()
        self.time_embedding = denoiser.time_embedding
        self.projections = nn.ModuleList(r.time_emb_proj for r in denoiser.resnets())

    def forward(self, timesteps: Tensor) -> Tensor:
        """int64 [steps] to [steps, sum of channels]."""
        embedding = functional.silu(self.time_embedding(timesteps))
        return torch.cat([project(embedding) for project in self.projections], dim=1)


class DenoiserPass(nn.Module):
    """One pass over a window: latents to the prediction of each branch.

    With `guided` there are two branches, the unconditional one first; otherwise the conditional
    one alone.
    """

    def __init__(self, denoiser: UNet, frames: int, guided: bool) -> None:
        super().__init__()
        self.denoiser = denoiser
        self.frames = frames
        self.branches = 2 if guided else 1

    def forward(
        self,
        latents: Tensor,
        condition: Tensor,
        time_projections: Tensor,
        step: Tensor,
        frame_mask: Tensor,
        cross: Tensor,
        *reference: Tensor,
    ) -> Tensor:
        """Predict v.

        `latents` [frames, 4, h, w], `condition` [frames, c0, h, w], `time_projections`
        [steps, sum of channels], `step` int64 [1], `frame_mask` bool [frames], `cross`
        [2, sum of channels], then K and V of each reader. Returns [branches, frames, 4, h, w].
        """
        weight = self.denoiser.conv_in.weight[:, : latents.shape[1]]
        x = functional.conv2d(latents, weight, padding=1) + condition
        conditions = self._conditions(time_projections[step], frame_mask, cross, reference)
        x = self.denoiser(x.repeat(self.branches, 1, 1, 1), conditions)
        return self.denoiser.head(x).unflatten(0, (self.branches, self.frames))

    def _conditions(
        self, row: Tensor, frame_mask: Tensor, cross: Tensor, reference: tuple[Tensor, ...]
    ) -> ReadyConditions:
        resnets, blocks = list(self.denoiser.resnets()), list(self.denoiser.readers())
        rows = row.split([r.time_emb_proj.out_features for r in resnets], dim=1)
        vectors = cross[-self.branches :].split(
            [b.norm1.normalized_shape[0] for b in blocks], dim=1
        )
        names = [block.name for block in blocks]
        return ReadyConditions(
            time_rows=dict(zip((r.name for r in resnets), rows, strict=True)),
            keys=dict(zip(names, reference[0::2], strict=True)),
            values=dict(zip(names, reference[1::2], strict=True)),
            cross=dict(zip(names, vectors, strict=True)),
            frames=self.frames,
            unconditional_rows=self.frames * (self.branches - 1),
            frame_mask=frame_mask,
        )
