"""A GPU that is too small is told in a sentence, before the work or in its middle."""

import pytest
import torch

from mimo_runtime.engines.memory import require_gpu_memory
from mimo_runtime.errors import ResourceError
from mimo_torch.gpu_memory import WAY_OUT, told_in_a_sentence


def test_both_figures_are_told() -> None:
    require_gpu_memory(5, 5, "The component vae", WAY_OUT)
    words = r"The component vae needs 3.00 GB of GPU memory and 2.00 GB is free; shorten it\."
    with pytest.raises(ResourceError, match=words):
        require_gpu_memory(3 * 10**9, 2 * 10**9, "The component vae", "shorten it")


def test_torch_s_own_error_becomes_ours() -> None:
    with (
        pytest.raises(ResourceError, match=r"too small for the buffers of x.onnx; end other"),
        told_in_a_sentence("the buffers of x.onnx"),
    ):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
