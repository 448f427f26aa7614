"""Weight files of a checkpoint: read safely, merged as the official loader does, and checked."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from mimo_runtime.errors import CheckpointError

State = dict[str, Tensor]


def find_file(folder: Path, names: Iterable[str]) -> Path | None:
    """The first of `names` that is in `folder`."""
    return next((folder / name for name in names if (folder / name).is_file()), None)


def read_weights(folder: Path, names: Iterable[str], what: str) -> State:
    """Read the first of the files `names` in `folder`, as float32.

    Pickled files are read with `weights_only`, so that they cannot run code.

    Raises:
        CheckpointError: no such file, or it is not a plain dictionary of tensors.
    """
    names = list(names)
    path = find_file(folder, names)
    if path is None:
        raise CheckpointError(
            f"{what} is missing: {folder} has none of {', '.join(names)}; take it as it was "
            "published."
        )
    try:
        state = load_file(path) if path.suffix == ".safetensors" else _unpickle(path)
    except (CheckpointError, MemoryError):
        raise
    except Exception as error:  # damaged files make torch and safetensors raise anything
        reason = (str(error).splitlines() or [type(error).__name__])[0][:120]
        raise CheckpointError(
            f"{path} cannot be read as a weight file ({reason}); copy it again from its source."
        ) from error
    return {name: _float32(tensor) for name, tensor in state.items()}


def _float32(tensor: Tensor) -> Tensor:
    return tensor.float() if tensor.is_floating_point() else tensor


def _unpickle(path: Path) -> State:
    state = torch.load(path, map_location="cpu", weights_only=True)
    if isinstance(state, dict) and isinstance(state.get("state_dict"), dict):
        state = state["state_dict"]
    if not isinstance(state, dict) or not all(isinstance(t, Tensor) for t in state.values()):
        raise CheckpointError(
            f"{path} is not a plain dictionary of weights; take it as it was published."
        )
    return state


def load_state(module: nn.Module, state: Mapping[str, Tensor], what: str, spare: str = "") -> None:
    """Make `state` the weights of `module`, without a copy; what the module lacks is left out.

    Raises:
        CheckpointError: weights are missing or of another shape; the first ones are named.
    """
    wanted = module.state_dict()
    missing = [name for name in wanted if name not in state]
    if missing:
        raise CheckpointError(
            f"{what} lacks {len(missing)} of {len(wanted)} weights, the first being "
            f"'{missing[0]}'{spare}; take it as it was published."
        )
    for name, tensor in wanted.items():
        if state[name].shape != tensor.shape:
            raise CheckpointError(
                f"{what} has '{name}' of shape {list(state[name].shape)}, but its configuration "
                f"asks for {list(tensor.shape)}; check config.json and the inference configuration."
            )
    module.load_state_dict({name: state[name] for name in wanted}, assign=True)
