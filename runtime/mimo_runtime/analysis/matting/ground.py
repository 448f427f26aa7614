"""The plain ground of a picture: one colour, or one that changes smoothly, told by the border."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.analysis.matting.tuning import TUNING
from mimo_runtime.arrays import Floats, Pixels

Double = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class PlainGround:
    """Its colour and by how many levels it varies.

    Attributes:
        planes: levels of red, green and blue, each float32 [] for one colour or [height, width].
        allowed: how far from that a pixel of the ground may be.
    """

    planes: Sequence[Floats]
    allowed: float

    @property
    def brightness(self) -> float:
        """Its mean level."""
        return float(np.mean([plane.mean() for plane in self.planes]))

    def away(self, pixels: Pixels) -> Floats:
        """By how many levels the channel that differs most is away from the ground."""
        differences = [
            np.abs(plane.astype(np.float32) - own)
            for plane, own in zip(cv2.split(pixels), self.planes, strict=True)
        ]
        return largest(differences)


def largest(planes: Sequence[Floats]) -> Floats:
    """The largest of three planes, pixel by pixel."""
    first, second, third = planes
    return np.asarray(np.maximum(np.maximum(first, second), third), np.float32)


def find_ground(pixels: Pixels) -> PlainGround | None:
    """The ground of uint8 [height, width, 3] that its border shows; None where it is not plain.

    That of a studio darkens from one side to the other or into the corners: a polynomial of second
    degree in x and y, fitted to what of the border is near to it.
    """
    ring = max(2, round(TUNING.border * min(pixels.shape[:2])))
    if min(pixels.shape[:2]) <= 4 * ring:
        return None
    border = np.ones(pixels.shape[:2], np.bool_)
    border[ring:-ring, ring:-ring] = False
    colour = np.median(pixels[border], axis=0).astype(np.float32)
    single = _judged(pixels, border, list(colour), TUNING.most_levels)
    is_one = _is_plain(single, pixels, ring)
    if is_one and single.allowed <= TUNING.most_smooth_levels:
        return single
    smooth = _judged(pixels, border, _smooth_planes(pixels, border), TUNING.most_smooth_levels)
    if _is_plain(smooth, pixels, ring):
        return smooth
    return single if is_one else None


def inside_frame(pixels: Pixels) -> tuple[slice, slice] | None:
    """Rows and columns of what a frame of one colour surrounds; None where there is no frame."""
    ring = TUNING.frame_px
    sides = [pixels[:ring], pixels[-ring:], pixels[:, :ring], pixels[:, -ring:]]
    colour = np.median(np.concatenate([side.reshape(-1, 3) for side in sides]), axis=0)
    frame = PlainGround(list(colour.astype(np.float32)), TUNING.least_levels)
    if min(float((frame.away(side) <= frame.allowed).mean()) for side in sides) < TUNING.frame_side:
        return None
    other = frame.away(pixels) > frame.allowed
    rows, columns = (
        np.flatnonzero(other.mean(axis=axis) > TUNING.framed * TUNING.framed) for axis in (1, 0)
    )
    if len(rows) < TUNING.framed * len(pixels) or len(columns) < TUNING.framed * pixels.shape[1]:
        return None
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    inside = other[box]
    edges = [inside[0], inside[-1], inside[:, 0], inside[:, -1]]
    return box if min(float(edge.mean()) for edge in edges) >= TUNING.framed_edge else None


def _judged(
    pixels: Pixels, border: NDArray[np.bool_], planes: Sequence[Floats], most_levels: float
) -> PlainGround:
    """A ground of these planes that may vary as much as the border usually does."""
    usual = float(np.median(PlainGround(planes, 0).away(pixels)[border]))
    allowed = float(
        np.clip(TUNING.noise * usual + TUNING.least_levels, TUNING.least_levels, most_levels)
    )
    return PlainGround(planes, allowed)


def _is_plain(ground: PlainGround, pixels: Pixels, ring: int) -> bool:
    like = ground.away(pixels) <= ground.allowed
    sides = [like[:ring], like[-ring:], like[:, :ring], like[:, -ring:]]
    return sum(float(side.mean()) >= TUNING.plain_side for side in sides) >= 3


def _smooth_planes(pixels: Pixels, border: NDArray[np.bool_]) -> list[Floats]:
    rows, columns = np.nonzero(border)
    step = max(1, len(rows) // TUNING.fitted_pixels)
    rows, columns = rows[::step], columns[::step]
    height_px, width_px = pixels.shape[:2]
    y, x = 2 * rows / height_px - 1, 2 * columns / width_px - 1
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
    levels = pixels[rows, columns].astype(np.float64)
    factors = _fitted(terms, levels)
    y, x = (2 * np.arange(n, dtype=np.float32) / n - 1 for n in (height_px, width_px))
    planes = []
    for unit, by_x, by_y, by_xx, by_xy, by_yy in factors.T.astype(np.float32):
        across, down = unit + by_x * x + by_xx * x * x, by_y * y + by_yy * y * y
        planes.append(across[None] + down[:, None] + by_xy * (y[:, None] * x[None]))
    return planes


def _fitted(terms: Double, levels: Double) -> Double:
    """Factors [6, 3] by least squares, again without what lies far off."""
    kept = np.ones(len(levels), np.bool_)
    factors: Double = np.zeros((terms.shape[1], 3))
    for round_number in range(TUNING.fit_rounds):
        if kept.sum() < 2 * terms.shape[1]:
            break
        factors = np.asarray(np.linalg.lstsq(terms[kept], levels[kept], rcond=None)[0], np.float64)
        off = np.abs(levels - terms @ factors).max(axis=1)
        kept = off <= max(TUNING.kept_levels / (1 + round_number), np.median(off))
    return factors
