"""The finished weights as a folder that `mimo export` takes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import save_file

from mimo_networks.layer_files import MODEL, WEIGHTS
from mimo_networks.layer_model import LayerModel, describe


def write_checkpoint(model: LayerModel, folder: Path, facts: Mapping[str, Any]) -> Path:
    """Write the networks (fp16) and what is said of them into `folder`; returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    half = {name: tensor.half().contiguous() for name, tensor in model.state_dict().items()}
    save_file(half, folder / WEIGHTS)
    (folder / MODEL).write_text(describe(model, facts), encoding="utf-8")
    return folder
