"""A run that begins with the weights of an earlier one."""

from pathlib import Path

import pytest
import torch

from mimo_networks.layer_model import LayerModelConfig
from mimo_runtime import sample
from mimo_runtime.bundle.networks import read_networks
from mimo_runtime.errors import CheckpointError
from mimo_training.checkpoint import write_checkpoint
from mimo_training.model import TinyMimo
from mimo_training.start import begin_with, origin_of

SMALL_BUNDLE = Path(__file__).parents[2] / "data" / "small-bundle"


@pytest.fixture(scope="module")
def shipped() -> TinyMimo:
    torch.manual_seed(3)
    model = TinyMimo(LayerModelConfig())
    begin_with(model, sample.BUNDLE)
    return model.eval()


def test_a_bundle_gives_the_weights_that_it_was_made_of(shipped: TinyMimo) -> None:
    torch.manual_seed(4)
    other = TinyMimo(LayerModelConfig())
    begin_with(other, sample.BUNDLE)
    for network, entry in read_networks(sample.BUNDLE).items():
        for name in entry.tensors:
            key = f"{network}.{name}"
            assert torch.equal(other.state_dict()[key], shipped.state_dict()[key]), key


def test_weights_come_back_as_they_were_written(shipped: TinyMimo, tmp_path: Path) -> None:
    write_checkpoint(shipped, tmp_path, {})
    again = TinyMimo(LayerModelConfig())
    begin_with(again, tmp_path)
    for name, tensor in shipped.state_dict().items():
        assert torch.equal(tensor.half(), again.state_dict()[name].half()), name


def test_what_weights_are_from_is_told_on(shipped: TinyMimo, tmp_path: Path) -> None:
    assert "mimo train tiny" in str(origin_of(sample.BUNDLE))
    write_checkpoint(shipped, tmp_path, {"origin": {"seed": 7}})
    assert origin_of(tmp_path) == {"seed": 7}


def test_another_kind_of_model_is_refused_by_its_name() -> None:
    with pytest.raises(CheckpointError, match="begin with weights or a bundle of mimo-tiny"):
        begin_with(TinyMimo(LayerModelConfig()), SMALL_BUNDLE)
