"""A folder of pictures."""

import re
import shutil
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.media.frame_sink import FrameSink, write_errors
from mimo_runtime.media.picture import encode_png

_FRAME_NAME = re.compile(r"frame_\d{6,}\.png")


class PngSink(FrameSink):
    """frame_000000.png and so on; a folder that holds only such frames is replaced."""

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()
        with write_errors(path):
            self._refuse_other_files()
            prefix = f".{self._path.name}.partial-"
            self._partial = Path(tempfile.mkdtemp(dir=self._path.parent, prefix=prefix))
            self._partial.chmod(0o755)

    def _refuse_other_files(self) -> None:
        if not self._path.exists():
            return
        for entry in self._path.iterdir():
            if not _FRAME_NAME.fullmatch(entry.name):
                raise InvalidRequestError(
                    f"The folder '{self._path}' holds '{entry.name}', which is no frame of an "
                    "earlier result; choose a new or an empty folder."
                )

    def write(self, index: int, frame: NDArray[np.uint8]) -> None:
        """See `FrameSink.write`."""
        with write_errors(self._path):
            (self._partial / f"frame_{index:06d}.png").write_bytes(encode_png(frame))

    def commit(self) -> None:
        """See `FrameSink.commit`."""
        with write_errors(self._path):
            self._refuse_other_files()
            if self._path.exists():
                self._path.rename(self._partial.with_suffix(".old"))
            self._partial.rename(self._path)

    def discard(self) -> None:
        """See `FrameSink.discard`."""
        for leftover in (self._partial, self._partial.with_suffix(".old")):
            shutil.rmtree(leftover, ignore_errors=True)
