"""A bundle of another layout, run by ONNX Runtime, equals the official walk in torch."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from mimo_networks.checkpoint import Checkpoint, load_checkpoint
from mimo_networks.official import official_bank, official_denoise
from mimo_networks.random_checkpoint import write_random_checkpoint
from mimo_networks.vae import VaeDecoder, VaeEncoder
from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.engines.onnxruntime_backend import OrtBackend
from tests.export.golden_set import largest_difference

TIMESTEP = 321
Case = tuple[Checkpoint, EngineSet]


@pytest.fixture(scope="module")
def other_case(other: Checkpoint, other_bundle: Path) -> Case:
    return other, EngineSet(OrtBackend(Bundle.open(other_bundle), threads=1))


@pytest.fixture(scope="module")
def shipped_case(small_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """What ships, beside the checkpoint that `mimo_export.small_model` makes it from."""
    folder = tmp_path_factory.mktemp("shipped") / "weights"
    write_random_checkpoint(folder)
    return load_checkpoint(folder), EngineSet(OrtBackend(Bundle.open(small_bundle), threads=1))


@pytest.fixture(params=["other_case", "shipped_case"])
def case(request: pytest.FixtureRequest) -> Case:
    return request.getfixturevalue(request.param)


def random_like(engines: EngineSet, component: str, name: str, seed: int = 0) -> Tensor:
    shape = engines.bundle.tensor(component, name).shape
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def run(engines: EngineSet, component: str, output: str, **inputs: Tensor) -> Tensor:
    bound = engines.bind(component)
    for name, value in inputs.items():
        bound.buffers[name][...] = value.numpy()
    bound.run()
    return torch.from_numpy(bound.buffers[output].copy())


def test_image_encoder(case: Case) -> None:
    checkpoint, engines = case
    pixels = random_like(engines, "image_encoder", "pixels")
    wanted = checkpoint.image_encoder(pixel_values=pixels).image_embeds
    found = run(engines, "image_encoder", "token", pixels=pixels)
    assert largest_difference(found, wanted) < 1e-4


def test_vae(case: Case) -> None:
    checkpoint, engines = case
    pixels = random_like(engines, "vae_encoder", "pixels").clamp(-1, 1)
    wanted = VaeEncoder(checkpoint.vae)(pixels)
    assert largest_difference(run(engines, "vae_encoder", "latents", pixels=pixels), wanted) < 1e-4
    latents = random_like(engines, "vae_decoder", "latents")
    picture = VaeDecoder(checkpoint.vae)(latents)
    found = run(engines, "vae_decoder", "picture", latents=latents)
    assert largest_difference(found, picture) < 1e-4


def identity(engines: EngineSet, latents: Tensor, token: Tensor) -> dict[str, np.ndarray]:
    reference, projected = engines.bind("reference"), engines.bind("identity")
    reference.buffers["latents"][...] = latents.numpy()
    reference.buffers["token"][...] = projected.buffers["token"][...] = token.numpy()
    reference.run()
    for spec in engines.get("reference").component.outputs:
        projected.buffers[spec.name][...] = reference.buffers[spec.name]
    projected.run()
    names = [spec.name for spec in engines.get("identity").component.outputs]
    return {name: projected.buffers[name] for name in names}


@pytest.mark.parametrize("missing", [0, 3])
@pytest.mark.parametrize("guided", [True, False])
def test_denoiser(case: Case, guided: bool, missing: int) -> None:
    checkpoint, engines = case
    component, branches = ("denoiser", 2) if guided else ("denoiser_unguided", 1)
    frames = engines.bundle.manifest.frames
    count = frames - missing
    latents = random_like(engines, component, "latents", seed=1)
    background = random_like(engines, component, "latents", seed=2)
    pose = random_like(engines, "condition", "pose").expand(frames, -1, -1, -1)
    pose = pose * torch.linspace(0.1, 1, frames)[:, None, None, None]
    character = random_like(engines, "reference", "latents", seed=3)
    token = random_like(engines, "reference", "token", seed=4)

    tokens = torch.stack([torch.zeros_like(token), token])[-branches:]
    bank = official_bank(checkpoint.reference_net, character, tokens)
    wanted = official_denoise(
        checkpoint.denoiser,
        torch.cat([latents, background], dim=1)[:count].expand(branches, -1, -1, -1, -1),
        torch.tensor([TIMESTEP]),
        tokens,
        checkpoint.pose_guider(pose[:count]),
        {name: features[-1] for name, features in bank.items()},
    )

    maps = [
        run(engines, "condition", "condition", pose=p[None], background=b[None])[0]
        for p, b in zip(pose, background, strict=True)
    ]
    table = run(
        engines, "time_embedding", "time_projections", timesteps=torch.arange(64) + TIMESTEP - 9
    )
    held = {name: torch.from_numpy(x) for name, x in identity(engines, character, token).items()}
    found = run(
        engines,
        component,
        "prediction",
        latents=latents,
        condition=torch.stack(maps),
        time_projections=table,
        step=torch.tensor([9]),
        frame_mask=torch.arange(frames) < count,
        **held,
    )
    assert largest_difference(found[:, :count], wanted) < 1e-4
