"""CLIP, VAE, pose guider and ReferenceNet against the recorded tensors, in torch."""

import pytest
import torch
from torch import Tensor

from mimo_networks.image_encoder import ImageEncoder
from mimo_networks.official import official_bank
from mimo_networks.precomputed import Reference
from mimo_networks.vae import VaeDecoder, VaeEncoder
from mimo_runtime.synthesis.network_inputs import clip_pixels, pose_pixels, vae_pixels
from tests.export.golden_set import GoldenSet, by_frame, largest_difference
from tests.golden import load


def resized(golden: GoldenSet, name: str, of: str) -> Tensor:
    """Pictures of 00 as a network's input, by the runtime's own preprocessing."""
    height_px, width_px = (8 * side for side in golden.latents.shape[-2:])
    pictures = load("00_template", golden.folder)[name]
    prepare = {"vae": vae_pixels, "pose": pose_pixels}[of]
    frames = pictures if pictures.ndim == 4 else pictures[None]
    rows = [torch.from_numpy(prepare(frame, width_px, height_px)) for frame in frames]
    return torch.cat(rows)


def test_image_encoder(golden: GoldenSet) -> None:
    picture = load("00_template", golden.folder)["ref_image_u8"]
    pixels = torch.from_numpy(clip_pixels(picture))
    found = ImageEncoder(golden.checkpoint.image_encoder)(pixels)
    assert largest_difference(found, golden.tensors("02_clip")["image_embeds"]) < 1e-4


def test_image_encoder_sees_the_order_inside_a_patch(compact: GoldenSet) -> None:
    recorded = compact.tensors("02_clip")
    probe = recorded["probe"].repeat_interleave(14, dim=2).repeat_interleave(14, dim=3)
    encoder = ImageEncoder(compact.checkpoint.image_encoder)
    assert largest_difference(encoder(probe), recorded["probe_image_embeds"]) < 1e-4
    ramped = encoder(probe * torch.linspace(-1, 1, 224))
    assert largest_difference(ramped, recorded["probe_ramp_image_embeds"]) < 1e-4


def test_vae_encoder(golden: GoldenSet) -> None:
    recorded = golden.tensors("03_vae")
    vae = golden.checkpoint.vae
    picture = resized(golden, "ref_image_u8", "vae")
    moments = vae.moments(picture)
    assert largest_difference(moments, recorded["enc_moments"]) < 2e-4
    assert largest_difference(VaeEncoder(vae)(picture), recorded["ref_latents"]) < 1e-4


def test_vae_encoder_on_the_background(golden: GoldenSet) -> None:
    frames = resized(golden, "bk_u8", "vae")[: len(golden.background)]
    found = torch.cat([VaeEncoder(golden.checkpoint.vae)(frame[None]) for frame in frames])
    assert largest_difference(found, golden.background) < 1e-4


def test_vae_decoder(golden: GoldenSet) -> None:
    recorded = golden.tensors("03_vae")
    decoder = VaeDecoder(golden.checkpoint.vae)
    found = torch.cat([decoder(latents[None]) for latents in recorded["dec_in_latents"]])
    assert largest_difference(found, (recorded["dec_sample"] / 2 + 0.5).clamp(0, 1)) < 1e-4


def test_pose_guider(golden: GoldenSet) -> None:
    frames = resized(golden, "sdc_u8", "pose")[: len(golden.pose)]
    assert largest_difference(golden.checkpoint.pose_guider(frames), golden.pose) < 1e-4


@pytest.mark.parametrize("half", [0, 1])
def test_reference_features_of_both_halves(golden: GoldenSet, half: int) -> None:
    latents = golden.tensors("03_vae")["ref_latents"]
    found = official_bank(golden.checkpoint.reference_net, latents, golden.tokens)
    assert found.keys() == golden.bank.keys()
    for name, features in golden.bank.items():
        assert largest_difference(found[name][half], features[half]) < 1e-4, name


def test_reference_features_from_one_row(golden: GoldenSet) -> None:
    latents = golden.tensors("03_vae")["ref_latents"]
    found = Reference(golden.checkpoint.reference_net)(latents, golden.tokens[1])
    names = [block.name for block in golden.checkpoint.denoiser.readers()]
    assert sorted(names) == sorted(golden.bank)
    for name, features in zip(names, found, strict=True):
        assert largest_difference(features, golden.bank[name][1]) < 1e-4, name


def test_preprocessing_is_the_recorded_one(large: GoldenSet) -> None:
    recorded = large.tensors("01_preprocess")
    assert torch.equal(resized(large, "ref_image_u8", "vae"), recorded["ref_pixel"])
    poses = resized(large, "sdc_u8", "pose")[:2]
    assert torch.equal(poses, by_frame(recorded["pose_pixel_frames01"]))
