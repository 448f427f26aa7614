"""Every component, run by ONNX Runtime and by torch, against the recorded tensors."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.engine import BoundPass
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.engines.onnxruntime_backend import OrtBackend
from mimo_runtime.synthesis.network_inputs import clip_pixels, pose_pixels, vae_pixels
from mimo_torch.backend import open_torch
from tests.golden import GOLDEN, LARGE, load

Floats = NDArray[np.float32]
FP32_BANK, FP16_BANK = 1e-4, 2e-3


@dataclass
class Exported:
    """A golden set and the engines of its bundle."""

    folder: Path
    engines: EngineSet

    def recorded(self, name: str) -> dict[str, NDArray[Any]]:
        return load(name, self.folder)

    def run(self, component: str, **inputs: NDArray[Any]) -> BoundPass:
        bound = self.engines.bind(component)
        for name, value in inputs.items():
            bound.buffers[name][...] = value
        bound.run()
        return bound

    @property
    def size_px(self) -> tuple[int, int]:
        manifest = self.engines.bundle.manifest
        return manifest.width_px, manifest.height_px


SUBJECTS = [("compact", "onnxruntime"), ("large", "onnxruntime"), ("compact", "torch")]


@pytest.fixture(scope="module", params=SUBJECTS, ids="-".join)
def exported(request: pytest.FixtureRequest) -> Exported:
    size, engine = request.param
    bundle = Bundle.open(request.getfixturevalue(f"{size}_bundle"))
    folder = GOLDEN if LARGE is None or size == "compact" else LARGE
    backend = open_torch(bundle, "cpu") if engine == "torch" else OrtBackend(bundle, threads=1)
    return Exported(folder, EngineSet(backend))


def off(found: NDArray[Any], wanted: NDArray[Any]) -> float:
    assert found.shape == wanted.shape
    return float(np.abs(np.asarray(found) - wanted).max())


def by_frame(video: NDArray[Any]) -> NDArray[Any]:
    return video[0].swapaxes(0, 1)


def test_image_encoder(exported: Exported) -> None:
    picture = exported.recorded("00_template")["ref_image_u8"]
    bound = exported.run("image_encoder", pixels=clip_pixels(picture))
    assert off(bound.buffers["token"], exported.recorded("02_clip")["image_embeds"]) < 1e-4


def test_vae_encoder(exported: Exported) -> None:
    pictures, recorded = exported.recorded("00_template"), exported.recorded("03_vae")
    wanted = [recorded["ref_latents"], *by_frame(recorded["bk_latents"])[:, None]]
    frames = [pictures["ref_image_u8"], *pictures["bk_u8"]]
    for frame, latents in zip(frames, wanted, strict=False):
        bound = exported.run("vae_encoder", pixels=vae_pixels(frame, *exported.size_px))
        assert off(bound.buffers["latents"], latents) < 1e-4


def test_vae_decoder(exported: Exported) -> None:
    recorded = exported.recorded("03_vae")
    for latents, sample in zip(recorded["dec_in_latents"], recorded["dec_sample"], strict=True):
        bound = exported.run("vae_decoder", latents=latents[None])
        assert off(np.asarray(bound.buffers["picture"])[0], np.clip(sample / 2 + 0.5, 0, 1)) < 1e-4


def test_reference_features(exported: Exported) -> None:
    recorded = exported.recorded("05_reference_unet")
    bound = exported.run(
        "reference",
        latents=exported.recorded("03_vae")["ref_latents"],
        token=recorded["encoder_hidden_states"][1],
    )
    names = [name for name in recorded if name.startswith("bank.")]
    assert len(names) == len(exported.engines.bundle.manifest.readers)
    for name in names:
        assert off(bound.buffers[name], recorded[name][1]) < 1e-4, name


def conditions(exported: Exported) -> Floats:
    """Condition maps [frames, c0, h, w] of the recorded frames."""
    background = by_frame(exported.recorded("03_vae")["bk_latents"])
    poses = exported.recorded("00_template")["sdc_u8"]
    maps = []
    for frame, latents in enumerate(background):
        pose = pose_pixels(poses[frame], *exported.size_px)
        bound = exported.run("condition", pose=pose, background=latents[None])
        maps.append(np.array(bound.buffers["condition"])[0])
    return np.stack(maps)


def test_pose_features_reach_the_condition(exported: Exported) -> None:
    """The condition is linear in the background, so two of them leave the pose features."""
    zeros = np.zeros(1, np.float32)
    poses = exported.recorded("00_template")["sdc_u8"]
    recorded = by_frame(exported.recorded("04_pose_guider")["pose_fea"])
    shown = [pose_pixels(poses[frame], *exported.size_px) for frame in (0, 3)]
    first, fourth = (
        np.array(exported.run("condition", pose=pose, background=zeros).buffers["condition"])
        for pose in shown
    )
    assert off((fourth - first)[0], recorded[3] - recorded[0]) < 1e-4


def denoised(exported: Exported, component: str, timestep: int, bank: type) -> Floats:
    """One pass over the recorded clip, padded with noise to the bundle's window."""
    recorded = exported.recorded("05_reference_unet")
    rows = {n: x[1].astype(bank) for n, x in recorded.items() if n.startswith("bank.")}
    identity = exported.run("identity", token=recorded["encoder_hidden_states"][1], **rows)
    latents = by_frame(exported.recorded("06_denoising_unet")["latents"])
    count, frames = len(latents), exported.engines.bundle.manifest.frames
    time = exported.run("time_embedding", timesteps=np.arange(64) * 3 + timestep - 6)
    bound = exported.engines.bind(component)
    draw = np.random.default_rng(3)
    for name, values in (("latents", latents), ("condition", conditions(exported))):
        bound.buffers[name][...] = draw.normal(size=bound.buffers[name].shape)
        bound.buffers[name][:count] = values
    bound.buffers["frame_mask"][...] = np.arange(frames) < count
    bound.buffers["time_projections"][...] = time.buffers["time_projections"]
    bound.buffers["step"][0] = 2
    for name in bound.buffers.keys() & identity.buffers.keys():
        bound.buffers[name][...] = identity.buffers[name]
    bound.run()
    return np.asarray(bound.buffers["prediction"])[:, :count].swapaxes(1, 2)


def test_denoiser_with_the_bank_kept(exported: Exported) -> None:
    found = denoised(exported, "denoiser", 479, np.float32)
    assert off(found, exported.recorded("06_denoising_unet")["cfg_t479_bank_fp32"]) < FP32_BANK


@pytest.mark.parametrize("timestep", [999, 479, 39])
def test_denoiser_with_the_bank_rounded(exported: Exported, timestep: int) -> None:
    found = denoised(exported, "denoiser", timestep, np.float16)
    assert off(found, exported.recorded("06_denoising_unet")[f"cfg_t{timestep}"]) < FP16_BANK


def test_denoiser_without_guidance(exported: Exported) -> None:
    wanted = exported.recorded("06_denoising_unet")
    found = denoised(exported, "denoiser_unguided", 479, np.float32)
    assert off(found, wanted["cfg_t479_bank_fp32"][1:]) < FP32_BANK
    rounded = denoised(exported, "denoiser_unguided", 479, np.float16)
    assert off(rounded, wanted["nocfg_t479"]) < FP16_BANK
