"""Windows over several devices: the frames of one device to the bit, and what is lost is told."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.choice import ONNXRUNTIME, open_backend
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.errors import EngineLostError, ResourceError, UnsupportedError
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
    job = synthesizer.start(request, CancellationToken(), quietly)
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


def quietly(_progress: Progress) -> None:
    pass


def devices() -> list[psutil.Process]:
    children = psutil.Process().children()
    return [each for each in children if "device_process" in " ".join(each.cmdline())]


def test_the_memory_of_all_devices_is_foreseen_and_refused_before_the_work(
    bundle: Bundle, one: Synthesizer, small_template: Path, small_character: Path
) -> None:
    request = asked(bundle, small_template, small_character, **ROLLING)
    before = devices()
    two = Synthesizer.of(bundle, threads=1, devices=2)
    alone, stream = (each.open(request, CancellationToken(), quietly) for each in (one, two))
    needed_bytes = stream.needed_bytes(stream.plan.extent)
    beside_bytes = needed_bytes - alone.needed_bytes(alone.plan.extent)
    taken_bytes: dict[int, int] = {}
    for work in stream.works():
        stream.execute(work)
        for device in (each for each in devices() if each not in before):
            uss_bytes = device.memory_full_info().uss
            taken_bytes[device.pid] = max(taken_bytes.get(device.pid, 0), uss_bytes)
    assert len(taken_bytes) == 2
    assert sum(taken_bytes.values()) < beside_bytes < 3 * sum(taken_bytes.values())
    assert stream.needed_bytes(stream.plan.extent) < needed_bytes / 2  # they have it now
    alone.close()
    stream.close()

    many = Synthesizer.of(bundle, threads=1, devices=100_000)
    running = len(devices())
    with pytest.raises(ResourceError, match=r"on 100000 devices needs .*; ask for fewer devices"):
        many.open(request, CancellationToken(), quietly)
    assert len(devices()) == running


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
