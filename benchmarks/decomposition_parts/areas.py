"""How well an area was found."""

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Mask = NDArray[np.uint8] | NDArray[np.float32] | NDArray[np.bool_]
_NEAR = 0.15  # of the person's height


def solid(mask: Mask) -> Flags:
    """Where a mask, float 0..1, uint8 0..255 or bool, is one half or more."""
    if mask.dtype == np.bool_:
        return np.asarray(mask, np.bool_)
    return np.asarray(mask.astype(np.float32) >= (128 if mask.dtype == np.uint8 else 0.5))


def iou(found: Flags, truth: Flags) -> float:
    """Intersection over union of two areas of one shape; 1 where both are empty."""
    union = int((found | truth).sum())
    return float((found & truth).sum()) / union if union else 1.0


def near_box(area: Flags, share: float = _NEAR) -> Flags:
    """The box around `area`, wider by `share` of its height on all sides; bool [H, W]."""
    near = np.zeros(area.shape, np.bool_)
    rows, columns = np.flatnonzero(area.any(axis=1)), np.flatnonzero(area.any(axis=0))
    if len(rows):
        room = int(share * (rows[-1] - rows[0] + 1)) + 1
        top, left = max(0, rows[0] - room), max(0, columns[0] - room)
        near[top : rows[-1] + room + 1, left : columns[-1] + room + 1] = True
    return near


def false_share(found: Flags, truth: Flags, person: Flags) -> float:
    """What was found where nothing is, in areas of the person."""
    return float((found & ~truth).sum()) / max(1, int(person.sum()))
