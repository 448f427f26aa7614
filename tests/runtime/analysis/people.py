"""People as a finder would give them, made up."""

import numpy as np

from mimo_runtime.analysis.bbox import BBox
from mimo_runtime.analysis.person import DetectedPerson

_PLACES = np.array(  # of 17 keypoints in the box, COCO order
    [
        [0.5, 0.08],
        [0.55, 0.06],
        [0.45, 0.06],
        [0.6, 0.08],
        [0.4, 0.08],
        [0.75, 0.22],
        [0.25, 0.22],
        [0.85, 0.38],
        [0.15, 0.38],
        [0.9, 0.52],
        [0.1, 0.52],
        [0.65, 0.52],
        [0.35, 0.52],
        [0.65, 0.75],
        [0.35, 0.75],
        [0.65, 0.97],
        [0.35, 0.97],
    ]
)
RED, BLUE = np.eye(2, dtype=np.float32)


def standing(
    x: float, y: float = 100, height: float = 80, colours=None, score: float = 0.6
) -> DetectedPerson:
    """A person with the middle of the box at (x, y)."""
    width = height * 0.4
    box = BBox(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    points = _PLACES * (width, height) + (box.left, box.top)
    keypoints = np.concatenate([points, np.full((17, 1), 0.8)], axis=1).astype(np.float32)
    worn = np.zeros(0, np.float32) if colours is None else colours
    return DetectedPerson(box, keypoints, score, worn)
