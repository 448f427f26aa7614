"""Motions as one row of numbers a frame, as text-to-motion data sets have them.

HumanML3D (Guo and others, 2022): features, of which speed and height of the root and the places of
the other joints beside it give all joints. Motion-X (Lin and others, 2023): parameters of SMPL-X.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from mimo_runtime.body.rotations import about_axis
from mimo_runtime.body.skeleton import Array
from mimo_runtime.body.smpl_joints import BODY_JOINTS

FEATURES: Final = 263
PARAMETERS: Final = 322
_PLACES = slice(4, 4 + 3 * (BODY_JOINTS - 1))
_PARTS: Final = {"root_orient": slice(3), "pose_body": slice(3, 66), "pose_hand": slice(66, 156),
                 "trans": slice(309, 312), "betas": slice(312, 322)}  # fmt: skip
_MOTION_X_FPS = 30


def joints_of_features(features: Array) -> Array:
    """Joints [N, 22, 3] in SMPL's order, y up, metres, of HumanML3D's `features` [N, 263].

    A row says how the root goes on to the next frame; it is as upright as the floor.
    """
    before = np.concatenate([np.zeros((1, 3)), features[:-1, :3]])
    turns = about_axis(1, np.degrees(-2 * np.cumsum(before[:, 0])))
    steps = before[:, 1:] @ np.array([[1.0, 0, 0], [0, 0, 1]])
    root = np.cumsum(np.einsum("nab,nb->na", turns, steps), axis=0)
    beside = features[:, _PLACES].reshape(len(features), -1, 3)
    others = np.einsum("nab,njb->nja", turns, beside) + root[:, None]
    root[:, 1] = features[:, 3]
    return np.concatenate([root[:, None], others], axis=1)


def parameters_of(content: Any) -> Mapping[str, Any] | None:
    """Motion-X's parameters by the keys of `smpl_keys`; None where `content` is something else."""
    if not isinstance(content, np.ndarray) or content.ndim != 2 or content.shape[1] != PARAMETERS:
        return None
    return {part: content[:, columns] for part, columns in _PARTS.items()} | {"fps": _MOTION_X_FPS}
