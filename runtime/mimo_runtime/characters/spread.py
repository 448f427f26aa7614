"""Lengths known at a few vertices, carried smoothly over the whole surface of a body."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.jit import Compiled
from mimo_runtime.body.skeleton import Array
from mimo_runtime.characters.diffusion import edges

Integers = NDArray[np.int64]

_SMOOTHNESS: Final = 2.0
_LIKENESS: Final = 0.02
_REST: Final = 0.0005
_MOST_STEPS: Final = 500
_PRECISION: Final = 1e-7  # of the residual, as a share of the first one


@dataclass(frozen=True, slots=True)
class Links:
    """Who is beside whom on a mesh of V vertices and E edges, both ways.

    Attributes:
        first: [V + 1], where the neighbours of each vertex begin in `neighbours`.
        neighbours: [E]. twins: [V], the vertex on the other side of the body.
    """

    first: Integers
    neighbours: Integers
    twins: Integers

    @classmethod
    def of(cls, triangles: NDArray[np.int32], twins: Integers) -> "Links":
        """The links of the mesh `triangles` [T, 3]."""
        starts, ends = edges(triangles)
        first = np.searchsorted(starts, np.arange(len(twins) + 1))
        return cls(first, ends, twins)


def spread(target: Array, weight: Array, start: Array, links: Links) -> Array:
    """The smooth lengths [V] nearest to `target` where `weight` is; conjugate gradients.

    They make weight x (length - target)^2 small, and the differences between neighbours and
    between the two sides of the body; `start` is where the search begins.
    """
    return _solved(target, weight, start.copy(), links.first, links.neighbours, links.twins)


@Compiled
def _apply(
    lengths: Array, own: Array, first: Integers, near: Integers, twins: Integers, result: Array
) -> None:
    for i in range(len(lengths)):
        around = 0.0
        for k in range(first[i], first[i + 1]):
            around += lengths[near[k]]
        other = 2 * _LIKENESS * lengths[twins[i]]
        result[i] = own[i] * lengths[i] - _SMOOTHNESS * around - other


@Compiled
def _solved(
    target: Array, weight: Array, lengths: Array, first: Integers, near: Integers, twins: Integers
) -> Array:
    count = len(lengths)
    own = weight + _REST + 2 * _LIKENESS
    for i in range(count):
        own[i] += _SMOOTHNESS * (first[i + 1] - first[i])
    moved = np.empty(count)
    _apply(lengths, own, first, near, twins, moved)
    left = weight * target - moved
    scaled = left / own
    way = scaled.copy()
    size = (left * scaled).sum()
    enough = size * _PRECISION**2
    for _ in range(_MOST_STEPS):
        if size <= enough:
            break
        _apply(way, own, first, near, twins, moved)
        step = size / (way * moved).sum()
        lengths += step * way
        left -= step * moved
        scaled = left / own
        last, size = size, (left * scaled).sum()
        way = scaled + size / last * way
    return lengths
