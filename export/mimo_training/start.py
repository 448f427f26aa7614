"""The weights that a run begins with: those of an earlier model, or fresh ones."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from mimo_networks.layer_files import is_layer_model
from mimo_networks.layer_model import load_layer_model
from mimo_runtime.bundle import Bundle
from mimo_runtime.bundle.networks import WEIGHTS, read_networks
from mimo_runtime.errors import CheckpointError
from mimo_torch.stored_weights import StoredWeights
from mimo_training.model import TinyMimo

State = Mapping[str, Tensor]


def begin_with(model: TinyMimo, path: Path) -> None:
    """Give `model` the weights of a folder that `mimo train` ends with, or of a bundle.

    What an older model lacks stays fresh.

    Raises:
        CheckpointError: they are of another kind of model, or of other sizes.
        BundleError: a file of the bundle is missing or damaged.
    """
    state = load_layer_model(path)[0].state_dict() if is_layer_model(path) else _of_bundle(path)
    own = model.state_dict()
    strange = [n for n, t in state.items() if n not in own or own[n].shape != t.shape]
    if strange or not state:
        raise CheckpointError(
            f"{path} is no model like the one to be trained ({strange[0] if strange else 'empty'} "
            "does not fit); begin with weights or a bundle of mimo-tiny."
        )
    model.load_state_dict({**own, **state})


def origin_of(path: Path) -> object:
    """Where the weights of `path`, as `begin_with` takes it, are from: what its manifest says."""
    if is_layer_model(path):
        return load_layer_model(path)[1].get("origin", path.name)
    return Bundle.open(path).manifest.source


def _of_bundle(path: Path) -> State:
    weights = StoredWeights(path / WEIGHTS)
    return {
        f"{network}.{name}": weights.tensor(stored, torch.device("cpu"), torch.float32)
        for network, entry in read_networks(path).items()
        for name, stored in entry.tensors.items()
    }
