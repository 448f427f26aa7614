"""The postures of a template as one file: what a server draws people from who are not filmed.

A template keeps two archives of arrays in `extras/`, poses.npz and camera.npz; on the wire the
entries of the second are in the first, their names beginning with `CAMERA_PREFIX`.
"""

import io
import zipfile
from pathlib import Path

from mimo_runtime.errors import MediaError

EXTRAS = "extras"
POSES_FILE, CAMERA_FILE = "poses.npz", "camera.npz"
CAMERA_PREFIX = "camera_"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # equal templates give equal bytes, which are sent once


def packed_poses(template: Path) -> bytes | None:
    """The one file of a template folder; None where it has no postures.

    Raises MediaError where they cannot be read.
    """
    poses, camera = (template / EXTRAS / name for name in (POSES_FILE, CAMERA_FILE))
    if not poses.is_file():
        return None
    file = io.BytesIO()
    try:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            _copy(poses, "", packed)
            if camera.is_file():
                _copy(camera, CAMERA_PREFIX, packed)
    except (OSError, zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise MediaError(
            f"The postures of the template '{template.name}' cannot be read: {error}; make the "
            "template anew."
        ) from error
    return file.getvalue()


def _copy(archive: Path, prefix: str, packed: zipfile.ZipFile) -> None:
    with zipfile.ZipFile(archive) as source:
        for name in source.namelist():
            entry = zipfile.ZipInfo(prefix + name, _LONG_AGO)
            packed.writestr(entry, source.read(name), zipfile.ZIP_DEFLATED)
