"""A folder of pictures."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.frame_folder import FrameFolder
from mimo_runtime.media.frame_sink import FrameSink
from mimo_runtime.media.picture import encode_png


class PngSink(FrameSink):
    """frame_000000.png and so on; a folder that holds only such frames is replaced."""

    def __init__(self, path: Path, note: str = "") -> None:
        self._note = note
        self._folder = FrameFolder(path)

    def write(self, index: int, frame: NDArray[np.uint8]) -> None:
        """See `FrameSink.write`."""
        self._folder.append(index, encode_png(frame, self._note))

    def commit(self) -> None:
        """See `FrameSink.commit`."""
        self._folder.commit()

    def discard(self) -> None:
        """See `FrameSink.discard`."""
        self._folder.discard()
