"""A motion as many dicts of one posture each, kept as a network gave them frame by frame.

A tracker that numbers people is another thing (`tracked_people`).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from mimo_runtime.motions.files.array_files import as_array
from mimo_runtime.motions.files.smpl_keys import (
    BETAS_KEY,
    BODY_COUNTS,
    BODY_KEYS,
    COUNTS,
    PATH_KEYS,
    POSE_KEYS,
    RATE_KEYS,
    ROOT_KEYS,
)
from mimo_runtime.motions.files.smpl_rotations import is_packed

REMARK: Final = "many parts of one posture each, taken as frames of one person"
_FEWEST: Final = 10  # so many are hardly people of one picture


def frames_of_one(parts: Sequence[Mapping[Any, Any]]) -> Mapping[str, Any] | None:
    """The postures of `parts`, by the same keys, a row a frame.

    None where they are few, or have other than one posture each.
    """
    if len(parts) < _FEWEST:
        return None
    first = parts[0]
    frames: dict[str, Any] = {key: first[key] for key in RATE_KEYS if key in first}
    for key in (*POSE_KEYS, *ROOT_KEYS, *BODY_KEYS, *PATH_KEYS, BETAS_KEY):
        if key in first:
            rows = [as_array(part.get(key)) for part in parts]
            postures = [row.reshape(-1) for row in rows if row is not None]
            if len(postures) < len(parts) or len(set(map(len, postures))) > 1:
                return None
            frames[key] = np.stack(postures)
    poses = next((frames[key] for key in (*POSE_KEYS, *BODY_KEYS) if key in frames), None)
    return frames if is_packed(poses, (*COUNTS, *BODY_COUNTS)) else None
