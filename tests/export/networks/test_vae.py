"""Our autoencoder beside diffusers': same names, same draws, same numbers."""

import json
from typing import Any

import pytest
import torch

from mimo_networks.vae import Autoencoder, VaeDecoder, VaeEncoder
from mimo_networks.vae_config import VaeConfig, vae_config_from_json
from mimo_runtime.errors import CheckpointError, MimoError, UnsupportedError

CONFIG: dict[str, Any] = {
    "block_out_channels": [4, 8, 8, 12],
    "down_block_types": ["DownEncoderBlock2D"] * 4,
    "latent_channels": 4,
    "layers_per_block": 2,
    "norm_num_groups": 2,
    "up_block_types": ["UpDecoderBlock2D"] * 4,
}


@pytest.mark.parametrize("change", [{}, {"layers_per_block": 1, "use_quant_conv": False}])
def test_equals_diffusers(change: dict[str, Any]) -> None:
    diffusers = pytest.importorskip("diffusers")
    torch.manual_seed(4)
    theirs = diffusers.AutoencoderKL.from_config(CONFIG | change).eval()
    torch.manual_seed(4)
    ours = Autoencoder(vae_config_from_json(CONFIG | change, "config.json")).eval()
    state = theirs.state_dict()
    assert list(ours.state_dict()) == list(state)
    assert all(torch.equal(tensor, state[name]) for name, tensor in ours.state_dict().items())
    pixels, latents = torch.randn(2, 3, 40, 24), torch.randn(2, 4, 5, 3)
    wanted = theirs.encode(pixels).latent_dist.mode() * 0.18215
    assert torch.equal(VaeEncoder(ours)(pixels), wanted)
    wanted = (theirs.decode(latents / 0.18215).sample / 2 + 0.5).clamp(0, 1)
    assert torch.equal(VaeDecoder(ours)(latents), wanted)


def test_the_official_size() -> None:
    with torch.device("meta"):
        vae = Autoencoder(VaeConfig())
    assert sum(parameter.numel() for parameter in vae.parameters()) == 83_653_863


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"latent_channels": 16}, UnsupportedError, "sets latent_channels to 16"),
        ({"act_fn": "relu"}, UnsupportedError, "sets act_fn to 'relu'; the official VAE has"),
        (
            {"up_block_types": ["AttnUpDecoderBlock2D"] * 4},
            UnsupportedError,
            "blocks of type .'AttnUpDecoderBlock2D'. in up_block_types",
        ),
        ({"down_block_types": []}, CheckpointError, "0 down_block_types for 4 block_out_channels"),
        ({"layers_per_block": "many"}, CheckpointError, "does not describe its network"),
        ({"norm_num_groups": 5}, CheckpointError, "5 norm groups do not divide"),
    ],
)
def test_what_it_cannot_be(change: dict[str, Any], error: type[MimoError], words: str) -> None:
    with pytest.raises(error, match=words):
        vae_config_from_json(json.loads(json.dumps(CONFIG | change)), "config.json")
