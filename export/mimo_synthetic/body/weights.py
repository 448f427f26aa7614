"""Skin weights: per vertex the few joints that move it most."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mimo_synthetic.body.obj import Indices

WHOLE = 65535


def strongest_weights(
    path: Path, joints: Sequence[str], vertices: Indices, count: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
    """The `count` largest weights of each vertex, scaled to sum to 1 (as 65535, within rounding).

    Returns joint indices uint8 [V, count] and weights uint16 [V, count], the largest first.
    """
    listed = json.loads(path.read_text())["weights"]
    size = 1 + max(index for pairs in listed.values() for index, _ in pairs)
    table = np.zeros((max(size, int(vertices.max()) + 1), len(joints)))
    for joint, name in enumerate(joints):
        for index, weight in listed[name]:
            table[index, joint] = weight
    table = table[vertices]
    if (table.sum(axis=1) <= 0).any():
        raise ValueError(f"{path.name} leaves {(table.sum(axis=1) <= 0).sum()} vertices unmoved")
    order = np.argsort(-table, axis=1, kind="stable")[:, :count]
    kept = np.take_along_axis(table, order, axis=1)
    kept /= kept.sum(axis=1, keepdims=True)
    return order.astype(np.uint8), np.round(kept * WHOLE).astype(np.uint16)
