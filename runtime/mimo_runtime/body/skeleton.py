"""Joints, how they hang together, and where they are at rest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Skeleton:
    """J joints, every parent before its children.

    Attributes:
        names: of the joints.
        parents: index of each joint's parent; -1 for the first joint, the root, and only there.
        rest_m: float64 [J, 3], the joints at rest.
        tails_m: float64 [J, 3], where the bone that begins at a joint ends at rest.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    rest_m: Array
    tails_m: Array

    @property
    def joint_count(self) -> int:
        """J."""
        return len(self.names)

    def index(self, name: str) -> int:
        """The index of the joint `name`; ValueError where there is none."""
        return self.names.index(name)

    @property
    def offsets_m(self) -> Array:
        """float64 [J, 3] from each joint's parent to it at rest; of the root its place."""
        offsets = self.rest_m.copy()
        offsets[1:] -= self.rest_m[list(self.parents[1:])]
        return offsets


def tails_from_children(parents: tuple[int, ...], rest_m: Array) -> Array:
    """Bone ends where no file gives them: the mean of the children; a leaf goes on as its parent.

    parents, rest_m: as in `Skeleton`. Returns float64 [J, 3].
    """
    tails = rest_m.copy()
    for joint, parent in enumerate(parents):
        children = [child for child, above in enumerate(parents) if above == joint]
        if children:
            tails[joint] = rest_m[children].mean(axis=0)
        elif parent >= 0:
            tails[joint] = rest_m[joint] + (rest_m[joint] - rest_m[parent]) / 2
    return tails
