"""The matte picture of a character."""

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.picture import read_picture


def read_matte(data: bytes, limits: MediaLimits) -> NDArray[np.uint8]:
    """The brightness of a picture file, uint8 [height, width]: white where the character is.

    Raises:
        MediaError: the picture is empty, damaged or of a kind that is not accepted.
        LimitExceededError: it is larger than allowed.
    """
    picture = read_picture(data, "matte", limits)
    return np.asarray(picture[..., :3].max(axis=2))
