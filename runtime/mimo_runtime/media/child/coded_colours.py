"""What pictures say of their colours by numbers, where others have a profile.

PNG by the code points of video (cICP) or by a gamma and chromaticities (gAMA, cHRM), AVIF and HEIF
by code points (colr, nclx).
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mimo_runtime.media.child.colour import PRIMARIES, TRANSFERS
from mimo_runtime.media.child.hdr import BT709, D65, GAMUTS, ToBt709, luminance_nits
from mimo_runtime.media.child.made_profiles import SRGB_CURVE, made_profile
from mimo_runtime.media.clip import HDR_TRANSFERS, ClipColour

HEAD_BYTES = 1 << 16
_PNG_CHUNKS_AT = 8
_NCLX = b"colrnclx"
_GAMMAS: Final = {4: 2.2, 5: 2.8, 8: 1.0, 17: 2.6}  # ITU-T H.273, table 3; others as sRGB
_USUAL_GAMMA = 2.2  # what writers mean by it is the curve of sRGB
_SAME = 0.003
_STRIP_ROWS = 256
_BRIGHTEST_PERCENT = 99.9


@dataclass(frozen=True, slots=True)
class CodePoints:
    """Primaries and transfer by the numbers of ITU-T H.273, tables 2 and 3."""

    primaries: int
    transfer: int

    @property
    def is_hdr(self) -> bool:
        """Whether it has to be tone-mapped."""
        return TRANSFERS.get(self.transfer) in HDR_TRANSFERS

    def profile(self) -> bytes | None:
        """A profile that says the same of a picture that is not HDR; None for sRGB."""
        name = PRIMARIES.get(self.primaries, "")
        curve = _GAMMAS.get(self.transfer, SRGB_CURVE)
        if name not in GAMUTS and curve == SRGB_CURVE:
            return None
        return made_profile(D65, GAMUTS.get(name, BT709), curve)


def code_points(head: bytes, kind: str) -> CodePoints | None:
    """Those of a PNG, AVIF or HEIF file that begins with `head`; None where it has none."""
    if kind == "PNG":
        said = _png_chunk(head, b"cICP")
        return CodePoints(said[0], said[1]) if len(said) >= 2 else None
    index = head.find(_NCLX) if kind in ("AVIF", "HEIF") else -1
    said = head[index + len(_NCLX) :][:4] if index >= 0 else b""
    return CodePoints(*struct.unpack(">HH", said)) if len(said) == 4 else None


def gamma_profile(info: Mapping[str, Any]) -> bytes | None:
    """A profile that says what the gAMA and cHRM of a PNG say; None where that is sRGB."""
    gamma = float(info.get("gamma", 0))
    if "srgb" in info or not 0.1 < gamma < 10:
        return None
    points = tuple(info.get("chromaticity", (*D65, *BT709)))
    is_usual = np.abs(np.subtract(points, (*D65, *BT709))).max() < _SAME
    if is_usual and abs(_USUAL_GAMMA * gamma - 1) < _SAME:
        return None
    return made_profile(points[:2], points[2:], 1 / gamma)


def tone_mapped(picture: Image.Image, points: CodePoints) -> Image.Image:
    """An HDR picture (RGB, or RGBA where it has alpha) for displays that are not, as video is."""
    has_alpha = picture.mode in ("RGBA", "LA")
    signal = np.asarray(picture.convert("RGB"))
    transfer = TRANSFERS[points.transfer]
    thin = signal[:: max(1, len(signal) // _STRIP_ROWS)] / np.float32(255)
    peak_nits = float(np.percentile(luminance_nits(thin, transfer), _BRIGHTEST_PERCENT))
    primaries = PRIMARIES.get(points.primaries, "bt2020")
    converter = ToBt709(ClipColour(primaries=primaries, transfer=transfer, peak_nits=peak_nits))
    strips = [
        converter.convert(_deep(signal[row : row + _STRIP_ROWS]))
        for row in range(0, len(signal), _STRIP_ROWS)
    ]
    result = Image.fromarray(np.concatenate(strips))
    if has_alpha:
        result.putalpha(picture.getchannel("A"))
    result.info = picture.info
    return result


def _deep(levels: NDArray[np.uint8]) -> NDArray[np.uint16]:
    return levels.astype(np.uint16) * np.uint16(257)


def _png_chunk(head: bytes, wanted: bytes) -> bytes:
    """The content of the chunk `wanted` before the pixels; empty where there is none."""
    position = _PNG_CHUNKS_AT
    while position + 8 <= len(head):
        size, kind = struct.unpack(">I4s", head[position : position + 8])
        if kind == wanted:
            return head[position + 8 : position + 8 + size]
        if kind == b"IDAT":
            break
        position += 12 + size
    return b""
