"""Soft shadows on the floor."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_synthetic.ground_truth.grain import Floats
from mimo_synthetic.ground_truth.light import SUN

_HALF_M, _CELL_M = 5.0, 0.02
_CELLS = round(2 * _HALF_M / _CELL_M)
_DARKEST = 0.45
_LINE = 512  # remap takes pictures, and no long lists
_BLUR_CELLS = 2.2
_FULL = 0.35  # of the blurred points' density from which light is gone


@dataclass(frozen=True, slots=True, eq=False)
class Shadow:
    """`dark`, float32 [500, 500]: how much light cells of the floor lose, 0 to 1."""

    dark: Floats

    def at(self, points_m: NDArray[np.float64]) -> Floats:
        """Of the floor at `points_m` [N, 3], float32 [N]."""
        places = ((points_m[:, [0, 2]] + _HALF_M) / _CELL_M - 0.5).astype(np.float32)
        lines = np.resize(places, (-(-len(places) // _LINE), _LINE, 2))
        found = cv2.remap(self.dark, lines[..., 0], lines[..., 1], cv2.INTER_LINEAR)
        return np.asarray(found.reshape(-1)[: len(places)], np.float32)


def cast_shadow(vertices_m: NDArray[np.float64]) -> Shadow:
    """Of a body of which `vertices_m` [V, 3] are the surface, close together."""
    ground = vertices_m - SUN * (vertices_m[:, 1:2] / SUN[1])
    cells = np.floor((ground[:, [0, 2]] + _HALF_M) / _CELL_M).astype(np.int64)
    cells = cells[((cells >= 0) & (cells < _CELLS)).all(axis=1)]
    seen = np.zeros((_CELLS, _CELLS), np.float32)
    seen[cells[:, 1], cells[:, 0]] = 1
    soft = cv2.GaussianBlur(seen, (0, 0), _BLUR_CELLS)
    return Shadow(np.asarray((soft / _FULL).clip(0, 1) * _DARKEST, np.float32))


NO_SHADOW = Shadow(np.zeros((_CELLS, _CELLS), np.float32))
