"""Weight files of a checkpoint: mapped safely, merged as the official loader does, and checked."""

import errno
import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from mimo_runtime.errors import CheckpointError, ResourceError

State = dict[str, Tensor]
Convert = Callable[[Tensor], Tensor]
_NO_MEMORY = os.strerror(errno.ENOMEM)


def read_weights(path: Path) -> State:
    """The tensors of a weight file as they are stored, mapped and not yet read where possible.

    Pickled files are read with `weights_only`, so that they cannot run code. Those of before
    torch 1.6 cannot be mapped and are read whole.

    Raises:
        CheckpointError: it is not a plain dictionary of tensors.
        ResourceError: a limit of memory leaves no room for it.
    """
    try:
        return load_file(path) if path.suffix == ".safetensors" else _unpickle(path)
    except (CheckpointError, MemoryError):
        raise
    except Exception as error:  # damaged files make torch and safetensors raise anything
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        if _NO_MEMORY in reason:
            raise ResourceError(
                f"There is no memory to map {path}; raise the limit of this process or end other "
                "programs."
            ) from error
        reason = reason[:120]
        raise CheckpointError(
            f"{path} cannot be read as a weight file ({reason}); copy it again from its source."
        ) from error


def _unpickle(path: Path) -> State:
    state = torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
    if isinstance(state, dict) and isinstance(state.get("state_dict"), dict):
        state = state["state_dict"]
    if not isinstance(state, dict) or not all(isinstance(t, Tensor) for t in state.values()):
        raise CheckpointError(
            f"{path} is not a plain dictionary of weights; take it as it was published."
        )
    return state


def as_stored(tensor: Tensor) -> Tensor:
    """The tensor itself, for who looks at shapes alone."""
    return tensor


def in_float32(tensor: Tensor) -> Tensor:
    """Floating ones as float32; those that are, are not copied."""
    return tensor.float() if tensor.is_floating_point() else tensor


class RoundedToHalf:
    """Converts weights to float32 numbers that float16 holds, and sums up what that changes.

    What lies beyond float16 stays as it is and is counted in `kept`. What was stored as float16
    does not change.
    """

    def __init__(self) -> None:
        self.kept = 0
        self._changed = 0.0
        self._whole = 0.0

    def __call__(self, tensor: Tensor) -> Tensor:
        """The rounded tensor."""
        wide = in_float32(tensor)
        if not tensor.is_floating_point() or tensor.dtype == torch.float16:
            return wide
        rounded = wide.half().float()
        if not torch.isfinite(rounded).all():
            self.kept += 1
            return wide
        self._changed += float((rounded - wide).square().sum(dtype=torch.float64))
        self._whole += float(wide.square().sum(dtype=torch.float64))
        return rounded

    @property
    def relative_error(self) -> float:
        """Root mean square of the change over that of all weights so far; 0 is exact."""
        return float((self._changed / self._whole) ** 0.5) if self._whole else 0.0


def load_state(
    module: nn.Module, state: Mapping[str, Tensor], convert: Convert, what: str, spare: str = ""
) -> None:
    """Make `state`, converted, the weights of `module`; what the module lacks is left out.

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
    module.load_state_dict({name: convert(state[name]) for name in wanted}, assign=True)
