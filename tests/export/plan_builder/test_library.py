import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import onnx_ir as ir
import pytest

from mimo_export.plan_builder.library import EngineRequest, Library, check_target
from mimo_runtime.engines.device import Device
from mimo_runtime.errors import UnsupportedError
from tests.export.plan_builder.graphs import graph, noise
from tests.export.plan_builder.library_names import NAMES, TENSORRT_RTX_NAMES

pytest.importorskip("tensorrt_rtx", reason="TensorRT-RTX is not installed")
HEADER = '<ir_version: 10, opset_import: ["": 23, "mimo": 1]>\nsmall'
H200 = Device("H200", "sm_90", 141 << 30, (13, 0))


@pytest.fixture(scope="module")
def library() -> Library:
    return Library("tensorrt-rtx")


def _request(path: Path, arch: str = "sm_89") -> EngineRequest:
    return EngineRequest("denoiser", path, arch, level=0, tf32=True, stripped=False)


@pytest.mark.parametrize("name", NAMES + TENSORRT_RTX_NAMES)
def test_every_name_that_is_used_exists(library: Library, name: str) -> None:
    found = library.trt
    for part in name.split("."):
        found = getattr(found, part)


def test_an_engine_is_built_without_a_gpu_and_tells_its_steps(
    library: Library, tmp_path: Path
) -> None:
    model = graph("(float[4, 8] x) => (float[4, 8] y) { y = MatMul (x, w) }", {"w": noise(8, 8)})
    ir.save(model, tmp_path / "m.onnx")
    steps: list[tuple[int, int]] = []
    plan = library.build(_request(tmp_path / "m.onnx"), lambda *step: steps.append(step))
    assert len(plan) > 1000
    assert steps
    assert all(1 <= done <= total for done, total in steps)


def test_an_operator_that_it_does_not_know_is_named(library: Library, tmp_path: Path) -> None:
    text = "(float[4] x) => (float[4] y) { y = Unheard (x) }"
    model = onnx.parser.parse_model(f"{HEADER} {text}")
    model.graph.node[0].name, model.graph.node[0].domain = "node_7", "mimo"
    onnx.save(model, tmp_path / "m.onnx")
    with pytest.raises(UnsupportedError, match=r"^denoiser: tensorrt-rtx .* Unheard node_7: "):
        library.build(_request(tmp_path / "m.onnx"), lambda *_: None)


def test_a_file_that_is_no_graph_is_a_sentence(library: Library, tmp_path: Path) -> None:
    (tmp_path / "m.onnx").write_bytes(b"no graph")
    with pytest.raises(UnsupportedError, match=r"^denoiser: tensorrt-rtx .* cannot read the file"):
        library.build(_request(tmp_path / "m.onnx"), lambda *_: None)


def test_float8_is_refused_by_a_gpu_without_it_in_a_sentence(
    library: Library, tmp_path: Path
) -> None:
    text = """(float16[16, 32] x) => (float16[16, 32] y) {
        a = QuantizeLinear (x, scale, zero)
        b = DequantizeLinear (a, scale, zero)
        c = QuantizeLinear (w, scale, zero)
        d = DequantizeLinear (c, scale, zero)
        y = MatMul (b, d)
    }"""
    zero = onnx.helper.make_tensor("zero", onnx.TensorProto.FLOAT8E4M3FN, [], [0.0])
    weights = {"scale": np.array(0.01, np.float16), "w": noise(32, 32).astype(np.float16)}
    model = onnx.parser.parse_model(f"{HEADER} {text}")
    for name, array in weights.items():
        model.graph.initializer.append(onnx.numpy_helper.from_array(array, name))
    model.graph.initializer.append(zero)
    onnx.save(model, tmp_path / "m.onnx")
    assert library.build(_request(tmp_path / "m.onnx"), lambda *_: None)
    with pytest.raises(UnsupportedError, match=r"no engine for sm_86: .*Try another --precision"):
        library.build(_request(tmp_path / "m.onnx", "sm_86"), lambda *_: None)


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Heard, also where the tests run in the background of a shell, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_in_the_middle_ends_the_build(library: Library, tmp_path: Path) -> None:
    model = graph("(float[4, 8] x) => (float[4, 8] y) { y = MatMul (x, w) }", {"w": noise(8, 8)})
    ir.save(model, tmp_path / "m.onnx")
    with pytest.raises(KeyboardInterrupt):
        library.build(_request(tmp_path / "m.onnx"), lambda *_: os.kill(os.getpid(), signal.SIGINT))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize(
    ("engine", "arch", "device", "words"),
    [
        ("tensorrt-rtx", "sm_90", None, "tensorrt-rtx serves sm_80, .*not sm_90; build with"),
        ("tensorrt", "sm_90", None, "this machine has none"),
        ("tensorrt", "sm_89", H200, r"this machine has a H200 \(sm_90\)"),
    ],
)
def test_what_cannot_be_built_here_is_told_with_the_way_out(
    engine: str, arch: str, device: Device | None, words: str
) -> None:
    with pytest.raises(UnsupportedError, match=words):
        check_target(engine, arch, device)


def test_what_can_be_built_passes() -> None:
    check_target("tensorrt", "sm_90", H200)
    check_target("tensorrt-rtx", "sm_120", None)
