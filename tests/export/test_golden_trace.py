"""Where in the denoiser a difference would begin: the recorded hidden states of one pass."""

import pytest
import torch
from torch import Tensor, nn

from mimo_networks.official import official_denoise
from mimo_networks.precomputed import cross_vector
from tests.export.golden_set import GoldenSet, largest_difference

FRAMES = 4
FIRST_BLOCK = "down_blocks.0.attentions.0.transformer_blocks.0"
NOT_HOOKED = {"out", "time_embedding", "conv_in", f"{FIRST_BLOCK}.in", f"{FIRST_BLOCK}.attn2"}


@pytest.fixture
def traced(golden: GoldenSet) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """What was recorded, and the outputs of the same modules of ours in one official pass."""
    recorded = golden.tensors("07_trace")
    denoiser, seen = golden.checkpoint.denoiser, {}

    def keep(name: str) -> None:
        def hook(module: nn.Module, inputs: object, output: Tensor | list[Tensor]) -> None:
            seen[name] = output[-1] if isinstance(output, list) else output

        handles.append(
            denoiser.get_submodule(name.removesuffix(".out")).register_forward_hook(hook)
        )

    handles: list[torch.utils.hooks.RemovableHandle] = []
    for name in (*(recorded.keys() - NOT_HOOKED), "time_embedding"):
        keep(name)
    frames = torch.cat([golden.latents, golden.background], dim=1)[:FRAMES]
    seen["out"] = official_denoise(
        denoiser,
        frames.expand(2, -1, -1, -1, -1),
        torch.tensor([479]),
        golden.tokens,
        golden.pose[:FRAMES],
        golden.told(half_precision=True),
    ).flatten(0, 1)
    for handle in handles:
        handle.remove()
    return recorded, seen


def as_recorded(found: Tensor, recorded: Tensor) -> Tensor:
    """Our rows of branches and frames as videos or tokens; the compact set has the last frame."""
    branches = found.unflatten(0, (2, FRAMES))
    if recorded.ndim == 5:
        return branches[:, -recorded.shape[2] :].transpose(1, 2)
    return branches[:, -(len(recorded) // 2) :].flatten(0, 1)


def test_every_recorded_state(traced: tuple[dict[str, Tensor], dict[str, Tensor]]) -> None:
    recorded, seen = traced
    compared = recorded.keys() - NOT_HOOKED | {"out"}
    assert len(compared) >= 16
    for name in compared:
        found = as_recorded(seen[name], recorded[name])
        assert largest_difference(found, recorded[name]) < 2e-3, name


def test_time_embedding(traced: tuple[dict[str, Tensor], dict[str, Tensor]]) -> None:
    recorded, seen = traced
    found = seen["time_embedding"].expand(2, -1)
    assert largest_difference(found, recorded["time_embedding"]) < 1e-5


def test_cross_attention_is_one_vector_a_half(golden: GoldenSet) -> None:
    recorded = golden.tensors("07_trace")[f"{FIRST_BLOCK}.attn2"]
    block = golden.checkpoint.denoiser.get_submodule(FIRST_BLOCK)
    vectors = cross_vector(block, golden.tokens[:, 0])
    rows = vectors.repeat_interleave(len(recorded) // 2, dim=0)[:, None].expand_as(recorded)
    assert largest_difference(rows, recorded) < 1e-5
