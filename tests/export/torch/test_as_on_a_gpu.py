"""What a GPU runs, as far as a CPU can tell: half precision, and the kernels interpreted."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from benchmarks.gpu_parts.sizes import SMOKE_SIZES, Size
from benchmarks.gpu_parts.step_case import make_case, prepared_step
from mimo_kernels.reference_attention import torch_op as reference
from mimo_kernels.temporal_attention import torch_op as temporal
from mimo_networks.motion import TemporalAttention
from mimo_runtime.bundle import COMPONENTS, Bundle
from mimo_runtime.engines.onnxruntime_backend import OrtBackend
from mimo_torch.backend import component_in_half
from mimo_torch.engine import DeviceContext, TorchEngine, eager
from mimo_torch.modules import ComponentModules
from mimo_torch.networks import Networks
from mimo_torch.switches import Switches
from tests.export.torch.test_backend import passed

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def bundle(small_bundle: Path) -> Bundle:
    return Bundle.open(small_bundle)


@pytest.fixture(scope="module")
def modules(bundle: Bundle) -> ComponentModules:
    networks = Networks(bundle, CPU, torch.float16)
    return ComponentModules(networks, bundle.manifest, Switches.every())


@pytest.mark.parametrize("component", COMPONENTS)
def test_half_precision(bundle: Bundle, modules: ComponentModules, component: str) -> None:
    half = component_in_half(bundle.component(component))
    place = DeviceContext(CPU, channels_last=True, lock=threading.Lock())
    found = passed(TorchEngine(half, eager(modules.make(component)), place))
    wanted = passed(OrtBackend(bundle, 1).load(component))
    for spec in half.outputs:
        here, there = (np.asarray(each.buffers[spec.name], float) for each in (found, wanted))
        assert here.shape == there.shape
        assert np.linalg.norm(here - there) < 5e-3 * np.linalg.norm(there), spec.name


@pytest.fixture
def launches(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Tensors say that they lie on a GPU; kernels run interpreted and are counted."""
    seen: list[str] = []

    def counted(module: Any) -> None:
        run = module.jit

        def jit(launch: Any, tensors: Any) -> None:
            seen.append(launch.kernel)
            run(launch, tensors)

        monkeypatch.setattr(module, "jit", jit)

    for module in (reference, temporal):
        counted(module)
    monkeypatch.setattr(torch.Tensor, "is_cuda", True)
    return seen


def test_every_attention_goes_through_a_kernel(launches: list[str]) -> None:
    smallest = SMOKE_SIZES[-1]
    size = Size(16, 2, smallest.unet, smallest.motion, smallest.vae)
    case = make_case(size, CPU, torch.float32)
    wanted = prepared_step(make_case(size, CPU, torch.float32), Switches())()
    assert not launches  # the official walk has none
    found = prepared_step(case, Switches.every())()
    assert (found - wanted).norm() < 1e-5 * wanted.norm()
    motions = sum(isinstance(module, TemporalAttention) for module in case.denoiser.modules())
    readers = len(list(case.denoiser.readers()))
    kernels = [kernel.split(":")[1] for kernel in launches]
    assert kernels.count("reference_attention_kernel") == readers
    assert kernels.count("temporal_positions_kernel") == motions
    assert len(kernels) == readers + motions
