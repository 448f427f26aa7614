"""A bundle's plans on the driver in software give what ONNX Runtime gives."""

import ctypes
import gc
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mimo_export.plan_builder.kernels import latents_launches
from mimo_kernels.launch import Launch, jit
from mimo_runtime.bundle import Bundle, stored_file
from mimo_runtime.engines.choice import open_backend
from mimo_runtime.engines.cuda.gpu import Gpu
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.engines.latents import HostLatents
from mimo_runtime.engines.onnxruntime_backend import OrtBackend
from mimo_runtime.engines.tensorrt.backend import TensorRTBackend
from mimo_runtime.errors import BundleError, PlanError, ResourceError, UnsupportedError
from mimo_runtime.plans.draft import draft_folder, plans_locked, publish
from mimo_runtime.plans.folder import PlanFolder
from mimo_runtime.plans.kernel import KernelArgument, PlanKernel
from mimo_runtime.plans.key import PlanKey
from mimo_runtime.plans.manifest import PlanComponent, PlanManifest
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.sample import CHARACTER, TEMPLATE
from tests.runtime.engines.soft_gpu.library import SoftDriver
from tests.runtime.engines.soft_gpu.tensorrt import Package
from tests.runtime.synthesis.requests import all_frames, small_request

CTYPES: dict[str, Any] = {"fp32": ctypes.c_float, "i64": ctypes.c_int64, "i32": ctypes.c_int32}


@pytest.fixture(scope="session")
def bundle(small_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    folder = tmp_path_factory.mktemp("soft") / "bundle"
    shutil.copytree(small_bundle, folder)
    return Bundle.open(folder)


@pytest.fixture(scope="session")
def plan(bundle: Bundle, driver: SoftDriver) -> PlanFolder:
    """Plans that name the bundle's ONNX files, and the real kernels under the interpreter."""
    launches = dict(latents_launches(bundle))
    for name, launch in launches.items():
        driver.register(name, len(launch.arguments), interpreted(launch))
    with plans_locked(bundle.folder), draft_folder(bundle.folder) as draft:
        (draft / "kernels.ptx").write_text(".entry")
        for name in bundle.manifest.components:
            (draft / f"{name}.plan").write_text(str(bundle.path(name)))
        files = {path.name: stored_file(path) for path in draft.iterdir()}
        key = PlanKey("tensorrt", "11.4.0", "sm_90", "fp16", bundle.digest, {})
        kernels = tuple(described(name, launch) for name, launch in launches.items())
        components = {
            name: PlanComponent(f"{name}.plan", c.weights_bytes, c.inputs, c.outputs)
            for name, c in bundle.manifest.components.items()
        }
        manifest = PlanManifest(key, components, files, "a test", "2026-01-01", kernels)
        return publish(draft, manifest)


def described(name: str, launch: Launch) -> PlanKernel:
    arguments = tuple(KernelArgument(a.name, a.dtype, a.role) for a in launch.arguments)
    block = (32 * launch.warps, 1, 1)
    constants = dict(launch.constants)
    return PlanKernel(name, "kernels.ptx", name, launch.grid, block, 0, arguments, constants)


def interpreted(launch: Launch) -> Any:
    """The kernel itself, run by Triton's interpreter on the memory that it is given."""

    def body(grid: tuple[int, int, int], addresses: list[int]) -> None:
        pairs = zip(addresses, launch.arguments, strict=True)
        tensors = [memory(address, argument.dtype) for address, argument in pairs]
        jit(replace(launch, grid=grid), tensors)

    return body


def memory(address: int, dtype: str) -> torch.Tensor:
    """A tensor that begins at an address; the kernel's own masks say where it ends."""
    buffer = ctypes.cast(address, ctypes.POINTER(CTYPES[dtype]))
    return torch.from_numpy(np.ctypeslib.as_array(buffer, (1,)))


@pytest.fixture(scope="session")
def backend(gpu: Gpu, bundle: Bundle, plan: PlanFolder, driver: SoftDriver) -> TensorRTBackend:
    package = Package(driver, dict(bundle.manifest.components))
    return TensorRTBackend("tensorrt", package, gpu, bundle, plan)


@pytest.mark.parametrize("branches", [1, 2])
@pytest.mark.parametrize("order", [1, 2])
def test_latents_are_those_of_the_host(backend: TensorRTBackend, branches: int, order: int) -> None:
    draw = np.random.default_rng(branches)
    noise = draw.normal(size=(20, 4, 16, 16)).astype(np.float32)
    weights, coefficients = draw.random(20, np.float32), draw.random((3, 3), np.float32)
    history = draw.random((3, 3), np.float32) if order == 2 else None
    host = HostLatents(noise.shape, branches, coefficients, history)
    device = backend.new_latents(noise.shape, branches, coefficients, history)
    for latents in (host, device):
        latents.write(0, noise[:7], weights[:7])
        latents.write(7, noise[7:], weights[7:])
    engine = backend.load("denoiser" if branches == 2 else "denoiser_unguided")
    buffers = engine.bind().buffers
    one = backend.load("vae_decoder").bind().buffers["latents"]
    for step in (0, 1, 2, 1):
        for window in (np.arange(16), np.array([16, 19, 2])):
            prediction = draw.normal(size=(branches, 16, 4, 16, 16)).astype(np.float32)
            taken = np.zeros((16, 4, 16, 16), np.float32)
            host.gather(window, taken)
            device.gather(window, buffers["latents"])
            count = len(window)
            np.testing.assert_array_equal(np.asarray(buffers["latents"])[:count], taken[:count])
            buffers["prediction"][...] = prediction
            host.accumulate(prediction, window)
            device.accumulate(buffers["prediction"], window)
        for latents in (host, device):
            latents.step(step, 0, 4)
            latents.step(step, 4, 20)
        np.testing.assert_allclose(np.asarray(device), np.asarray(host), rtol=1e-5, atol=1e-5)
    device.read(7, one)
    np.testing.assert_array_equal(np.asarray(one)[0], np.asarray(device)[7])


def test_a_video_is_that_of_onnxruntime(
    backend: TensorRTBackend, bundle: Bundle, driver: SoftDriver
) -> None:
    request = small_request(TEMPLATE, CHARACTER, steps=2)
    wanted = all_frames(Synthesizer(EngineSet(OrtBackend(bundle, threads=1))), request)
    synthesizer = Synthesizer(EngineSet(backend))
    before = driver.used_bytes()
    found = all_frames(synthesizer, request)
    assert [frame.index for frame in found] == [frame.index for frame in wanted]
    for ours, theirs in zip(found, wanted, strict=True):
        difference = np.abs(ours.rgb.astype(int) - theirs.rgb)
        assert difference.max() <= 1
    kept_bytes = driver.used_bytes() - before  # the character's identity, for the next request
    all_frames(synthesizer, request)
    assert driver.used_bytes() == before + kept_bytes
    del synthesizer
    gc.collect()
    assert driver.used_bytes() == before


def test_a_dry_run(backend: TensorRTBackend) -> None:
    assert Synthesizer(EngineSet(backend)).dry_run().seconds > 0


def test_a_clip_too_large_for_the_gpu(backend: TensorRTBackend) -> None:
    with pytest.raises(ResourceError, match=r"This clip needs 5\.00 GB of GPU memory and .*, cut"):
        backend.require_memory(5_000_000_000, "This clip", "cut it")


def test_a_gpu_too_small_for_the_plan(
    gpu: Gpu, bundle: Bundle, plan: PlanFolder, driver: SoftDriver
) -> None:
    driver.set_total_bytes(driver.used_bytes() + 1000)
    try:
        with pytest.raises(ResourceError, match=r"The plan .* needs .* GB of GPU memory"):
            TensorRTBackend("tensorrt", Package(driver, {}), gpu, bundle, plan)
    finally:
        driver.set_total_bytes(1 << 30)


def test_a_plan_that_tensorrt_refuses(
    gpu: Gpu, bundle: Bundle, plan: PlanFolder, driver: SoftDriver, tmp_path: Path
) -> None:
    shutil.copytree(plan.path, tmp_path / "plan")
    (tmp_path / "plan" / "time_embedding.plan").write_text("nowhere")
    broken = PlanFolder(tmp_path / "plan", plan.manifest)
    package = Package(driver, dict(bundle.manifest.components))
    with pytest.raises(
        PlanError, match=r"cannot load .*time_embedding\.plan: no such plan\. Build"
    ):
        TensorRTBackend("tensorrt", package, gpu, bundle, broken)


def test_a_plan_without_our_kernels(
    gpu: Gpu, bundle: Bundle, plan: PlanFolder, driver: SoftDriver
) -> None:
    bare = PlanFolder(plan.path, replace(plan.manifest, kernels=plan.manifest.kernels[1:]))
    missing = plan.manifest.kernels[0].name
    with pytest.raises(PlanError, match=f"has no kernel {missing}; delete .* and run 'mimo build"):
        TensorRTBackend("tensorrt", Package(driver, {}), gpu, bundle, bare)


def test_a_buffer_of_another_component(backend: TensorRTBackend) -> None:
    time = backend.load("time_embedding").bind()
    with pytest.raises(BundleError, match="has no tensor 'timesteps' like the one"):
        backend.load("denoiser").bind({"timesteps": time.buffers["timesteps"]})


def test_asked_for_by_name_without_tensorrt_it_says_how_to_install_it(bundle: Bundle) -> None:
    with pytest.raises(UnsupportedError, match=r"tensorrt-cu13 is .*install"):
        open_backend(bundle, "tensorrt")


def test_an_engine_that_is_not_for_this_gpu_says_which_is(bundle: Bundle) -> None:
    with pytest.raises(UnsupportedError, match=r"tensorrt-rtx-cu13|use the engine tensorrt"):
        open_backend(bundle, "tensorrt-rtx")
