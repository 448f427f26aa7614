"""Mattes: what the alpha channel of a picture means, and pictures that are mattes."""

from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Pixels
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.picture import read_picture
from mimo_runtime.media.stop import NEVER, Stop

_OPAQUE = 255
_SOLID = 0.75  # of the most opaque: what is no soft edge or shadow
_FILLED = 0.985  # of its convex hull: people are not convex, windows and cards are
_WIDE = 0.6  # of the picture's width and height
_SQUARE = 0.8  # of the rectangle around it: an egg or a ball may well be a character
_LOOK_PX = 512


class AlphaKind(Enum):
    """What the alpha channel of a picture is.

    ABSENT: there is none, or it is opaque everywhere. EMPTY: 0 everywhere. CARD: that of a whole
    picture: nearly opaque, half transparent all over, a window with round corners or a soft
    shadow. MATTE: the shape of something.
    """

    ABSENT = "absent"
    EMPTY = "empty"
    CARD = "card"
    MATTE = "matte"


def alpha_of(picture: Pixels) -> AlphaKind:
    """What the alpha of `picture`, uint8 [height, width, 3 or 4], is."""
    if picture.shape[2] == 3 or picture[..., 3].min() == _OPAQUE:
        return AlphaKind.ABSENT
    alpha = picture[..., 3]
    if alpha.max() == 0:
        return AlphaKind.EMPTY
    solid = _small(alpha) >= _SOLID * alpha.max()
    return AlphaKind.CARD if _is_card(solid) else AlphaKind.MATTE


def own_matte(picture: Pixels) -> Pixels | None:
    """The alpha of `picture` [height, width, 3 or 4] where it is a matte, uint8 [height, width].

    One that is nowhere opaque is scaled so that it is somewhere.
    """
    if alpha_of(picture) is not AlphaKind.MATTE:
        return None
    alpha = picture[..., 3]
    most = int(alpha.max())
    if most == _OPAQUE:
        return np.ascontiguousarray(alpha)
    return np.asarray(np.rint(alpha * (_OPAQUE / most)), np.uint8)


def read_matte(data: bytes, limits: MediaLimits, stop: Stop = NEVER) -> Pixels:
    """The matte that a picture file shows, uint8 [height, width], 255 where the character is.

    Its alpha where that is a matte, whatever the colours beneath; else its brightness.

    Raises:
        MediaError: the picture is empty, damaged or of a kind that is not accepted.
        LimitExceededError: it is larger than allowed.
    """
    picture = read_picture(data, "matte", limits, stop)
    alpha = own_matte(picture)
    return np.asarray(picture[..., :3].max(axis=2)) if alpha is None else alpha


def _small(alpha: Pixels) -> Pixels:
    scale = _LOOK_PX / max(alpha.shape)
    if scale >= 1:
        return np.ascontiguousarray(alpha)
    size = tuple(max(1, round(side * scale)) for side in alpha.shape[::-1])
    return np.asarray(cv2.resize(alpha, size, interpolation=cv2.INTER_AREA), np.uint8)


def _is_card(solid: NDArray[np.bool_]) -> bool:
    """Whether what is solid is convex and takes most of the picture."""
    rows, columns = np.nonzero(solid)
    height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
    if height < _WIDE * solid.shape[0] or width < _WIDE * solid.shape[1]:
        return False
    if len(rows) < _SQUARE * height * width:
        return False
    hull = cv2.convexHull(np.stack([columns, rows], axis=1).astype(np.int32))
    filled = cv2.fillConvexPoly(np.zeros(solid.shape, np.uint8), hull, 1)
    return len(rows) >= _FILLED * int(np.count_nonzero(filled))
