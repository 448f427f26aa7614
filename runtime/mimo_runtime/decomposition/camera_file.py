"""The camera's path through a clip in a file, between the stages that need it."""

from pathlib import Path
from typing import Any

import numpy as np

from mimo_runtime.decomposition.arrays import read_arrays, write_arrays
from mimo_runtime.layers.camera.path import CameraPath, Segment

CAMERA_PATH = "camera_path.npz"
_COLUMNS: dict[str, type] = {
    "first": int,
    "last": int,
    "cause": str,
    "static": bool,
    "agreeing": float,
    "error_px": float,
    "recognised": float,
}


def write_camera_path(folder: Path, path: CameraPath) -> None:
    """Write camera_path.npz, about 80 bytes a frame. Raises ResourceError where the disk is full.

    It holds `to_plate` and `size_px` as in `CameraPath`, and for each field of `Segment` a column
    called "segment_" and its name.
    """
    columns: dict[str, Any] = {
        f"segment_{name}": np.array([getattr(segment, name) for segment in path.segments], kind)
        for name, kind in _COLUMNS.items()
    }
    size_px = np.array([path.width_px, path.height_px])
    write_arrays(folder / CAMERA_PATH, {"size_px": size_px, "to_plate": path.to_plate} | columns)


def read_camera_path(folder: Path) -> CameraPath:
    """What `write_camera_path` has written, to the bit."""
    arrays = read_arrays(folder / CAMERA_PATH)
    columns = [arrays[f"segment_{name}"].tolist() for name in _COLUMNS]
    segments = tuple(Segment(*row) for row in zip(*columns, strict=True))
    width_px, height_px = (int(side) for side in arrays["size_px"])
    return CameraPath(width_px, height_px, arrays["to_plate"], segments)
