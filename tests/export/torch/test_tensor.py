"""The runtime's tensor on torch: what is written is what is read, whatever the source."""

import numpy as np
import pytest
import torch

from mimo_torch.tensor import DeviceTensor, torch_dtype


def test_writes_from_arrays_tensors_and_numbers() -> None:
    tensor = DeviceTensor(torch.zeros(3, 2, dtype=torch.float16))
    assert (tensor.shape, tensor.dtype) == ((3, 2), np.float16)
    tensor[...] = np.arange(6, dtype=np.float64).reshape(3, 2)
    tensor[1:2] = DeviceTensor(torch.full((1, 2), 9.0))
    tensor[2:3] = 0.5
    assert np.asarray(tensor).tolist() == [[0, 1], [9, 9], [0.5, 0.5]]


def test_reading_gives_a_copy_in_the_usual_order() -> None:
    maps = torch.randn(2, 3, 4, 5).contiguous(memory_format=torch.channels_last)
    tensor = DeviceTensor(maps)
    found = np.asarray(tensor)
    assert found.flags.c_contiguous
    assert np.array_equal(found, maps.numpy())
    found[...] = 0
    assert maps.abs().sum() > 0
    assert np.asarray(tensor, np.float64).dtype == np.float64
    with pytest.raises(ValueError, match="read by copying"):
        np.array(tensor, copy=False)


def test_a_source_may_change_after_it_was_written() -> None:
    tensor, source = DeviceTensor(torch.zeros(2)), np.ones(2, np.float32)
    tensor[...] = source
    source[...] = 5
    assert np.asarray(tensor).tolist() == [1, 1]


@pytest.mark.parametrize("name", ["float32", "float16", "int64", "bool"])
def test_dtypes_there_and_back(name: str) -> None:
    tensor = DeviceTensor(torch.zeros(1, dtype=torch_dtype(name)))
    assert str(tensor.dtype) == name
