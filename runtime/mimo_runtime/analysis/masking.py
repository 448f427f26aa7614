"""People painted over, so that who is behind them can be found."""

from collections.abc import Sequence

import numpy as np

from mimo_runtime.analysis.pose_estimate import PoseEstimate
from mimo_runtime.arrays import Pixels


def without_people(pixels: Pixels, bodies: Sequence[PoseEstimate]) -> Pixels:
    """The frame `pixels` with all `bodies`, one at least, in the mean colour of the frame."""
    height, width = pixels.shape[:2]
    masks = [body.crop.plane_in_frame(body.mask, width, height) for body in bodies]
    covered = np.max(masks, axis=0)[..., None]
    plain = pixels.mean(axis=(0, 1), dtype=np.float32)
    return np.asarray(pixels + covered * (plain - pixels), np.uint8)
