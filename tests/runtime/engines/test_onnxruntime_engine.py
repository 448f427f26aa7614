"""ONNX Runtime as an engine: bound buffers, two threads, files that are not what they should be."""

import shutil
import threading
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mimo_runtime.bundle import Bundle, Component, TensorSpec
from mimo_runtime.engines.engine_set import EngineSet
from mimo_runtime.engines.onnxruntime_backend import OrtBackend
from mimo_runtime.engines.onnxruntime_engine import OrtEngine
from mimo_runtime.errors import BundleError

Array = NDArray[np.float32]


@pytest.fixture(scope="module")
def bundle(small_bundle: Path) -> Bundle:
    return Bundle.open(small_bundle)


@pytest.fixture(scope="module")
def engine(bundle: Bundle) -> OrtEngine:
    return OrtEngine(bundle.path("condition"), bundle.component("condition"), threads=1)


def drawn(engine: OrtEngine, seed: int) -> dict[str, Array]:
    draw = np.random.default_rng(seed)
    inputs = engine.component.inputs
    return {spec.name: draw.normal(size=spec.shape).astype(np.float32) for spec in inputs}


def result(engine: OrtEngine, inputs: dict[str, Array]) -> Array:
    bound = engine.bind()
    for name, value in inputs.items():
        bound.buffers[name][...] = value
    bound.run()
    return bound.buffers["condition"].copy()


def test_outputs_appear_in_the_same_buffers_run_after_run(engine: OrtEngine) -> None:
    bound = engine.bind()
    output, places = (
        bound.buffers["condition"],
        {n: b.ctypes.data for n, b in bound.buffers.items()},
    )
    seen = []
    for seed in (1, 2, 1):
        for name, value in drawn(engine, seed).items():
            bound.buffers[name][...] = value
        bound.run()
        seen.append(output.copy())
    np.testing.assert_array_equal(seen[0], seen[2])
    assert np.abs(seen[0] - seen[1]).max() > 1e-3
    assert {n: b.ctypes.data for n, b in bound.buffers.items()} == places


def test_shared_buffers_are_used_as_they_are(engine: OrtEngine) -> None:
    inputs = drawn(engine, 3)
    bound = engine.bind({"pose": inputs["pose"]})
    assert bound.buffers["pose"] is inputs["pose"]
    bound.buffers["background"][...] = inputs["background"]
    bound.run()
    np.testing.assert_array_equal(bound.buffers["condition"], result(engine, inputs))
    other = engine.bind(bound.buffers)
    inputs["pose"][...] = 0
    other.run()
    assert other.buffers["condition"] is bound.buffers["condition"]
    np.testing.assert_array_equal(bound.buffers["condition"], result(engine, inputs))


def test_new_buffers_are_their_own_and_zero(engine: OrtEngine) -> None:
    first, second = engine.bind(), engine.bind()
    for name, buffer in first.buffers.items():
        assert not buffer.any()
        assert not np.shares_memory(buffer, second.buffers[name])


@pytest.mark.parametrize(
    "buffer",
    [
        np.zeros((1, 3, 64, 64), np.float32),
        np.zeros((1, 3, 128, 128), np.float64),
        np.zeros((1, 3, 128, 256), np.float32)[..., ::2],
    ],
    ids=["shape", "dtype", "layout"],
)
def test_a_buffer_that_does_not_fit(engine: OrtEngine, buffer: Array) -> None:
    with pytest.raises(BundleError, match=r"buffer for pose float32 \[1, 3, 128, 128\] is"):
        engine.bind({"pose": buffer})


def test_a_buffer_for_no_tensor(engine: OrtEngine) -> None:
    with pytest.raises(BundleError, match=r"condition\.onnx has no tensor 'prose'"):
        engine.bind({"prose": np.zeros((1, 3, 128, 128), np.float32)})


def test_two_threads_with_a_pass_each(engine: OrtEngine) -> None:
    wanted = {seed: result(engine, drawn(engine, seed)) for seed in (4, 5)}
    together = threading.Barrier(2)
    wrong: dict[int, int] = {}

    def work(seed: int) -> None:
        bound = engine.bind()
        for name, value in drawn(engine, seed).items():
            bound.buffers[name][...] = value
        together.wait(timeout=60)
        wrong[seed] = 0
        for _ in range(20):
            bound.buffers["condition"][...] = np.nan
            bound.run()
            wrong[seed] += not np.array_equal(bound.buffers["condition"], wanted[seed])

    threads = [threading.Thread(target=work, args=(seed,)) for seed in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == {4: 0, 5: 0}


def test_running_takes_no_memory(engine: OrtEngine) -> None:
    bound = engine.bind()
    bound.run()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for _ in range(100):
        bound.run()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak - before < bound.buffers["condition"].nbytes


@pytest.mark.parametrize("damage", ["empty", "cut", "words", "no weights"])
def test_a_file_that_is_no_graph(bundle: Bundle, tmp_path: Path, damage: str) -> None:
    path = Path(shutil.copy(bundle.path("condition"), tmp_path))
    content = path.read_bytes()
    damaged = {"empty": b"", "cut": content[: len(content) // 2], "words": b"not a graph"}
    path.write_bytes(damaged.get(damage, content))  # "no weights": weights.bin is not beside it
    with pytest.raises(BundleError, match=r"cannot load .*condition\.onnx: .*Export the bundle"):
        OrtEngine(path, bundle.component("condition"))


def changed(component: Component, side: str, specs: list[TensorSpec]) -> Component:
    return replace(component, **{side: tuple(specs)})


@pytest.mark.parametrize("side", ["inputs", "outputs"])
def test_a_manifest_that_says_something_else(bundle: Bundle, side: str) -> None:
    component = bundle.component("condition")
    first, *others = getattr(component, side)
    extra = TensorSpec("extra", (1,), "float32")
    for specs, words in (
        (
            [replace(first, shape=(7, 7)), *others],
            f"{first} as {side[:-1]} 0 where .* {first.name}",
        ),
        ([replace(first, name="nobody"), *others], "the manifest says nobody float32"),
        ([replace(first, dtype="int64"), *others], f"the manifest says {first.name} int64"),
        ([first, *others, extra], f"has nothing as {side[:-1]} {1 + len(others)} where"),
        (others, "as .* where the manifest says"),
        ([*others, first, extra][:0], "where the manifest says nothing"),
    ):
        with pytest.raises(BundleError, match=words.replace("[", r"\[").replace("]", r"\]")):
            OrtEngine(bundle.path("condition"), changed(component, side, specs))


def test_each_component_is_loaded_once_for_all_threads(small_bundle: Path) -> None:
    engines = EngineSet(OrtBackend(Bundle.open(small_bundle), threads=1))
    together = threading.Barrier(4)
    found = []

    def ask() -> None:
        together.wait(timeout=60)
        found.append(engines.get("time_embedding"))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(map(id, found))) == 1
    with pytest.raises(BundleError, match="has no component 'painter'"):
        engines.get("painter")
    assert engines.bind("time_embedding").buffers["timesteps"].dtype == np.int64
