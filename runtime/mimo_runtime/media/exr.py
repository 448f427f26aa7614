"""Pictures for compositing: OpenEXR, 16-bit half, scene-linear.

What is rendered are 8-bit values of sRGB. The inverse of its curve makes them linear; in half they
stay 256 different ones, from which the curve gives the same 8 bits back.
"""

import importlib.util
import io
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.media.note import PICTURE_KEY

# ITU-R BT.709, as x and y of red, green, blue and white
CHROMATICITIES: Final = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290)
COLOUR_SPACE: Final = "lin_rec709_scene"  # a name of the Color Interop Forum
COMMENT: Final = (
    "Linear light with BT.709 primaries and D65 white: 8-bit sRGB through the inverse of its curve "
    "(IEC 61966-2-1). Without alpha."
)


def require_exr() -> None:
    """Refuse to go on where the library is missing. Raises InvalidRequestError."""
    if importlib.util.find_spec("OpenEXR") is None:
        raise InvalidRequestError(
            "EXR pictures need the library OpenEXR; install it with 'pip install OpenEXR', or have "
            "PNG pictures written."
        )


def linear_levels() -> NDArray[np.float16]:
    """The linear value of each 8-bit value of sRGB, float16 [256], 0 to 1."""
    levels = np.arange(256) / 255
    curved = ((levels + 0.055) / 1.055) ** 2.4
    return np.where(levels <= 0.04045, levels / 12.92, curved).astype(np.float16)


def encode_exr(rgb: NDArray[np.uint8], number: int, rate_fps: Fraction, note: str = "") -> bytes:
    """The OpenEXR file of uint8 sRGB [height, width, 3]: channels R, G, B in half, linear.

    `number` is that of the frame (`imageCounter`), `note` text that travels with it. The same
    arguments give the same bytes.
    """
    import OpenEXR

    colour = {
        "chromaticities": CHROMATICITIES,
        "colorInteropID": COLOUR_SPACE,
        "comments": COMMENT,
    }
    header = exr_header(number, rate_fps, note) | colour
    buffer = io.BytesIO()
    OpenEXR.File(header, {"RGB": linear_levels()[rgb]}).write(buffer)
    return buffer.getvalue()


def exr_header(number: int, rate_fps: Fraction, note: str) -> dict[str, Any]:
    """What stands in each of our files, but for its colours."""
    import OpenEXR

    header = {
        "compression": OpenEXR.ZIP_COMPRESSION,
        "type": OpenEXR.scanlineimage,
        "imageCounter": number,
        "framesPerSecond": rate_fps,
    }
    return header | ({PICTURE_KEY: note} if note else {})


def exr_note(data: bytes) -> str:
    """The note of an OpenEXR file, "" for none; read in this process, so only of our own.

    Raises:
        MediaError: it is no such file.
        InvalidRequestError: the library is missing.
    """
    require_exr()
    import OpenEXR

    try:
        header = OpenEXR.File(io.BytesIO(data), header_only=True).header()
    except RuntimeError as error:
        raise MediaError(f"The picture cannot be read: {error}; give an EXR file.") from None
    return str(header.get(PICTURE_KEY, ""))
