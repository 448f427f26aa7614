"""Colours of one space in another: by OpenColorIO, and what is needed most without it.

A render works in sRGB with its curve (IEC 61966-2-1), primaries of BT.709, as pictures and videos
arrive.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from mimo_runtime.arrays import Floats
from mimo_runtime.errors import InvalidRequestError

if TYPE_CHECKING:
    import PyOpenColorIO

Convert = Callable[[Floats], Floats]

WORKING: Final = "srgb"
BUILTIN: Final = {
    "srgb": "sRGB - Texture",
    "rec709": "Gamma 2.4 Rec.709 - Texture",
    "lin_rec709": "Linear Rec.709 (sRGB)",
    "acescg": "ACEScg",
}
"""Names of ours, and those of OpenColorIO's built-in configuration. `rec709` is display-referred:
the curve of BT.1886."""
_BUILTIN_CONFIG: Final = "cg-config-v1.0.0_aces-v1.3_ocio-v2.1"


def conversion(source: str, target: str, config: Path | None = None) -> Convert:
    """What brings float32 [h, w, 3] of one space into another, as a new array.

    `source` and `target` are of `BUILTIN`, or spaces and roles that the OpenColorIO configuration
    `config` names. Equal ones change nothing.

    Raises:
        InvalidRequestError: there is no such space, or no way between them.
    """
    if source == target:
        return np.copy
    if (source, target) == ("srgb", "lin_rec709"):
        return linear_from_srgb
    if (source, target) == ("lin_rec709", "srgb"):
        return srgb_from_linear
    processor = _processor(source, target, config)

    def convert(rgb: Floats) -> Floats:
        converted = np.array(rgb, np.float32, order="C")
        processor.applyRGB(converted)
        return converted

    return convert


def check_space(name: str | None, config: Path | None) -> None:
    """Refuse the name of a space that nothing has; needs no library, and opens no `config`.

    Raises InvalidRequestError.
    """
    if name is not None and config is None:
        _is_ours(None, name)


def linear_from_srgb(values: Floats) -> Floats:
    """The inverse of sRGB's curve, mirrored for negative values; float32 of any shape."""
    size = np.abs(values.astype(np.float64))
    linear = np.where(size <= 0.04045, size / 12.92, ((size + 0.055) / 1.055) ** 2.4)
    return np.copysign(linear, values).astype(np.float32)


def srgb_from_linear(values: Floats) -> Floats:
    """sRGB's curve, mirrored for negative values; float32 of any shape."""
    size = np.abs(values.astype(np.float64))
    curved = 1.055 * size ** (1 / 2.4) - 0.055
    return np.copysign(np.where(size <= 0.0031308, 12.92 * size, curved), values).astype(np.float32)


def _processor(source: str, target: str, path: Path | None) -> "PyOpenColorIO.CPUProcessor":
    import PyOpenColorIO as ocio  # noqa: N813

    user = None if path is None else _config(path)
    try:
        return _between(user, source, target).getDefaultCPUProcessor()
    except ocio.Exception as error:
        told = " ".join(str(error).split()).rstrip(".")
        raise InvalidRequestError(
            f"There is no way from the colour space '{source}' to '{target}': {told}; give other "
            "spaces, or another configuration."
        ) from None


def _config(path: Path) -> Any:
    import PyOpenColorIO as ocio  # noqa: N813

    try:
        config = ocio.Config.CreateFromFile(str(path))
        config.validate()
    except ocio.Exception as error:
        told = " ".join(str(error).split()).rstrip(".")
        raise InvalidRequestError(
            f"'{path}' is no OpenColorIO configuration: {told}; give another."
        ) from None
    return config


def _between(user: Any, source: str, target: str) -> Any:
    """A processor; spaces of ours go through the configuration that OpenColorIO brings along."""
    import PyOpenColorIO as ocio  # noqa: N813

    builtin = ocio.Config.CreateFromBuiltinConfig(_BUILTIN_CONFIG)
    ours = [BUILTIN[name] if _is_ours(user, name) else None for name in (source, target)]
    match ours:
        case str(first), str(last):
            return builtin.getProcessor(first, last)
        case None, str(last):
            return ocio.Config.GetProcessorToBuiltinColorSpace(user, source, last)
        case str(first), None:
            return ocio.Config.GetProcessorFromBuiltinColorSpace(first, user, target)
    return user.getProcessor(source, target)


def _is_ours(user: Any, name: str) -> bool:
    if user is not None and user.getColorSpace(name) is not None:
        return False
    if name in BUILTIN:
        return True
    known = [*BUILTIN, *(space.getName() for space in user.getColorSpaces())] if user else BUILTIN
    raise InvalidRequestError(
        f"There is no colour space '{name}'; give one of {', '.join(known)}"
        f"{'' if user else ', or a configuration that has it'}."
    )
