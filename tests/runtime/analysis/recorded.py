"""What the shipped networks gave for `rendered.character` twice on `rendered.street(480, 640)`.

The characters' corners are at (60, 60) and (330, 90). `rows` is the people network's output for
the whole picture, the rest that of the body network for `CROP`; `mask` holds quarters of logits.
"""

from pathlib import Path

import numpy as np

from mimo_runtime.analysis.square_crop import SquareCrop

CROP = SquareCrop(172, 220, 420, 0.0)


def recorded() -> dict[str, np.ndarray]:
    with np.load(Path(__file__).parent / "recorded.npz") as data:
        found = {name: data[name] for name in data.files}
    return found | {"mask": found["mask"].astype(np.float32) / 4}
