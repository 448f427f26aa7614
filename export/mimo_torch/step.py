"""One denoiser step as the switches say: caches go in as arguments and come out as results."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional

from mimo_networks.official import OfficialConditions
from mimo_networks.precomputed import Identity, TimeProjections
from mimo_networks.unet import UNet
from mimo_torch.conditions import SwitchedConditions
from mimo_torch.packing import PackedWeights, pack
from mimo_torch.switches import Switches


@dataclass(frozen=True, slots=True)
class StepInputs:
    """What stays the same over the steps of one window.

    `background` [frames, 4, h, w], `pose` [frames, c0, h, w] features, `token` [1, token_width],
    `bank` the reference features [length, channels] of each reader, `timesteps` int64 [steps].
    """

    background: Tensor
    pose: Tensor
    token: Tensor
    bank: Sequence[Tensor]
    timesteps: Tensor


@dataclass(frozen=True, slots=True)
class Caches:
    """What the switches compute once per character or once per denoiser; the rest is empty.

    `condition` [frames, c0, h, w], `time_projections` [steps, sum of channels], `cross`
    [2, sum of channels], `reference` K and V [length, channels] of each reader in turn.
    """

    condition: Tensor | None = None
    time_projections: Tensor | None = None
    cross: Tensor | None = None
    reference: Sequence[Tensor] = ()
    packed: PackedWeights = field(default_factory=dict)


def make_caches(denoiser: UNet, inputs: StepInputs, switches: Switches) -> Caches:
    """Compute what is constant. `channels_last` and `packed_qkv` lay the weights out anew."""
    if switches.channels_last:
        lay_channels_last(denoiser)
    condition = time_projections = cross = None
    reference: Sequence[Tensor] = ()
    if switches.condition_map:
        weight, bias = _scene_half(denoiser, inputs), denoiser.conv_in.bias
        condition = functional.conv2d(inputs.background, weight, bias, padding=1) + inputs.pose
    if switches.time_rows:
        time_projections = TimeProjections(denoiser)(inputs.timesteps)
    if switches.vector_cross or switches.cached_reference:
        cross, *reference = Identity(denoiser)(inputs.token, *inputs.bank)
    packed = pack(denoiser) if switches.packed_qkv else {}
    return Caches(condition, time_projections, cross, reference, packed)


def denoise(
    denoiser: UNet,
    latents: Tensor,
    step: Tensor,
    inputs: StepInputs,
    caches: Caches,
    switches: Switches,
    branches: int = 2,
) -> Tensor:
    """One call: latents [frames, 4, h, w] and step int64 [1] to [branches, frames, 4, h, w].

    Two branches are the unconditional and the conditional one, one is the conditional alone.
    """
    frames = len(latents)
    unconditional_rows = frames * (branches - 1)
    conditions = SwitchedConditions(switches, frames, unconditional_rows, packed=caches.packed)
    if not switches.schedule:
        conditions.official = _official(denoiser, step, inputs, frames, branches)
    fill_conditions(conditions, denoiser, step, caches, branches)
    if caches.condition is not None:
        x = first_maps(denoiser, latents, caches.condition, branches)
    else:
        sample = torch.cat([latents, inputs.background], dim=1)
        x = denoiser.conv_in(torch.cat([sample] * branches)) + torch.cat([inputs.pose] * branches)
    return denoiser.head(denoiser(x, conditions)).unflatten(0, (branches, frames))


def lay_channels_last(net: nn.Module) -> None:
    """Let the weights of convolutions lie as [out, h, w, in], and so their results."""
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            weight = module.weight.detach().contiguous(memory_format=torch.channels_last)
            module.weight = nn.Parameter(weight, requires_grad=False)


def first_maps(denoiser: UNet, latents: Tensor, condition: Tensor, branches: int) -> Tensor:
    """Maps after `conv_in`, the same for every branch: [branches * frames, c0, h, w]."""
    weight = denoiser.conv_in.weight[:, : latents.shape[1]]
    maps = functional.conv2d(latents, weight, padding=1) + condition
    return torch.cat([maps] * branches)


def fill_conditions(
    conditions: SwitchedConditions, denoiser: UNet, step: Tensor, caches: Caches, branches: int
) -> None:
    """Hand the caches to the blocks that read them."""
    resnets, blocks = list(denoiser.resnets()), list(denoiser.readers())
    if caches.time_projections is not None:
        widths = [resnet.time_emb_proj.out_features for resnet in resnets]
        rows = caches.time_projections[step].split(widths, dim=1)
        conditions.time_rows = dict(zip((r.name for r in resnets), rows, strict=True))
    names = [block.name for block in blocks]
    if caches.cross is not None:
        widths = [block.norm1.normalized_shape[0] for block in blocks]
        vectors = caches.cross[-branches:].split(widths, dim=1)
        conditions.cross = dict(zip(names, vectors, strict=True))
    if caches.reference:
        conditions.keys = dict(zip(names, caches.reference[0::2], strict=True))
        conditions.values = dict(zip(names, caches.reference[1::2], strict=True))


def _scene_half(denoiser: UNet, inputs: StepInputs) -> Tensor:
    return denoiser.conv_in.weight[:, -inputs.background.shape[1] :]


def _official(
    denoiser: UNet, step: Tensor, inputs: StepInputs, frames: int, branches: int
) -> OfficialConditions:
    names = (block.name for block in denoiser.readers())
    return OfficialConditions(
        embedding=denoiser.time_embedding(inputs.timesteps[step]),
        tokens=torch.stack([torch.zeros_like(inputs.token), inputs.token])[-branches:],
        frames=frames,
        bank=dict(zip(names, inputs.bank, strict=True)),
        unconditional_rows=frames * (branches - 1),
    )
