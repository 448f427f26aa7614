"""A folder of pictures."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.frame_folder import FrameFiles, FrameFolder
from mimo_runtime.media.frame_sink import FrameSink
from mimo_runtime.media.picture import encode_png
from mimo_runtime.media.seal import Seal


class PngSink(FrameSink):
    """The `files` of 8-bit PNG; a folder that holds only frames is replaced."""

    def __init__(
        self, path: Path, files: FrameFiles, note: str = "", seal: Seal | None = None
    ) -> None:
        self._note = note
        self._seal = seal
        self._folder = FrameFolder(path, files)

    def write(self, index: int, frame: NDArray[np.uint8]) -> None:
        """See `FrameSink.write`."""
        png = encode_png(frame, self._note)
        self._folder.append(index, self._seal.picture(png) if self._seal else png)

    def commit(self) -> None:
        """See `Target.commit`."""
        self._folder.commit()

    def discard(self) -> None:
        """See `Target.discard`."""
        self._folder.discard()
