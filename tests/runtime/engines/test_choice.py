"""Which engine runs a bundle on a machine without a GPU, and what is said about it."""

import logging
import re
from collections import namedtuple
from dataclasses import astuple, replace
from pathlib import Path

import psutil
import pytest

from mimo_runtime.bundle import Bundle
from mimo_runtime.engines import cpu_footprint
from mimo_runtime.engines.choice import AUTO, TENSORRT, TENSORRT_RTX, open_backend
from mimo_runtime.engines.cpu_footprint import onnxruntime_footprint, torch_footprint
from mimo_runtime.engines.device import find_device
from mimo_runtime.engines.process_limit import ProcessLimits
from mimo_runtime.errors import InvalidRequestError, UnsupportedError

Memory = namedtuple("Memory", "available")


def has_gpu() -> bool:
    try:
        find_device()
    except UnsupportedError:
        return False
    return True


without_gpu = pytest.mark.skipif(has_gpu(), reason="says what happens without a GPU")


@pytest.fixture(scope="module")
def bundle(small_bundle: Path) -> Bundle:
    return Bundle.open(small_bundle)


@without_gpu
def test_auto_takes_onnxruntime_and_says_once_why(
    bundle: Bundle, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "mimo_runtime.engines"):
        backend = open_backend(bundle, AUTO, threads=1)
    assert backend.name == "onnxruntime"
    assert backend.load("time_embedding").bind().buffers["timesteps"].shape == (64,)
    (said,) = caplog.messages
    assert re.fullmatch(r"Engine onnxruntime on the CPU\. .*(driver|cuda-python|GPU).*\.", said)


@without_gpu
def test_auto_takes_torch_where_only_that_fits(
    bundle: Bundle, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights of the official size under a limit of the shell, which counts mapped ones too."""
    monkeypatch.setattr(cpu_footprint, "process_limits", lambda: ProcessLimits(16 << 30, None))
    component = replace(bundle.component("denoiser"), weights_bytes=5 << 30, working_bytes=1 << 30)
    components = {**bundle.manifest.components, "denoiser": component}
    large = replace(bundle, manifest=replace(bundle.manifest, components=components))
    needed = [
        sum(astuple(footprint("denoiser", component, bundle.manifest.weights)))
        for footprint in (torch_footprint, onnxruntime_footprint)
    ]
    assert needed[0] < needed[1]
    monkeypatch.setattr(psutil, "virtual_memory", lambda: Memory(sum(needed) // 2))
    with caplog.at_level(logging.INFO, "mimo_runtime.engines"):
        assert open_backend(large, AUTO).name == "torch"
    assert re.match(r"Engine torch on the CPU, which needs \d\.\d GB", caplog.messages[0])
    monkeypatch.setattr(psutil, "virtual_memory", lambda: Memory(2 * needed[1]))
    assert open_backend(large, AUTO).name == "onnxruntime"


def test_an_engine_asked_for_is_taken_without_a_word(
    bundle: Bundle, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "mimo_runtime.engines"):
        assert open_backend(bundle, "onnxruntime").name == "onnxruntime"
    assert caplog.messages == []


@without_gpu
@pytest.mark.parametrize("engine", [TENSORRT, TENSORRT_RTX])
def test_an_engine_that_needs_a_gpu_says_what_is_missing(bundle: Bundle, engine: str) -> None:
    with pytest.raises(UnsupportedError, match=r"driver|cuda-python|GPU"):
        open_backend(bundle, engine)


def test_an_engine_that_nobody_knows(bundle: Bundle) -> None:
    with pytest.raises(InvalidRequestError, match="no engine 'tpu'; choose from auto, tensorrt"):
        open_backend(bundle, "tpu")
