"""The launches that plugins carry, interpreted: nodes of the ONNX files against their fp64."""

import numpy as np
import pytest
import torch

from mimo_kernels.launch import jit
from mimo_kernels.plugin_kernels import OPERATORS
from mimo_kernels.reference_attention.contract import reference_attention_fp64
from mimo_kernels.temporal_attention.contract import temporal_attention_fp64


def tensors(*shapes: tuple[int, ...]) -> list[torch.Tensor]:
    """Seeded normal float32 tensors."""
    made = torch.Generator().manual_seed(0)
    return [torch.randn(shape, generator=made) for shape in shapes]


def ran(name: str, inputs: list[torch.Tensor], attributes: dict[str, int]) -> np.ndarray:
    """What the last tactic of a node's plugin writes."""
    shapes = [tuple(tensor.shape) for tensor in inputs]
    launch = OPERATORS[name].tactics(shapes, attributes, "fp32", "sm_90")[-1]
    assert [argument.role for argument in launch.arguments] == ["in"] * len(inputs) + ["out"]
    output = torch.full(shapes[0], float("nan"))
    jit(launch, [*inputs, output])
    return output.numpy()


@pytest.mark.skipif(torch.cuda.is_available(), reason="these tensors are on the CPU")
class TestInterpreted:
    def test_a_reference_attention_node(self) -> None:
        own = (3, 37, 32)
        inputs = tensors(own, own, own, (21, 32), (21, 32))
        attributes = {"heads": 2, "unconditional_rows": 1}
        expected = reference_attention_fp64(*(x.double().numpy() for x in inputs), **attributes)
        assert np.allclose(ran("ReferenceAttention", inputs, attributes), expected, atol=1e-5)

    def test_a_temporal_attention_node_with_its_mask_as_int32(self) -> None:
        own = (2 * 3, 5, 32)
        inputs = tensors(own, own, own)
        mask = torch.tensor([1, 256, 0], dtype=torch.int32)  # 256: its lowest byte is 0
        attributes = {"heads": 2, "frames": 3}
        q, k, v = (x.double().numpy() for x in inputs)
        expected = temporal_attention_fp64(q, k, v, mask.numpy() != 0, **attributes)
        found = ran("TemporalAttention", [*inputs, mask], attributes)
        assert np.allclose(found, expected, atol=1e-5)
