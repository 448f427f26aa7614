"""Windows over several devices: the frames of one device to the bit, and what is lost is told."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.choice import ONNXRUNTIME, open_backend
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.errors import EngineLostError, UnsupportedError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.planning.segments import Part
from mimo_runtime.planning.solver import SolverConfig
from mimo_runtime.runner.device_pool import DevicePool, check_alike
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.denoise import solver_coefficients
from mimo_runtime.synthesis.inputs import InputFiles, request_from
from mimo_runtime.synthesis.request import SynthesisRequest
from mimo_runtime.synthesis.resolved import resolved_settings
from mimo_runtime.synthesis.window_passes import BoundPasses, PassesPlan
from mimo_runtime.wire.progress import Progress, Stage
from mimo_runtime.wire.settings import Settings

OFFICIAL = {"mode": "official", "steps": 2, "guidance": 3.5}
ROLLING = {"mode": "corrected", "steps": 2, "guidance": 3.5, "guidance_interval": "0.5,1"}
SECOND_ORDER = {"mode": "offline", "steps": 3, "guidance": 1.0}


@pytest.fixture(scope="module")
def bundle(small_bundle: Path) -> Bundle:
    return Bundle.open(small_bundle)


@pytest.fixture(scope="module")
def one(bundle: Bundle) -> Synthesizer:
    return Synthesizer.of(bundle, threads=1)


@pytest.fixture(scope="module")
def two(bundle: Bundle) -> Synthesizer:
    return Synthesizer.of(bundle, threads=1, devices=2)


def asked(bundle: Bundle, template: Path, character: Path, **settings: object) -> SynthesisRequest:
    files = InputFiles(character, template)
    return request_from(files, Settings(**settings), MediaLimits(), bundle.manifest)  # type: ignore[arg-type]


def frames(synthesizer: Synthesizer, request: SynthesisRequest) -> list[bytes]:
    job = synthesizer.start(request, CancellationToken(), lambda _progress: None)
    return [frame.rgb.tobytes() for frame in job.frames()]


@pytest.mark.parametrize("settings", [OFFICIAL, ROLLING, SECOND_ORDER])
def test_the_frames_are_those_of_one_device(
    bundle: Bundle,
    one: Synthesizer,
    two: Synthesizer,
    small_template: Path,
    small_character: Path,
    settings: dict[str, object],
) -> None:
    request = asked(bundle, small_template, small_character, **settings)
    assert frames(two, request) == frames(one, request)
    part = replace(request, part=Part(range(9, 20)))
    assert frames(two, part) == frames(one, part)


def test_passes_may_be_finished_in_any_order(bundle: Bundle) -> None:
    settings = resolved_settings(Settings(steps=2, guidance=1.0, mode="corrected"), bundle.manifest)
    table = settings.table(SolverConfig.from_mapping(bundle.manifest.solver))
    plan = PassesPlan(settings, table, solver_coefficients(table, settings), 2)
    inputs = bundle.component(settings.denoiser).inputs
    own = {"latents", "condition", "frame_mask", "step", "time_projections"}
    identity = {i.name: np.zeros(i.shape, i.dtype) for i in inputs if i.name not in own}
    here = BoundPasses(EngineSet(open_backend(bundle, ONNXRUNTIME, 1)), identity, plan)
    there = DevicePool(bundle, 1, 1, ONNXRUNTIME).open(identity, plan)
    latents = np.random.default_rng(5).normal(size=(2, *there.latents(0).shape))
    for slot in range(2):
        there.hold(slot, 2)
        there.latents(slot)[...] = latents[slot]
        there.begin(slot, slot)
    found = {slot: there.finish(slot) for slot in (1, 0)}
    for slot in range(2):
        here.hold(slot, 2)
        here.latents(slot)[...] = latents[slot]
        here.begin(slot, slot)
        np.testing.assert_array_equal(found[slot], here.finish(slot))


def test_devices_of_two_kinds_are_refused() -> None:
    check_alike(["torch on A (sm_90)"] * 3)
    with pytest.raises(UnsupportedError, match=r"Device 3 would run torch on the CPU, and the fir"):
        check_alike(["torch on A (sm_90)", "torch on A (sm_90)", "torch on the CPU"])


def devices() -> list[psutil.Process]:
    children = psutil.Process().children()
    return [each for each in children if "device_process" in " ".join(each.cmdline())]


def test_a_device_that_is_lost_ends_the_clip_and_the_next_one_gets_another(
    bundle: Bundle, one: Synthesizer, two: Synthesizer, small_template: Path, small_character: Path
) -> None:
    request = asked(bundle, small_template, small_character, **ROLLING)

    def lose(progress: Progress) -> None:
        if (progress.stage, progress.done) == (Stage.DENOISE, 1):
            for device in devices():
                device.kill()

    job = two.start(request, CancellationToken(), lose)
    with pytest.raises(EngineLostError, match="ended in the middle of the work; run the same"):
        list(job.frames())
    part = replace(request, part=Part(range(4)))
    assert frames(two, part) == frames(one, part)
    assert len(devices()) == 2
