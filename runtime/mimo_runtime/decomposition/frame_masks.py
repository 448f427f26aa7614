"""What the stages before know of every frame, as the layers need it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.array_file import read_arrays
from mimo_runtime.decomposition.bodies import (
    INVERSE_DEPTH,
    INVERSE_DEPTH_TYPE,
    OTHERS,
    OTHERS_FILE,
    read_masks,
)
from mimo_runtime.decomposition.drawing import SILHOUETTES
from mimo_runtime.decomposition.planes import read_planes
from mimo_runtime.layers.frame_masks import FrameMasks, Other


def read_frame_masks(size_px: tuple[int, int], bodies: Path, drawn: Path) -> Iterator[FrameMasks]:
    """The masks of a clip from the folders of the stages body and draw."""
    shape = size_px[::-1]
    marks = read_planes(bodies / OTHERS, shape)
    silhouettes = read_planes(drawn / SILHOUETTES, shape)
    depths: Iterator[NDArray[Any]] | None = None
    if (bodies / INVERSE_DEPTH).is_file():
        depths = read_planes(bodies / INVERSE_DEPTH, shape, INVERSE_DEPTH_TYPE)
    odds = _odds(bodies)
    for index, mask in enumerate(read_masks(bodies, size_px)):
        plane, silhouette = next(marks), next(silhouettes)
        yield FrameMasks(
            person=mask,
            expected=silhouette if silhouette.any() else None,
            inverse_depth=None if depths is None else next(depths).astype(np.float32),
            others=tuple(Other(plane == mark, nearer) for mark, nearer in odds.get(index, ())),
        )


def _odds(bodies: Path) -> dict[int, list[tuple[int, float | None]]]:
    """For each frame with others their mark and log-odds of being nearer; None for unknown."""
    rows = read_arrays(bodies / OTHERS_FILE)
    by_frame: dict[int, list[tuple[int, float | None]]] = {}
    for frame, mark, odds in zip(rows["frame"], rows["mark"], rows["nearer_log_odds"], strict=True):
        known = float(odds) if odds != 0 else None
        by_frame.setdefault(int(frame), []).append((int(mark), known))
    return by_frame
