"""A folder of pictures for compositing."""

from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.frame_folder import FrameFiles, FrameFolder, FrameFormat
from mimo_runtime.media.exr import encode_exr, require_exr
from mimo_runtime.media.frame_sink import FrameSink


class ExrSink(FrameSink):
    """frame.1001.exr and so on from `first_frame`; a folder that holds only frames is replaced.

    Raises InvalidRequestError where the library is missing.
    """

    def __init__(self, path: Path, first_frame: int, rate_fps: Fraction, note: str = "") -> None:
        require_exr()
        self._first_frame = first_frame
        self._rate_fps = rate_fps
        self._note = note
        self._folder = FrameFolder(path, FrameFiles(FrameFormat.EXR, first_frame))

    def write(self, index: int, frame: NDArray[np.uint8]) -> None:
        """See `FrameSink.write`."""
        number = self._first_frame + index
        self._folder.append(index, encode_exr(frame, number, self._rate_fps, self._note))

    def commit(self) -> None:
        """See `Target.commit`."""
        self._folder.commit()

    def discard(self) -> None:
        """See `Target.discard`."""
        self._folder.discard()
