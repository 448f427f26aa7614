"""Names of a trained layer model's files, for who asks before torch is needed."""

from pathlib import Path
from typing import Final

MODEL: Final = "model.json"
WEIGHTS: Final = "weights.safetensors"


def is_layer_model(folder: Path) -> bool:
    """Whether `folder` holds a model that paints the human layer, and no official checkpoint."""
    return (folder / MODEL).is_file()
