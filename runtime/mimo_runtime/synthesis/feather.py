"""Feather masks: how the result fades into the scene, by the frame borders its box touches."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.picture import read_picture
from mimo_runtime.planning.crops import feather_mode
from mimo_runtime.planning.pixel_rect import PixelRect
from mimo_runtime.wire.kinds import FEATHER_MODES

__all__ = [
    "FEATHER_MODES",
    "FeatherMasks",
    "default_feather_masks",
    "feather_masks_from_pictures",
]

_LIMITS = MediaLimits(max_picture_px=4_000_000)
_DEFAULT_SIDE_PX = 256
_DEFAULT_RAMP_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class FeatherMasks:
    """One mask for each of FEATHER_MODES: float32 [any height, any width] in [0, 1]."""

    masks: Mapping[str, NDArray[np.float32]]

    def fitted(
        self, box: PixelRect, width_px: int, height_px: int, crop: PixelRect
    ) -> NDArray[np.float32]:
        """The mask for `box` in a frame of the given size, float32 [crop.height, crop.width]."""
        mask = self.masks[feather_mode(box, width_px, height_px)]
        resized = cv2.resize(mask, (crop.width, crop.height), interpolation=cv2.INTER_AREA)
        return np.asarray(resized, np.float32)


def mask_files(folder: Path) -> Mapping[str, Path]:
    """The files `alpha2_<mode>.png` of an official assets folder, by mode.

    Raises:
        InvalidRequestError: one is missing.
    """
    files = {mode: folder / f"alpha2_{mode}.png" for mode in FEATHER_MODES}
    _check_complete({mode for mode, path in files.items() if path.is_file()})
    return files


def feather_masks_from_pictures(pictures: Mapping[str, bytes]) -> FeatherMasks:
    """The masks of 16 picture files, given by mode; colours count as their brightness.

    Raises:
        InvalidRequestError: a mask is missing.
        MediaError: the data of one is no picture.
        LimitExceededError: one has more than four million pixels.
    """
    _check_complete(pictures)
    return FeatherMasks(
        {
            mode: _brightness(read_picture(pictures[mode], f"feather mask {mode}", _LIMITS))
            for mode in FEATHER_MODES
        }
    )


def default_feather_masks() -> FeatherMasks:
    """Masks with a smooth ramp, a tenth of the box wide, on each side inside the frame."""
    return FeatherMasks({mode: _ramped(set(mode.split("_"))) for mode in FEATHER_MODES})


def _check_complete(modes: Collection[str]) -> None:
    if missing := [mode for mode in FEATHER_MODES if mode not in modes]:
        raise InvalidRequestError(
            f"Feather masks are missing for {', '.join(missing)}; give all "
            f"{len(FEATHER_MODES)} pictures alpha2_<mode>.png, or none for the built-in ones."
        )


def _brightness(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    grey = cv2.cvtColor(np.ascontiguousarray(picture[..., :3]), cv2.COLOR_RGB2GRAY)
    return grey.astype(np.float32) / np.float32(255.0)


def _ramped(touched: set[str]) -> NDArray[np.float32]:
    """1 inside, falling to 0 towards every side that is not touched."""
    reach = (np.arange(_DEFAULT_SIDE_PX, dtype=np.float32) + 0.5) / _DEFAULT_SIDE_PX
    rise = np.clip(reach / _DEFAULT_RAMP_SHARE, 0.0, 1.0)
    rise = rise * rise * (3.0 - 2.0 * rise)
    flat = np.ones_like(rise)
    left, right = (flat if side in touched else rise for side in ("left", "right"))
    up, down = (flat if side in touched else rise for side in ("up", "down"))
    return (np.outer(up * down[::-1], left * right[::-1])).astype(np.float32)
