"""One OpenEXR file of a delivered frame, with layers and what is known of it."""

import io
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.delivery.finishing import Picture
from mimo_runtime.delivery.timecode import Timecode
from mimo_runtime.media.exr import CHROMATICITIES, exr_header

_AP1: Final = (0.713, 0.293, 0.165, 0.830, 0.128, 0.044, 0.32168, 0.33767)  # of ACEScg
SPACES: Final = {  # chromaticities and the name of the Color Interop Forum
    "lin_rec709": (CHROMATICITIES, "lin_rec709_scene"),
    "acescg": (_AP1, "lin_ap1_scene"),
    "srgb": (CHROMATICITIES, "srgb_rec709_scene"),
    "rec709": (CHROMATICITIES, None),
}
_SINGLE: Final = {"occlusion": "occlusion.A", "matte": "matte.A", "depth": "depth.Z"}
_HALF_MAX: Final = 65504.0


def encode_layers(
    picture: Picture,
    is_half: bool,
    space: str,
    number: int,
    rate_fps: Fraction,
    timecode: Timecode | None = None,
    note: str = "",
) -> bytes:
    """The OpenEXR file of a frame: RGB or RGBA, and each layer by its name.

    Depth is 32-bit float in metres, 0 where nothing is known; all else is half if `is_half`.
    Colours with alpha are premultiplied.
    """
    import OpenEXR

    header = exr_header(number, rate_fps, note) | _colour(space, bool(picture.layers))
    if timecode is not None:
        header["timeCode"] = _time_code(timecode)
    kind = np.float16 if is_half else np.float32
    channels: dict[str, NDArray[Any]] = {}
    if picture.alpha is None:
        channels["RGB"] = _as(picture.rgb, kind)
    else:
        channels["RGBA"] = _as(np.dstack([picture.rgb, picture.alpha]), kind)
    for name, values in picture.layers.items():
        wanted = np.float32 if name == "depth" else kind
        channels[_SINGLE.get(name, name)] = _as(values, wanted)
    buffer = io.BytesIO()
    OpenEXR.File(header, channels).write(buffer)
    return buffer.getvalue()


def _colour(space: str, has_layers: bool) -> dict[str, Any]:
    chromaticities, name = SPACES.get(space, (None, None))
    comment = f"Colours are {space}; with alpha they are premultiplied."
    if has_layers:
        comment += (
            " human is not cut out by what stands in front (occlusion); matte is. The frame was "
            "mixed in sRGB with its curve. motion is data."
        )
    said = {"comments": comment, "chromaticities": chromaticities, "colorInteropID": name}
    said["oiio:ColorSpace"] = name or space
    return {key: value for key, value in said.items() if value is not None}


def _as(values: NDArray[np.float32], kind: type[np.floating[Any]]) -> NDArray[Any]:
    if kind is np.float16:
        values = values.clip(-_HALF_MAX, _HALF_MAX)
    return np.ascontiguousarray(values, kind)


def _time_code(timecode: Timecode) -> Any:
    """As OpenEXR keeps it: hours, minutes, seconds, frame, flags (drop first), eight user bits."""
    import OpenEXR

    numbers = timecode.hours, timecode.minutes, timecode.seconds, timecode.frames
    return OpenEXR.TimeCode(*numbers, timecode.drops, *[False] * 5, *[0] * 8)
