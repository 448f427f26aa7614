"""The denoise loop against the recorded trajectories of the official pipeline."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.engines.onnxruntime_backend import OrtBackend
from mimo_runtime.planning.rules import OFFICIAL
from mimo_runtime.planning.solver import SolverConfig, ddim_table
from mimo_runtime.planning.windows import closed_windows
from mimo_runtime.synthesis.composition import picture_to_uint8
from mimo_runtime.synthesis.conditions import ConditionMaker
from mimo_runtime.synthesis.identity import identity_from_character
from mimo_runtime.synthesis.noise import normal_noise
from mimo_runtime.wire.settings import Mode, Settings
from tests.golden import GOLDEN, LARGE, load
from tests.runtime.synthesis.denoisers import Denoiser, whole_clip_denoiser

Floats = NDArray[np.float32]
YARDSTICK = {
    "single": "single: bank fp32 vs {}, rel err of latents per step",
    "long": "long: bank fp32 vs stored, rel err per step",
}
SUGGESTED = 1e-3


@dataclass
class Recorded:
    """What the official pipeline was given and made, and our engines for it."""

    folder: Path
    engines: EngineSet
    parameters: dict[str, Any]
    arrays: dict[str, NDArray[Any]]
    yardsticks: dict[str, Any]
    other_yardstick: str

    def sensitivities(self, run: str) -> list[float]:
        """Relative error of the latents after each step when the bank is rounded differently."""
        values: list[float] = self.yardsticks[YARDSTICK[run].format(self.other_yardstick)]
        return values

    def tolerances(self, run: str) -> list[float]:
        """Three times the recorded sensitivity of each step, and what storing it cost."""
        values = self.sensitivities(run)
        halves = self.arrays[f"{run}_latents_traj"].dtype == np.float16
        return [3 * value + halves * 3e-4 for value in values]

    def frames_first(self, name: str, step: int = 0) -> Floats:
        """One step of a recorded trajectory, [frames, 4, h, w] float32."""
        return np.ascontiguousarray(self.arrays[name][step].swapaxes(0, 1), np.float32)


@pytest.fixture(scope="module", params=["compact", "large"])
def recorded(request: pytest.FixtureRequest) -> Recorded:
    bundle = request.getfixturevalue(f"{request.param}_bundle")
    folder = GOLDEN if LARGE is None or request.param == "compact" else LARGE
    manifest = json.loads((folder / "manifest.json").read_text())
    return Recorded(
        folder,
        EngineSet(OrtBackend(Bundle.open(bundle), threads=1)),
        manifest["files"]["10_pipeline.safetensors"]["params"],
        load("10_pipeline", folder),
        manifest["tolerance_yardsticks"],
        "stored" if request.param == "compact" else "fp16",
    )


@dataclass
class Prepared:
    """A denoiser and how many windows a step has."""

    denoiser: Denoiser
    windows: int

    @property
    def latents(self) -> Floats:
        return self.denoiser.latents


def prepared(recorded: Recorded, latents: Floats, steps: int, settings: Settings) -> Prepared:
    """A denoiser of the recorded character, motion and scene, its condition maps stored."""
    pictures, given = load("00_template", recorded.folder), recorded.parameters
    engines, count = recorded.engines, len(latents)
    identity = identity_from_character(engines, pictures["ref_image_u8"], OFFICIAL)
    windows = closed_windows(count, given["context_frames"], given["context_overlap"])
    table = ddim_table(SolverConfig.from_mapping(engines.bundle.manifest.solver), steps)
    denoiser = whole_clip_denoiser(engines, identity, windows, latents, table, settings)
    maker, length = ConditionMaker(engines), len(pictures["sdc_u8"])
    for frame in range(count):
        shown = pictures["sdc_u8"][frame % length], pictures["bk_u8"][frame % length]
        denoiser.enter(frame, maker.make(*shown))
    return Prepared(denoiser, len(windows))


def run_step(prepared: Prepared, step: int) -> Floats:
    for window in range(prepared.windows):
        prepared.denoiser.run_pass(step, window)
    return prepared.denoiser.latents


def relative(found: Floats, wanted: Floats) -> float:
    return float(np.linalg.norm(found - wanted) / np.linalg.norm(wanted))


@pytest.mark.parametrize("run", ["single", "long"])
def test_guided_trajectory_and_video(recorded: Recorded, run: str) -> None:
    steps = len(recorded.arrays[f"{run}_timesteps"])
    latents = recorded.frames_first(f"{run}_latents_init")
    drawn = normal_noise(recorded.arrays[f"{run}_latents_init"].shape[1:], 42)
    np.testing.assert_array_equal(drawn.swapaxes(0, 1), latents)
    settings = Settings(steps, recorded.parameters["guidance"])
    denoiser = prepared(recorded, latents, steps, settings)
    for step, tolerance in enumerate(recorded.tolerances(run)):
        found = run_step(denoiser, step)
        wanted = recorded.frames_first(f"{run}_latents_traj", step)
        assert relative(found, wanted) < tolerance, step
    if f"{run}_latents_final" in recorded.arrays:
        wanted = recorded.frames_first(f"{run}_latents_final")
        assert relative(denoiser.latents, wanted) < 3 * recorded.sensitivities(run)[-1]
    compare_video(recorded, run, denoiser.latents)


def compare_video(recorded: Recorded, run: str, latents: Floats) -> None:
    arrays = recorded.arrays
    if f"{run}_video_u8" in arrays:
        wanted = arrays[f"{run}_video_u8"]
    else:  # kept as half floats there
        wanted = (arrays[f"{run}_video"][0] * np.float32(255)).astype(np.uint8)
        wanted = wanted.transpose(1, 2, 3, 0)
    indices = arrays.get(f"{run}_video_frame_indices", range(len(wanted)))
    decoder = recorded.engines.bind("vae_decoder")
    for frame, picture in zip(indices, wanted, strict=True):
        decoder.buffers["latents"][0] = latents[frame]
        decoder.run()
        found = picture_to_uint8(decoder.buffers["picture"][0], OFFICIAL)
        error = np.abs(found.astype(float) - picture)
        assert 20 * np.log10(255 / np.sqrt((error**2).mean() + 1e-9)) >= 45
        if recorded.folder == GOLDEN:
            assert error.max() <= 2
            assert error.mean() <= 0.1


def test_trajectory_without_guidance(recorded: Recorded) -> None:
    steps = len(recorded.arrays["nocfg_latents_traj"])
    start = recorded.arrays.get("nocfg_latents_init", recorded.arrays["single_latents_init"])
    latents = np.ascontiguousarray(start[0].swapaxes(0, 1))
    denoiser = prepared(recorded, latents, steps, Settings(steps, guidance=1.0))
    for step in range(steps):
        found = run_step(denoiser, step)
        wanted = recorded.frames_first("nocfg_latents_traj", step)
        assert relative(found, wanted) < SUGGESTED, step


@pytest.mark.parametrize(("mode", "name"), [(Mode.OFFICIAL, "official"), (Mode.CORRECTED, "fixed")])
def test_overlaps_without_guidance(recorded: Recorded, mode: Mode, name: str) -> None:
    """Summed as the official code does, or averaged."""
    steps = recorded.parameters.get("nocfg_steps", 2)
    latents = recorded.frames_first("long_latents_init")
    settings = Settings(steps, guidance=1.0, mode=mode)
    denoiser = prepared(recorded, latents, steps, settings)
    for step in range(steps):
        run_step(denoiser, step)
    recorded_steps = recorded.arrays[f"nocfg_long_{name}_latents"]
    wanted = recorded.frames_first(f"nocfg_long_{name}_latents", len(recorded_steps) - 1)
    assert relative(denoiser.latents, wanted) < SUGGESTED
    other = "fixed" if name == "official" else "official"
    unwanted = recorded.frames_first(f"nocfg_long_{other}_latents", len(recorded_steps) - 1)
    assert relative(denoiser.latents, unwanted) > 0.1
