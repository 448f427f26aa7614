"""How the camera turns through a clip, out of where its frames lie on the background."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.skeleton import Array
from mimo_runtime.fitting.rotation_math import to_vector, unit

_MIDDLE = np.linspace(0.25, 0.75, 5)


@dataclass(frozen=True, slots=True, eq=False)
class CameraTurns:
    """`matrices`, float64 [N, 3, 3], turn the camera's axes of each frame to those of the first.

    The axes are x right, y down, z forward. `restarts`: frames at which another pan begins;
    `unfollowed`: first and last frame of those that are not to be believed.
    """

    matrices: Array
    restarts: tuple[int, ...]
    unfollowed: tuple[tuple[int, int], ...]

    @property
    def furthest_deg(self) -> float:
        """How far it is turned at most from where it looks in the first frame."""
        return float(np.rad2deg(np.linalg.norm(to_vector(self.matrices), axis=-1).max()))


@dataclass(frozen=True, slots=True, eq=False)
class Pan:
    """Frames whose background was followed from the first of them on.

    `to_first`, float64 [n, 3, 3], takes places in px to those in the first one. `sure`: whether
    that is to be believed. `fresh`: whether it begins by a cut, so that where the camera looked
    before says nothing.
    """

    to_first: NDArray[np.float64]
    sure: bool
    fresh: bool


def turns_of(pans: Sequence[Pan], size_px: tuple[int, int], focal_px: float) -> CameraTurns:
    """The turns of a camera through the frames of all `pans`, in order.

    A camera that turns about its centre moves the picture by K R K^-1 (Hartley and Zisserman,
    "Multiple View Geometry", 2nd ed., 8.4). Into a pan that does not begin by a cut the camera is
    taken to turn on as it did just before; in one that is not sure it is taken to stand still.
    """
    matrices: list[Array] = []
    unfollowed = []
    for pan in pans:
        first, count = sum(map(len, matrices)), len(pan.to_first)
        begin = np.eye(3) if pan.fresh or not matrices else _next(matrices[-1])
        if pan.sure:
            matrices.append(begin @ _rotations(pan.to_first, size_px, focal_px))
        else:
            matrices.append(np.tile(begin, (count, 1, 1)))
            unfollowed.append((first, first + count - 1))
    restarts = np.cumsum([len(part) for part in matrices[:-1]], dtype=int).tolist()
    return CameraTurns(np.concatenate(matrices), tuple(restarts), tuple(unfollowed))


def _next(matrices: Array) -> Array:
    """As far on from the last as that from the one before."""
    before, last = matrices[-2:][0], matrices[-1]
    return np.asarray(last @ before.T @ last, np.float64)


def _rotations(to_first: Array, size_px: tuple[int, int], focal_px: float) -> Array:
    """The turns [n, 3, 3] that best bring lines of sight near the middle to where the picture goes.

    Least squares by singular values (Kabsch, 1976). The turn nearest to K^-1 H K would take half of
    what it says from how the picture's edges swell, which is badly seen and hangs on the focal
    length.
    """
    sides = (side * _MIDDLE for side in size_px)
    columns, rows = (part.ravel() for part in np.meshgrid(*sides))
    points = np.stack([columns, rows, np.ones(len(rows))], axis=1)
    centre = np.array([size_px[0] / 2, size_px[1] / 2, 0])
    gone = points @ np.swapaxes(to_first, 1, 2)
    before, after = (
        unit((part / part[..., 2:] - centre) / (focal_px, focal_px, 1)) for part in (points, gone)
    )
    left, _, right = np.linalg.svd(np.swapaxes(after, 1, 2) @ before)
    return np.asarray(left @ right, np.float64)
