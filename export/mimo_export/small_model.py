"""The small bundle of the official kind that tests run: `python -m mimo_export.small_model FOLDER`.

Its weights are random; what ships is trained by `mimo train tiny`.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from mimo_export.exporter import bundle_from_checkpoint
from mimo_networks.random_checkpoint import write_random_checkpoint
from mimo_runtime.bundle import Shape

SHAPE = Shape(width_px=128, height_px=128, frames=16)
LICENCE = "Apache-2.0 (random weights, made by mimo_export.small_model)"


def write_small_model(folder: Path) -> None:
    """Make the bundle anew at `folder`, replacing what is there."""
    with tempfile.TemporaryDirectory() as scratch:
        checkpoint, bundle = Path(scratch) / "random-weights", Path(scratch) / "mimo-small"
        write_random_checkpoint(checkpoint)
        bundle_from_checkpoint(checkpoint, bundle, [SHAPE], licence=LICENCE)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(bundle, folder)


if __name__ == "__main__":
    write_small_model(Path(sys.argv[1]))
