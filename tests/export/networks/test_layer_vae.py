"""What the latents of a layer are told of its light."""

import pytest
import torch

from mimo_networks.layer_vae import CONFIDENCE, COVERAGE, RGB, light_on

SIDE = 32


@pytest.fixture
def planes() -> torch.Tensor:
    torch.manual_seed(5)
    planes = torch.zeros(2, 12, SIDE, SIDE)
    planes[:, RGB] = 0.2 + 0.4 * torch.rand(2, 3, SIDE, SIDE)
    planes[:, CONFIDENCE], planes[:, COVERAGE] = 1, 1
    return planes


def _layer(colour: torch.Tensor, alpha: float) -> torch.Tensor:
    cover = torch.full_like(colour[:, :1], alpha)
    return torch.cat([colour * alpha, cover, torch.zeros_like(cover)], dim=1)


@pytest.mark.parametrize("alpha", [1.0, 0.5])
@pytest.mark.parametrize("gain", [0.6, 1.0, 1.5])
def test_the_light_is_what_the_texture_was_multiplied_with(
    planes: torch.Tensor, gain: float, alpha: float
) -> None:
    light = light_on(_layer(planes[:, RGB] * gain, alpha), planes)
    assert light.shape == (2, 3, SIDE // 8, SIDE // 8)
    assert torch.allclose(light.exp(), torch.tensor(gain), rtol=0.05)


def test_a_texture_that_is_not_known_says_nothing(planes: torch.Tensor) -> None:
    planes[:, CONFIDENCE, : SIDE // 2] = 0
    light = light_on(_layer(planes[:, RGB] * 1.5, 1.0), planes)
    assert float(light[:, :, : SIDE // 16].abs().max()) == 0
    assert float(light[:, :, SIDE // 16 :].min()) > 0.3
