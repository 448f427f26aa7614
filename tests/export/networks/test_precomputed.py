"""The exported walk equals the official one, for layouts that no golden set has.

In fp64, where the two differ by less than 1e-6 only if they are the same function: in fp32 the
smallest maps, whose norms see one or two elements, leave nothing but rounding.
"""

from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor

from mimo_networks.checkpoint import Checkpoint, load_checkpoint
from mimo_networks.official import official_bank, official_denoise
from mimo_networks.precomputed import Condition, DenoiserPass, Identity, Reference, TimeProjections
from mimo_networks.random_checkpoint import Sizes, write_random_checkpoint
from tests.bundles import OTHER_LAYOUT
from tests.export.golden_set import largest_difference

TIMESTEP = 639
LAYOUTS: dict[str, dict[str, Any]] = {
    "other": OTHER_LAYOUT | {"layers": 2},
    "one layer, 16 frames": {"table_frames": 16, "heads": 1, "motion_heads": 8, "token_width": 8},
    "two layers, 32 frames": {
        "channels": (64, 32, 32, 64),
        "layers": 2,
        "heads": (8, 4, 2, 16),
        "groups": 32,
        "motion_heads": 4,
        "table_frames": 32,
    },
}


@dataclass
class Inputs:
    """What a request brings, at one latent size."""

    latents: Tensor
    background: Tensor
    pose: Tensor
    reference: Tensor
    token: Tensor


@pytest.fixture(scope="module", params=LAYOUTS.values(), ids=LAYOUTS.keys())
def checkpoint(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Checkpoint:
    folder = tmp_path_factory.mktemp("random") / "weights"
    write_random_checkpoint(folder, Sizes(**request.param), seed=3)
    loaded = load_checkpoint(folder)
    for net in (loaded.denoiser, loaded.reference_net, loaded.pose_guider):
        net.double()
    return loaded


def random_inputs(checkpoint: Checkpoint, frames: int, latent: tuple[int, int]) -> Inputs:
    draw = torch.Generator().manual_seed(11)
    picture = tuple(8 * side for side in latent)
    return Inputs(
        latents=torch.randn(frames, 4, *latent, generator=draw, dtype=torch.float64),
        background=torch.randn(frames, 4, *latent, generator=draw, dtype=torch.float64),
        pose=torch.rand(frames, 3, *picture, generator=draw, dtype=torch.float64),
        reference=torch.randn(1, 4, *latent, generator=draw, dtype=torch.float64),
        token=torch.randn(
            1, checkpoint.denoiser.config.token_width, generator=draw, dtype=torch.float64
        ),
    )


def official(checkpoint: Checkpoint, inputs: Inputs, branches: int) -> Tensor:
    tokens = torch.stack([torch.zeros_like(inputs.token), inputs.token])[-branches:]
    bank = official_bank(checkpoint.reference_net, inputs.reference, tokens)
    sample = torch.cat([inputs.latents, inputs.background], dim=1)
    return official_denoise(
        checkpoint.denoiser,
        sample.expand(branches, -1, -1, -1, -1),
        torch.tensor([TIMESTEP]),
        tokens,
        checkpoint.pose_guider(inputs.pose),
        {name: features[-1] for name, features in bank.items()},
    )


def exact(checkpoint: Checkpoint, inputs: Inputs, branches: int, frames: int) -> Tensor:
    denoiser, count = checkpoint.denoiser, len(inputs.latents)
    condition = Condition(denoiser, checkpoint.pose_guider)(inputs.pose, inputs.background)
    filler = torch.full((frames - count, *inputs.latents.shape[1:]), 3.0, dtype=torch.float64)
    padded = torch.cat([inputs.latents, filler])
    conditions = torch.cat([condition, condition[:1].expand(frames - count, -1, -1, -1)])
    bank = Reference(checkpoint.reference_net)(inputs.reference, inputs.token)
    cross, *reference = Identity(denoiser)(inputs.token, *bank)
    table = TimeProjections(denoiser)(torch.tensor([999, TIMESTEP]))
    mask = torch.arange(frames) < count
    walk = DenoiserPass(denoiser, frames, guided=branches == 2)
    found = walk(padded, conditions, table, torch.tensor([1]), mask, cross, *reference)
    return found[:, :count]


@pytest.mark.parametrize("latent", [(9, 11), (8, 16), (2, 3)], ids=str)
@pytest.mark.parametrize("branches", [1, 2])
def test_full_window(checkpoint: Checkpoint, branches: int, latent: tuple[int, int]) -> None:
    inputs = random_inputs(checkpoint, 5, latent)
    found = exact(checkpoint, inputs, branches, frames=5)
    assert largest_difference(found, official(checkpoint, inputs, branches)) < 1e-6


@pytest.mark.parametrize("branches", [1, 2])
@pytest.mark.parametrize("frames", [1, 3])
def test_padded_window_up_to_the_whole_table(
    checkpoint: Checkpoint, frames: int, branches: int
) -> None:
    inputs = random_inputs(checkpoint, frames, (5, 7))
    found = exact(checkpoint, inputs, branches, checkpoint.motion.table_frames)
    assert largest_difference(found, official(checkpoint, inputs, branches)) < 1e-6


def test_window_as_long_as_the_table(checkpoint: Checkpoint) -> None:
    frames = checkpoint.motion.table_frames
    inputs = random_inputs(checkpoint, frames, (3, 2))
    found = exact(checkpoint, inputs, branches=2, frames=frames)
    assert largest_difference(found, official(checkpoint, inputs, branches=2)) < 1e-6


def test_a_window_of_one_frame(checkpoint: Checkpoint) -> None:
    inputs = random_inputs(checkpoint, 1, (4, 6))
    found = exact(checkpoint, inputs, branches=2, frames=1)
    assert largest_difference(found, official(checkpoint, inputs, branches=2)) < 1e-6


def test_padding_shows_without_the_mask(checkpoint: Checkpoint) -> None:
    """What the tests above would miss if padding changed nothing anyway."""
    inputs = random_inputs(checkpoint, 3, (5, 7))
    longer = random_inputs(checkpoint, 5, (5, 7))
    longer.latents[:3], longer.background[:3] = inputs.latents, inputs.background
    longer.pose[:3] = inputs.pose
    longer.reference, longer.token = inputs.reference, inputs.token
    unmasked = exact(checkpoint, longer, branches=2, frames=5)[:, :3]
    assert largest_difference(unmasked, official(checkpoint, inputs, branches=2)) > 1e-2
