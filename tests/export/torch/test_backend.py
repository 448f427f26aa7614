"""The torch backend on the CPU: every component equals ONNX Runtime's, and what it refuses."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from mimo_runtime.bundle import COMPONENTS, Bundle, TensorSpec
from mimo_runtime.engines.engine import BoundPass, Engine
from mimo_runtime.engines.onnxruntime_backend import OrtBackend
from mimo_runtime.errors import BundleError, InvalidRequestError, ResourceError, UnsupportedError
from mimo_torch.backend import TorchBackend, component_in_half, open_torch
from mimo_torch.switches import Switches


@pytest.fixture(scope="module")
def bundle(compact_bundle: Path) -> Bundle:
    return Bundle.open(compact_bundle)


@pytest.fixture(scope="module")
def backend(bundle: Bundle) -> TorchBackend:
    return open_torch(bundle, "cpu")


@pytest.fixture(scope="module")
def switched(bundle: Bundle) -> TorchBackend:
    """What a GPU has by default; here its kernels are plain torch."""
    return open_torch(bundle, "cpu", Switches.every())


def values_of(spec: TensorSpec) -> np.ndarray:
    draw = np.random.default_rng(len(spec.name))
    if spec.dtype == "bool":
        return np.arange(spec.shape[0]) < spec.shape[0] - 5
    if spec.dtype == "int64":
        return np.arange(spec.shape[0]) * 3 + 1
    return draw.normal(size=spec.shape).astype(spec.dtype)


def passed(engine: Engine) -> BoundPass:
    bound = engine.bind()
    for spec in engine.component.inputs:
        bound.buffers[spec.name][...] = values_of(spec)
    bound.run()
    return bound


@pytest.mark.parametrize("component", COMPONENTS)
def test_equals_onnx_runtime(
    bundle: Bundle, backend: TorchBackend, switched: TorchBackend, component: str
) -> None:
    wanted = passed(OrtBackend(bundle, 1).load(component))
    for found in (passed(each.load(component)) for each in (backend, switched)):
        for spec in bundle.component(component).outputs:
            here, there = (np.asarray(bound.buffers[spec.name]) for bound in (found, wanted))
            assert here.dtype == there.dtype
            assert np.isfinite(there).all()
            assert np.abs(here - there).max() < 1e-4, spec.name


def test_the_switches_are_really_on(backend: TorchBackend, switched: TorchBackend) -> None:
    """They add up in another order, so not every bit is the same."""
    found, wanted = (passed(each.load("denoiser_unguided")) for each in (switched, backend))
    here, there = (np.asarray(bound.buffers["prediction"]) for bound in (found, wanted))
    assert 0 < np.abs(here - there).max() < 1e-4


def test_buffers_are_shared_and_kept_apart(backend: TorchBackend) -> None:
    engine = backend.load("time_embedding")
    first = engine.bind()
    second = engine.bind({"timesteps": first.buffers["timesteps"]})
    first.buffers["timesteps"][...] = np.full(64, 77)
    second.run()
    assert np.asarray(first.buffers["time_projections"]).max() == 0
    first.run()
    found, wanted = (np.asarray(each.buffers["time_projections"]) for each in (first, second))
    assert np.array_equal(found, wanted)
    assert found.any()


def test_a_shared_buffer_that_does_not_fit(backend: TorchBackend) -> None:
    engine = backend.load("time_embedding")
    table = engine.bind().buffers["time_projections"]
    with pytest.raises(BundleError, match="has no tensor 'latents'"):
        engine.bind({"latents": table})
    with pytest.raises(BundleError, match=r"buffer for timesteps int64 \[64\] is float32"):
        engine.bind({"timesteps": table})


def test_what_cannot_be_opened(bundle: Bundle, backend: TorchBackend) -> None:
    with pytest.raises(BundleError, match="has no component 'dreamer'"):
        backend.load("dreamer")
    with pytest.raises(InvalidRequestError, match="made with vector_cross"):
        open_torch(bundle, "cpu", replace(Switches.every(), vector_cross=False))
    if not torch.cuda.is_available():
        with pytest.raises(UnsupportedError, match="finds no GPU for 'cuda:1'; use the device cpu"):
            open_torch(bundle, "cuda:1")


def test_memory_is_asked_for(backend: TorchBackend) -> None:
    backend.require_memory(1, "A byte", "wait")
    with pytest.raises(ResourceError, match=r"This clip needs 1000000\.00 GB of memory"):
        backend.require_memory(10**15, "This clip", "shorten it")


def test_a_gpu_s_tensors_are_half(bundle: Bundle) -> None:
    whole = bundle.component("denoiser")
    half = component_in_half(whole)
    assert {spec.dtype for spec in half.inputs} == {"float16", "int64", "bool"}
    assert [(s.name, s.shape) for s in half.inputs] == [(s.name, s.shape) for s in whole.inputs]
    assert half.outputs[0].dtype == "float16"
