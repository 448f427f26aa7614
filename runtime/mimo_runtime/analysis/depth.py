"""Depth of a whole frame, with a network of the user's: none ships."""

import cv2
import numpy as np

from mimo_runtime.analysis.model import Network
from mimo_runtime.analysis.model_specs import DISTANCE
from mimo_runtime.analysis.tuning import TUNING
from mimo_runtime.arrays import Floats, Pixels
from mimo_runtime.errors import InvalidRequestError


class DepthEstimator:
    """Relative depth with a network of slot `depth`, such as MiDaS or Depth-Anything."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def find(self, pixels: Pixels) -> Floats:
        """How near every pixel is, float32 [height, width]: larger is nearer.

        The unit and the zero are the network's own, of each frame anew; `aligned` makes frames
        comparable.

        Args:
            pixels: uint8 [height, width, 3].

        Raises:
            InvalidRequestError: the network fails, or gives what is no number.
        """
        size = (self._network.width_px, self._network.height_px)
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        plane = self._network.plane(np.asarray(small, np.uint8))
        if not np.isfinite(plane).all():
            raise InvalidRequestError(
                f"{self._network.choice.file}, the network for 'depth', gives values that are not "
                "finite; check its mean, std and size_px in the file of models, or give another."
            )
        if self._network.choice.meaning == DISTANCE:
            plane = np.asarray(1 / np.maximum(plane, TUNING.nearest_distance), np.float32)
        resized = cv2.resize(plane, pixels.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        return np.asarray(resized, np.float32)


def aligned(inverse_depth: Floats, reference: Floats, still: Floats) -> Floats:
    """`inverse_depth` scaled and shifted to be closest to `reference` where nothing moves.

    Least squares over all pixels, weighted by `still`; all float32 [height, width]. Where
    `inverse_depth` is flat, it is only shifted.
    """
    total = float(still.sum()) or 1.0
    mean = float((inverse_depth * still).sum()) / total
    target = float((reference * still).sum()) / total
    spread = float((still * (inverse_depth - mean) ** 2).sum())
    shared = float((still * (inverse_depth - mean) * (reference - target)).sum())
    scale = shared / spread if spread > 0 else 1.0
    return np.asarray((inverse_depth - mean) * scale + target, np.float32)
