"""What is exported of a layer model equals what training computes."""

import pytest
import torch

from mimo_networks.layer_exact import (
    LayerVaeDecoder,
    PictureVaeEncoder,
    PlanesCondition,
    PlanesReference,
)
from mimo_networks.layer_model import LayerModelConfig
from mimo_networks.precomputed import DenoiserPass, Identity, TimeProjections
from mimo_training.model import TinyMimo

SIDE, FRAMES = 64, 3


@pytest.fixture(scope="module")
def model() -> TinyMimo:
    torch.manual_seed(3)
    return TinyMimo(LayerModelConfig()).eval()


@torch.no_grad()
def test_a_pass_of_components_is_the_pass_of_training(model: TinyMimo) -> None:
    picture, plate = torch.rand(1, 3, SIDE, SIDE), torch.rand(FRAMES, 3, SIDE, SIDE)
    own, planes = torch.rand(1, 12, SIDE, SIDE), torch.rand(FRAMES, 12, SIDE, SIDE)
    latents, step = torch.randn(FRAMES, 16, SIDE // 8, SIDE // 8), torch.tensor([499])
    character = model.character(picture, own)
    trained = model.prediction(latents, step, model.condition(planes, plate), character)

    encode = PictureVaeEncoder(model.encoder)
    bank = PlanesReference(model.reference_net, model.guider)(
        encode(picture * 2 - 1), character.tokens, own
    )
    cross, *reference = Identity(model.denoiser)(character.tokens, *bank)
    condition = PlanesCondition(model.denoiser, model.guider)(planes, encode(plate * 2 - 1))
    projections = TimeProjections(model.denoiser)(step)
    exported = DenoiserPass(model.denoiser, FRAMES, guided=False)(
        latents, condition, projections, torch.tensor([0]), torch.ones(FRAMES, dtype=torch.bool),
        cross, *reference,
    )  # fmt: skip
    assert torch.allclose(exported[0], trained, atol=1e-5)


@torch.no_grad()
def test_the_decoder_gives_the_layer(model: TinyMimo) -> None:
    latents, planes = torch.randn(1, 16, 8, 8), torch.rand(1, 12, SIDE, SIDE)
    layer = LayerVaeDecoder(model.decoder)(latents, planes)
    assert layer.shape == (1, 4, SIDE, SIDE)
    assert torch.allclose(layer, model.paint(latents, planes).layer())
