"""The group norm that keeps a layout: what a GPU runs, here on the CPU."""

import pytest
import torch

from mimo_networks.layers import group_norm_channels_last


@pytest.mark.parametrize(
    ("dtype", "limit"), [(torch.float64, 1e-12), (torch.float32, 1e-5), (torch.float16, 4e-3)]
)
@pytest.mark.parametrize("mean", [0.0, 3.0])
def test_equals_torch_and_keeps_the_layout(dtype: torch.dtype, limit: float, mean: float) -> None:
    draw = torch.Generator().manual_seed(1)
    x = torch.randn(2, 24, 7, 5, generator=draw, dtype=torch.float64) * 2 + mean
    weight = torch.randn(24, generator=draw, dtype=torch.float64)
    bias = torch.randn(24, generator=draw, dtype=torch.float64)
    x, weight, bias = (t.to(dtype) for t in (x, weight, bias))
    wanted = torch.group_norm(x.double(), 6, weight.double(), bias.double(), 1e-5)
    x = x.contiguous(memory_format=torch.channels_last)
    found = group_norm_channels_last(x, 6, weight, bias, 1e-5)
    assert found.dtype == dtype
    assert found.is_contiguous(memory_format=torch.channels_last)
    assert (found.double() - wanted).norm() <= limit * wanted.norm()
