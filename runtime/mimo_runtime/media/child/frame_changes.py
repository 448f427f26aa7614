"""How much the pictures of a clip change from frame to frame."""

from collections.abc import Iterable, Iterator

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

LONGEST = 30  # frames after which an order of repeats begins anew
STILL = 3  # levels of a block's mean: what encoding makes of most copies of a picture is less
_BLOCK_PX = 8


class FrameChanges:
    """How much each frame differs from the one before, seen while frames pass by.

    `levels` has for each frame the change of the mean luma of the block that changed most.
    """

    def __init__(self) -> None:
        self.levels: list[int] = []
        self._reformatter = VideoReformatter()
        self._before: NDArray[np.int16] | None = None

    def watch(self, frames: Iterable[VideoFrame]) -> Iterator[VideoFrame]:
        """The same frames."""
        for frame in frames:
            blocks, before = self._blocks(frame), self._before
            if before is None or before.shape != blocks.shape:
                self.levels.append(0)
            else:
                self.levels.append(int(np.abs(blocks - before).max()))
            self._before = blocks
            yield frame

    @property
    def may_repeat(self) -> bool:
        """Whether the last frames leave that open: a period has a repeat."""
        return len(self.levels) < LONGEST or min(self.levels[-LONGEST:]) <= STILL

    def _blocks(self, frame: VideoFrame) -> NDArray[np.int16]:
        """Mean luma of blocks, int16 [rows, columns]."""
        grey = self._reformatter.reformat(
            frame,
            width=max(1, frame.width // _BLOCK_PX),
            height=max(1, frame.height // _BLOCK_PX),
            format="gray",
            interpolation=Interpolation.AREA,
            threads=1,
        )
        return grey.to_ndarray().astype(np.int16)
