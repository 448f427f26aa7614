"""How the camera of a clip moves, in a file, between the stages that need it."""

from pathlib import Path
from typing import Any

import numpy as np

from mimo_runtime.array_file import read_arrays, write_arrays
from mimo_runtime.layers.camera.motion import CameraMotion, PlateSegment

CAMERA_MOTION = "camera_path.npz"
_COLUMNS: dict[str, type] = {
    "first": int,
    "last": int,
    "cause": str,
    "static": bool,
    "agreeing": float,
    "error_px": float,
    "recognised": float,
}


def write_camera_motion(folder: Path, camera: CameraMotion) -> None:
    """Write camera_path.npz, about 80 bytes a frame. Raises ResourceError where the disk is full.

    It holds `to_plate` and `size_px` as in `CameraMotion`, and for each field of `PlateSegment` a
    column called "segment_" and its name.
    """
    columns: dict[str, Any] = {
        f"segment_{name}": np.array([getattr(segment, name) for segment in camera.segments], kind)
        for name, kind in _COLUMNS.items()
    }
    size_px = np.array([camera.width_px, camera.height_px])
    write_arrays(
        folder / CAMERA_MOTION, {"size_px": size_px, "to_plate": camera.to_plate} | columns
    )


def read_camera_motion(folder: Path) -> CameraMotion:
    """What `write_camera_motion` has written, to the bit."""
    arrays = read_arrays(folder / CAMERA_MOTION)
    columns = [arrays[f"segment_{name}"].tolist() for name in _COLUMNS]
    segments = tuple(PlateSegment(*row) for row in zip(*columns, strict=True))
    width_px, height_px = (int(side) for side in arrays["size_px"])
    return CameraMotion(width_px, height_px, arrays["to_plate"], segments)
