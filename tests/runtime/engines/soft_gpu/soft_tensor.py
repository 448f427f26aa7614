"""Tensors, memory, graphs and errors on the driver in software."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimo_runtime.bundle import TensorSpec
from mimo_runtime.engines.cuda.gpu import Gpu
from mimo_runtime.engines.cuda.tensor import DeviceTensor, allocate, borrow, layout, read, stored
from mimo_runtime.errors import BundleError, MimoError, ResourceError
from tests.runtime.engines.soft_gpu.dlpack import ForeignTensor
from tests.runtime.engines.soft_gpu.library import SoftDriver

DTYPES = ["float32", "float16", "bfloat16", "int64", "int32", "bool"]


def made(gpu: Gpu, dtype: str, *shape: int) -> DeviceTensor:
    return allocate(gpu, [TensorSpec("x", shape, dtype)])["x"]


def test_the_device_is_described(gpu: Gpu, driver: SoftDriver) -> None:
    assert gpu.device.arch == "sm_90"
    assert gpu.device.cuda_version == (13, 0)
    assert gpu.free_bytes() == gpu.device.memory_bytes - driver.used_bytes()


@pytest.mark.parametrize("dtype", DTYPES)
def test_what_is_written_is_read(gpu: Gpu, dtype: str) -> None:
    tensor = made(gpu, dtype, 3, 2)
    np.testing.assert_array_equal(np.asarray(tensor), np.zeros((3, 2)))
    values = np.array([[0, 1], [1, 0], [1, 1]], np.float64)
    tensor[...] = values
    np.testing.assert_array_equal(np.asarray(tensor), values)
    assert np.asarray(tensor).dtype == tensor.dtype
    tensor[1:2] = np.array([[1, 1]])
    np.testing.assert_array_equal(np.asarray(tensor), [[0, 1], [1, 1], [1, 1]])
    other = made(gpu, dtype, 3, 2)
    other[...] = tensor
    np.testing.assert_array_equal(np.asarray(other), np.asarray(tensor))
    np.testing.assert_array_equal(np.asarray(other.row(1)), [[1, 1]])


def test_tensors_of_two_dtypes_are_converted(gpu: Gpu) -> None:
    narrow, wide = made(gpu, "float16", 2), made(gpu, "float32", 2)
    wide[...] = np.array([1.0001, 3])
    narrow[...] = wide
    np.testing.assert_array_equal(np.asarray(narrow), np.array([1.0001, 3], np.float16))


def test_a_tensor_of_another_library_is_taken_where_it_lies(gpu: Gpu) -> None:
    theirs, ours = made(gpu, "float32", 3, 2), made(gpu, "float32", 2, 2)
    theirs[...] = np.arange(6).reshape(3, 2)
    foreign = ForeignTensor(theirs.address, (3, 2), (2, 1))
    borrowed = borrow(gpu, foreign)
    assert borrowed.address == theirs.address
    np.testing.assert_array_equal(np.asarray(borrowed), np.asarray(theirs))
    ours[...] = ForeignTensor(theirs.row(1).address, (2, 2), (2, 1))
    np.testing.assert_array_equal(np.asarray(ours), [[2, 3], [4, 5]])
    with pytest.raises(BundleError, match="has gaps in memory"):
        ours[...] = ForeignTensor(theirs.address, (2, 2), (3, 1))


def test_a_source_of_another_shape(gpu: Gpu) -> None:
    with pytest.raises(BundleError, match=r"2 rows of x float32 \[2, 3\] cannot be written from"):
        made(gpu, "float32", 2, 3)[...] = np.zeros((2, 4))


@settings(max_examples=30)
@given(st.lists(st.floats(width=32), min_size=1, max_size=8))
def test_bfloat16_rounds_to_the_nearest(values: list[float]) -> None:
    given_values = np.array(values, np.float32)
    found = read(stored(given_values, "bfloat16"))
    np.testing.assert_array_equal(np.isnan(found), np.isnan(given_values))
    usual = np.isfinite(given_values) & (np.abs(given_values) < 3e38)
    tiny = np.float32(2.0**-133)
    error = np.abs(found[usual] - given_values[usual])
    assert (error <= np.abs(given_values[usual]) * 2.0**-8 + tiny).all()
    np.testing.assert_array_equal(stored(found, "bfloat16"), stored(given_values, "bfloat16"))


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=10))
def test_tensors_in_one_block_do_not_meet(sizes: list[int]) -> None:
    offsets, total = layout(sizes)
    ends = [offset + size for offset, size in zip(offsets, sizes, strict=True)]
    assert all(offset % 256 == 0 for offset in offsets)
    assert all(end <= start for end, start in zip(ends, [*offsets[1:], total], strict=True))


def test_memory_is_given_back(gpu: Gpu, driver: SoftDriver) -> None:
    before = driver.used_bytes()
    tensor = made(gpu, "float32", 1000)
    row = tensor.row(3)
    assert driver.used_bytes() >= before + 4000
    del tensor
    assert driver.used_bytes() >= before + 4000  # a view keeps it
    del row
    assert driver.used_bytes() == before


def test_too_little_memory_is_a_sentence(gpu: Gpu) -> None:
    with pytest.raises(
        ResourceError, match=r"Soft GPU is out of memory; .* the engine onnxruntime"
    ):
        made(gpu, "float32", 1 << 30)


def test_a_failure_of_the_driver_is_a_sentence(gpu: Gpu) -> None:
    with pytest.raises(MimoError, match="Soft GPU failed in cuModuleLoadData with CUDA_ERROR_INV"):
        gpu.call("cuModuleLoadData", b"nothing\0")


def test_a_graph_records_and_replays(gpu: Gpu) -> None:
    source, target = made(gpu, "float32", 2), made(gpu, "float32", 2)
    graph = gpu.capture(lambda: target.__setitem__(..., source))
    source[...] = np.array([1, 2])
    np.testing.assert_array_equal(np.asarray(target), [0, 0])
    for values in ([1, 2], [3, 4]):
        source[...] = np.array(values)
        graph.launch()
        np.testing.assert_array_equal(np.asarray(target), values)


def test_what_fails_while_it_is_recorded_ends_the_recording(gpu: Gpu) -> None:
    def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        gpu.capture(fail)
    gpu.synchronize()


def test_other_threads_stay_out_of_a_recording(gpu: Gpu) -> None:
    source, target, other = (made(gpu, "float32", 1) for _ in range(3))
    began = threading.Event()

    def write() -> None:
        began.wait()
        other[...] = np.array([5])

    thread = threading.Thread(target=write)
    thread.start()

    def record() -> None:
        began.set()
        thread.join(0.2)
        target[...] = source

    graph = gpu.capture(record)
    thread.join()
    other[...] = np.array([7])
    graph.launch()
    assert np.asarray(other)[0] == 7
