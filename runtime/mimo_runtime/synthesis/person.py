"""Finding the person in a motion frame: a rendered body on black."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.planning.pixel_rect import PixelRect, person_room

_DARKEST_BODY = 10  # compression leaves traces up to this level on the black around the body


def person_box(frame: NDArray[np.uint8]) -> PixelRect | None:
    """The part of the frame that its person takes, None for a frame with nobody.

    Args:
        frame: motion frame, uint8 [height, width, 3] RGB.
    """
    height_px, width_px = frame.shape[:2]
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    body = (grey > _DARKEST_BODY).astype(np.uint8)
    closed = cv2.morphologyEx(body, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    clean = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    person = tight_box(clean)
    return person and person_room(person, width_px, height_px)


def tight_box(mask: NDArray[Any]) -> PixelRect | None:
    """The smallest box around what is not 0 in `mask`, uint8 [height, width]; None if all is 0."""
    left, top, width, height = cv2.boundingRect(mask)
    return PixelRect(left, left + width, top, top + height) if width else None
