"""What the unseen side of a body probably wears: what is at the same height of the same limb.

A median over what is seen there: borders of clothes stay in their places, while marks that only the
front has (prints, faces, an open jacket) do not get onto the back. On the head it is hair: the
crown's, and what hangs at its sides.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats
from mimo_runtime.body.body import Body, main_joints
from mimo_runtime.characters.atlas import Shares
from mimo_runtime.characters.tuning import TUNING
from mimo_runtime.fitting.degrees_of_freedom import NECK

# Surface coordinates of the head: the face is before _EARS and below _HAIRLINE.
_EARS, _BEHIND_EARS = 0.4, 0.28
_HAIRLINE, _EAR_TOP, _NAPE = 0.965, 0.953, 0.9
_TRUNK: Final = "trunk"
_HEAD: Final = "head"
_NECK: Final = "neck"
_LIMBS: Final = {"Arm": "Arm", "ForeArm": "ForeArm", "UpLeg": "UpLeg", "Leg": "Leg"}
_ENDS: Final = {"Hand": "Hand", "Thumb": "Hand", "Finger": "Hand", "Foot": "Foot", "Toe": "Foot"}
_ROWS_AT_ONCE = 256


def from_other_side(
    body: Body, colours: Floats, known: NDArray[np.bool_]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Colours [V, 3] for vertices of the shipped body that are not `known`, and which got one."""
    result, filled = np.zeros_like(colours), np.zeros(len(known), bool)
    parts = _parts(body)
    for part in np.unique(parts):
        own = parts == part
        wanted, sources = own & ~known, own & known
        if part == _HEAD:
            wanted, sources = wanted & ~face(body), sources & _scalp(body)
        if not wanted.any() or sources.sum() < TUNING.fewest_sources:
            continue
        if part == _HEAD:
            result[wanted] = _crown(body, colours, sources)
        else:
            positions, most = _positions(body, str(part), own), TUNING.limb_neighbours
            if part in (_TRUNK, _NECK):
                most = TUNING.trunk_neighbours
            result[wanted] = _medians(positions[wanted], positions[sources], colours[sources], most)
        filled |= wanted
    return result, filled


def face(body: Body) -> NDArray[np.bool_]:
    """bool [V], the front of the head below the hair, eyes and mouth too."""
    head = _parts(body) == _HEAD
    return np.asarray(head & (body.surface[:, 2] > _EARS) & (body.surface[:, 1] < _HAIRLINE))


def _scalp(body: Body) -> NDArray[np.bool_]:
    """bool [V], where hair grows: above the ears, and behind them above the nape."""
    height, depth = body.surface[:, 1], body.surface[:, 2]
    above = (height > _HAIRLINE) | ((height > _EAR_TOP) & (depth < _EARS))
    return np.asarray(above | ((height > _NAPE) & (depth < _BEHIND_EARS)))


def _crown(body: Body, colours: Floats, sources: NDArray[np.bool_]) -> Floats:
    """float32 [3], the median colour of the highest of the vertices `sources` [V]."""
    numbers = np.flatnonzero(sources)
    highest = numbers[
        np.argsort(-body.vertices_m[numbers, 1], kind="stable")[: TUNING.crown_neighbours]
    ]
    return np.asarray(np.median(colours[highest], axis=0), np.float32)


def _parts(body: Body) -> NDArray[np.str_]:
    """The part of the body [V] that the joint which carries a vertex most belongs to."""
    names = np.array([_part(name) for name in body.skeleton.names])
    return np.asarray(names[main_joints(body)])


def _part(joint: str) -> str:
    if joint in NECK:
        return _HEAD if joint == "Head" else _NECK
    side = "Left" if joint.startswith("L") else "Right"
    bone = joint.removeprefix("Left").removeprefix("Right")
    if bone in _LIMBS:
        return side + bone
    return next((side + end for word, end in _ENDS.items() if word in joint), _TRUNK)


def _positions(body: Body, part: str, own: NDArray[np.bool_]) -> Shares:
    """Where vertices [V] are along their part and, on the trunk, across it; nearness counts."""
    if part in (_TRUNK, _NECK):
        across = body.vertices_m[:, 0] / TUNING.across_m
        return np.column_stack([body.vertices_m[:, 1] / TUNING.along_m, across])
    centred = body.vertices_m - body.vertices_m[own].mean(axis=0)
    _, _, axes = np.linalg.svd(centred[own], full_matrices=False)
    return np.asarray(centred @ axes[:1].T / TUNING.along_m)


def _medians(positions: Shares, sources: Shares, colours: Floats, most: int) -> Floats:
    """float32 [N, 3]: the median colour of the `most` sources nearest to each place."""
    count = min(most, len(sources))
    result = np.empty((len(positions), 3), np.float32)
    for first in range(0, len(positions), _ROWS_AT_ONCE):
        some = slice(first, first + _ROWS_AT_ONCE)
        apart = ((positions[some, None] - sources) ** 2).sum(axis=-1)
        nearest = np.argpartition(apart, count - 1, axis=1)[:, :count]
        result[some] = np.median(colours[nearest], axis=1)
    return result
