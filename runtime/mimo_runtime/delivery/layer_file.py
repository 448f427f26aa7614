"""The layers of one frame as a file, so that another machine delivers what was rendered."""

import zipfile
from pathlib import Path

from mimo_runtime.array_file import read_arrays, write_arrays
from mimo_runtime.errors import MediaError
from mimo_runtime.synthesis.frame_layers import FrameLayers

_NAMES = ("human", "scene", "replaced", "motion", "occlusion", "source", "depth_m")


def write_layers(path: Path, layers: FrameLayers) -> None:
    """Write an .npz whose bytes depend on the layers alone. Raises ResourceError."""
    arrays = {name: getattr(layers, name) for name in _NAMES}
    write_arrays(path, {name: array for name, array in arrays.items() if array is not None})


def read_layers(path: Path) -> FrameLayers:
    """The layers that `write_layers` wrote. Raises MediaError where the file is none."""
    try:
        return FrameLayers(**read_arrays(path))
    except (OSError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise MediaError(
            f"The layers '{path}' cannot be read: {error}; render that segment again."
        ) from None
