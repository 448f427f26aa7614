"""A folder of pictures, one a frame, which appears whole or not at all."""

import re
import shutil
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.files import write_errors

_FRAME_NAME = re.compile(r"frame_\d{6,}\.png|frame\.\d{4,}\.(exr|png|tif)")


class FrameFormat(StrEnum):
    """What the pictures of a folder are."""

    PNG = "png"
    PNG16 = "png16"
    TIFF16 = "tiff16"
    EXR = "exr"
    EXR32 = "exr32"

    @property
    def suffix(self) -> str:
        """What its files end in, without the dot."""
        return {"png16": "png", "tiff16": "tif", "exr32": "exr"}.get(self.value, self.value)


@dataclass(frozen=True, slots=True)
class FrameFiles:
    """The pictures of a folder, counted from `first_frame` as studios count; 8-bit PNG whose first
    frame has the number 1 counts from 0.
    """

    form: FrameFormat = FrameFormat.PNG
    first_frame: int = 1

    def file_name(self, index: int) -> str:
        """The name of a frame by its index from 0: frame_000000.png, frame.1001.exr."""
        if self.form is FrameFormat.PNG and self.first_frame == 1:
            return f"frame_{index:06d}.png"
        return f"frame.{self.first_frame + index:04d}.{self.form.suffix}"


PNG_FILES: Final = FrameFiles()


class FrameFolder:
    """Frames under a temporary name until `commit`; a folder that holds only frames is replaced.

    Raises:
        InvalidRequestError: the folder holds something else, or cannot be written.
    """

    def __init__(self, path: Path, files: FrameFiles = PNG_FILES) -> None:
        self._path = path.resolve()
        self._files = files
        with write_errors(path):
            self._refuse_other_files()
            prefix = f".{self._path.name}.partial-"
            self._partial = Path(tempfile.mkdtemp(dir=self._path.parent, prefix=prefix))
            self._partial.chmod(0o755)

    def append(self, index: int, data: bytes) -> None:
        """Add bytes to the file of a frame.

        Raises:
            ResourceError: the disk is full.
        """
        with (
            write_errors(self._path),
            (self._partial / self._files.file_name(index)).open("ab") as file,
        ):
            file.write(data)

    def commit(self) -> None:
        """Give the folder its name."""
        with write_errors(self._path):
            self._refuse_other_files()
            if self._path.exists():
                self._path.rename(self._partial.with_suffix(".old"))
            self._partial.rename(self._path)

    def discard(self) -> None:
        """Remove what is left under a temporary name."""
        for leftover in (self._partial, self._partial.with_suffix(".old")):
            shutil.rmtree(leftover, ignore_errors=True)

    def _refuse_other_files(self) -> None:
        if not self._path.exists():
            return
        for entry in self._path.iterdir():
            if not _FRAME_NAME.fullmatch(entry.name):
                raise InvalidRequestError(
                    f"The folder '{self._path}' holds '{entry.name}', which is no frame of an "
                    "earlier result; choose a new or an empty folder."
                )
