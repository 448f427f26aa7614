"""Rotations of joints as files of the SMPL family have them: vectors, quaternions, matrices, or
six numbers.
"""

from collections.abc import Collection
from typing import Any

import numpy as np

from mimo_runtime.body.rotations import from_axis_angle, from_quaternion, unit
from mimo_runtime.body.skeleton import Array
from mimo_runtime.motions.files.array_files import as_array

_VECTOR, _QUATERNION, _SIX, _MATRIX = 3, 4, 6, 9
_WIDTHS = (_VECTOR, _QUATERNION, _SIX, _MATRIX)
_LONG = 0.01  # of 1: by how much a row of a rotation may be longer or shorter


def joint_matrices(array: Array, counts: Collection[int]) -> tuple[Array, bool] | None:
    """Rotations [N, J, 3, 3], J one of `counts`, and whether they were of six numbers.

    Of six numbers these are the first two rows of a matrix, or its first two columns: nothing in
    them tells which (`likelier` does). Of quaternions the real number is first or last: it is the
    larger one, as joints turn little. None where the shape fits nothing.
    """
    packed = _packed(array, counts) if array.size else None
    if packed is None:
        return None
    width = packed.shape[2]
    if width == _VECTOR:
        return from_axis_angle(packed), False
    if width == _QUATERNION:
        real = np.abs(packed[..., 0]).mean() >= np.abs(packed[..., 3]).mean()
        return from_quaternion(unit(packed if real else np.roll(packed, 1, axis=-1))), False
    if width == _MATRIX:
        return packed.reshape(*packed.shape[:2], 3, 3), False
    return _of_six(packed), True


def is_packed(value: Any, counts: Collection[int]) -> bool:
    """Whether `value` is of a shape that `joint_matrices` takes."""
    array = as_array(value)
    return array is not None and array.size > 0 and _packed(array, counts) is not None


def _packed(array: Array, counts: Collection[int]) -> Array | None:
    """As [N, J, one of `_WIDTHS`]."""
    if array.ndim == 4 and array.shape[2:] == (3, 3):
        array = array.reshape(*array.shape[:2], _MATRIX)
    if array.ndim == 3 and array.shape[1] == _SIX and array.shape[2] not in _WIDTHS:
        array = array.transpose(2, 0, 1)  # frames last, as MDM writes them
    if array.ndim == 3 and array.shape[1:] == (3, 3) and 1 in counts:
        array = array.reshape(-1, 1, _MATRIX)
    if array.ndim == 2:
        fits = [w for w in _WIDTHS if not array.shape[1] % w and array.shape[1] // w in counts]
        array = array.reshape(len(array), -1, fits[0]) if fits else array
    is_packed = array.ndim == 3 and array.shape[2] in _WIDTHS and array.shape[1] in counts
    return array if is_packed else None


def _of_six(packed: Array) -> Array:
    """By Gram and Schmidt (Zhou and others, 2019); the numbers may alternate."""
    pairs = packed.reshape(*packed.shape[:2], 2, 3)
    turned_about = packed.reshape(*packed.shape[:2], 3, 2).swapaxes(-1, -2)
    if _not_unit(turned_about) < min(_LONG, _not_unit(pairs)):
        pairs = turned_about
    first = unit(pairs[..., 0, :])
    along = (pairs[..., 1, :] * first).sum(axis=-1, keepdims=True)
    second = unit(pairs[..., 1, :] - along * first)
    return np.stack([first, second, np.cross(first, second)], axis=-2)


def _not_unit(pairs: Array) -> float:
    return float(np.abs(np.linalg.norm(pairs, axis=-1) - 1).mean())
