"""An array alone, which says of itself neither whether it is of rotations nor of joints."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from mimo_runtime.body.skeleton import Array
from mimo_runtime.body.smpl_joints import BODY_JOINTS
from mimo_runtime.motions.files.array_files import as_array
from mimo_runtime.motions.files.smpl_keys import POSE_KEYS

_UNNAMED = "arr_0"  # what numpy.savez calls it
_JOINTS = (BODY_JOINTS, 24, 52, 55)
_SOME_FRAMES = 100
_APART = 0.02  # of the largest distance
_SAME = 0.02
_MANY = 0.6  # of the joints
_UNIT = 0.02  # by how much rows of matrices may be longer or shorter than 1


def named(content: Any) -> Any:
    """`content`; an array alone in it by a usual name, where its numbers tell what they are.

    Of rows of three numbers a joint those are places of joints where most of these stay as far
    from another one, by a bone; others are rotations.
    """
    array = as_array(content.get(_UNNAMED)) if _is_unnamed(content) else _bare(content)
    if array is None or not array.size:
        return content
    if array.ndim == 4 and array.shape[1] in _JOINTS and array.shape[2:] == (3, 3):
        is_turned = np.abs(np.linalg.norm(array, axis=-1) - 1).max() < _UNIT
        return {POSE_KEYS[0]: array} if is_turned else array
    if array.ndim == 2 and array.shape[1] in [3 * joints for joints in _JOINTS]:
        joints = array.reshape(len(array), -1, 3)
        return joints if _has_bones(joints) else {POSE_KEYS[0]: array}
    return array


def _has_bones(joints: Array) -> bool:
    """Whether many of the joints [N, J, 3], in whatever order, stay as far from another one.

    None of them lie in one place, as the turns of joints do that are not turned.
    """
    some = joints[:: max(1, len(joints) // _SOME_FRAMES)]
    apart = np.linalg.norm(some[:, :, None] - some[:, None], axis=-1)
    usual = apart.mean(axis=0)
    is_bone = (usual > _APART * usual.max()) & (apart.std(axis=0) < _SAME * usual)
    alike = (usual <= _SAME * _APART * usual.max()).sum(axis=1) > 1
    return bool(is_bone.any(axis=1).mean() > _MANY and alike.mean() < 1 - _MANY)


def _is_unnamed(content: Any) -> bool:
    return isinstance(content, Mapping) and set(content) == {_UNNAMED}


def _bare(content: Any) -> Any:
    return as_array(content) if isinstance(content, np.ndarray) else None
