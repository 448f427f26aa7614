"""The denoiser against the recorded tensors: the official walk and the exported one, in torch."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from mimo_networks.config import LATENT_CHANNELS
from mimo_networks.official import official_bank, official_denoise
from mimo_networks.precomputed import DenoiserPass, Identity, TimeProjections
from tests.export.golden_set import GoldenSet, by_frame, largest_difference

FP32_BANK, FP16_BANK = 1e-4, 2e-3


def official(golden: GoldenSet, timestep: int, branches: int, half_precision: bool) -> Tensor:
    sample = torch.cat([golden.latents, golden.background], dim=1).expand(branches, -1, -1, -1, -1)
    return official_denoise(
        golden.checkpoint.denoiser,
        sample,
        torch.tensor([timestep]),
        golden.tokens[-branches:],
        golden.pose,
        golden.told(half_precision),
    )


def exact(golden: GoldenSet, timestep: int, branches: int, frames: int) -> Tensor:
    """The exported walk over a window of `frames`, those beyond the clip filled with noise."""
    denoiser, count = golden.checkpoint.denoiser, len(golden.latents)
    weight, bias = denoiser.conv_in.weight[:, LATENT_CHANNELS:], denoiser.conv_in.bias
    condition = functional.conv2d(golden.background, weight, bias, padding=1) + golden.pose
    noise = torch.Generator().manual_seed(7)
    padded = [
        torch.cat([x, torch.randn(frames - count, *x.shape[1:], generator=noise)])
        for x in (golden.latents, condition)
    ]
    table = TimeProjections(denoiser)(torch.tensor([0, timestep, 999]))
    told = golden.told(half_precision=False)
    bank = [told[block.name] for block in denoiser.readers()]
    cross, *reference = Identity(denoiser)(golden.tokens[1], *bank)
    mask = torch.arange(frames) < count
    walk = DenoiserPass(denoiser, frames, guided=branches == 2)
    found = walk(*padded, table, torch.tensor([1]), mask, cross, *reference)
    assert found.shape[:2] == (branches, frames)
    return found[:, :count]


@pytest.mark.parametrize("timestep", [999, 479, 39])
def test_official_walk_with_guidance(golden: GoldenSet, timestep: int) -> None:
    found = official(golden, timestep, branches=2, half_precision=True)
    assert largest_difference(found, golden.prediction(f"cfg_t{timestep}")) < FP16_BANK


def test_official_walk_with_the_bank_kept(golden: GoldenSet) -> None:
    found = official(golden, 479, branches=2, half_precision=False)
    assert largest_difference(found, golden.prediction("cfg_t479_bank_fp32")) < FP32_BANK


def test_official_walk_without_guidance(golden: GoldenSet) -> None:
    found = official(golden, 479, branches=1, half_precision=True)
    assert largest_difference(found, golden.prediction("nocfg_t479")) < FP16_BANK


def test_rounding_the_bank_can_be_seen(golden: GoldenSet) -> None:
    """Or else the two tests above could not tell one bank from the other."""
    kept = golden.prediction("cfg_t479_bank_fp32")
    assert largest_difference(official(golden, 479, 2, True)[1:], kept[1:]) > FP32_BANK


@pytest.mark.parametrize("padding", [0, 1, 12])
def test_exported_walk_with_guidance(golden: GoldenSet, padding: int) -> None:
    found = exact(golden, 479, branches=2, frames=len(golden.latents) + padding)
    assert largest_difference(found, golden.prediction("cfg_t479_bank_fp32")) < FP32_BANK


@pytest.mark.parametrize("padding", [0, 12])
def test_exported_walk_without_guidance(golden: GoldenSet, padding: int) -> None:
    found = exact(golden, 479, branches=1, frames=len(golden.latents) + padding)
    assert largest_difference(found, golden.prediction("cfg_t479_bank_fp32")[1:]) < FP32_BANK


@pytest.mark.parametrize("geometry", ["div8", "odd"])
def test_official_walk_at_other_sizes(golden: GoldenSet, geometry: str) -> None:
    recorded = golden.tensors("06b_denoising_unet_geometry")
    latents = recorded[f"{geometry}_ref_latents"]
    bank = official_bank(golden.checkpoint.reference_net, latents, golden.tokens)
    found = official_denoise(
        golden.checkpoint.denoiser,
        by_frame(recorded[f"{geometry}_sample"]).expand(2, -1, -1, -1, -1),
        torch.tensor([639]),
        golden.tokens,
        by_frame(recorded[f"{geometry}_pose_fea"]),
        {name: features[1].half().float() for name, features in bank.items()},
    )
    wanted = recorded[f"{geometry}_out"].transpose(1, 2)
    assert largest_difference(found, wanted) < FP16_BANK
