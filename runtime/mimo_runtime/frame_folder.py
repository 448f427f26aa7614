"""A folder of pictures, one a frame, which appears whole or not at all."""

import re
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from mimo_runtime.files import write_errors
from mimo_runtime.work_folder import NEW, beside, refuse_other_files, replace_folder

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
        self._refuse_other_files()
        with ExitStack() as stack, write_errors(path):
            self._new = stack.enter_context(beside(self._path)) / NEW
            self._new.mkdir()
            self._leaving = stack.pop_all()

    def append(self, index: int, data: bytes) -> None:
        """Add bytes to the file of a frame.

        Raises:
            ResourceError: the disk is full.
        """
        with (
            write_errors(self._path),
            (self._new / self._files.file_name(index)).open("ab") as file,
        ):
            file.write(data)

    def commit(self) -> None:
        """Give the folder its name."""
        self._refuse_other_files()
        replace_folder(self._path, self._new)

    def discard(self) -> None:
        """Remove what is left under a temporary name."""
        self._leaving.close()

    def _refuse_other_files(self) -> None:
        refuse_other_files(
            self._path,
            lambda name: _FRAME_NAME.fullmatch(name) is not None,
            "frame of an earlier result",
        )
