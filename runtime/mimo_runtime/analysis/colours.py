"""Whose pixel is whose, by the colours that people wear."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.analysis.tuning import TUNING
from mimo_runtime.arrays import Floats, Pixels

LEVELS = 16
_SHIFT = 4

Bins = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class ColourModel:
    """How often which colour was seen: `counts`, float32 [16 ** 3], red the slowest."""

    counts: Floats

    def learned(self, bins: Bins, where: NDArray[np.bool_]) -> "ColourModel":
        """With the colours `bins` (`bins_of`) of the pixels `where`; older ones count less."""
        counted = np.bincount(bins[where], minlength=LEVELS**3)
        return replace(
            self, counts=(TUNING.colour_memory * self.counts + counted).astype(np.float32)
        )

    @property
    def known(self) -> bool:
        """Whether any colour was seen."""
        return bool(self.counts.any())

    def log_likelihoods(self) -> Floats:
        """Of each colour, float32 [16 ** 3]; colours near to those seen are likely too."""
        spread = self.counts.reshape(LEVELS, LEVELS, LEVELS)
        for axis in range(3):
            spread = _over_neighbours(spread, axis)
        share = spread.ravel() / max(float(spread.sum()), 1e-9)
        mixed = (1 - TUNING.colour_unknown) * share + TUNING.colour_unknown / LEVELS**3
        return np.asarray(np.log(mixed), np.float32)


def no_colours() -> ColourModel:
    """A model that has seen nothing: all colours are alike."""
    return ColourModel(np.zeros(LEVELS**3, np.float32))


def bins_of(pixels: Pixels) -> Bins:
    """The colour of each pixel of uint8 [height, width, 3], int32 [height, width] below 16 ** 3."""
    parts = (pixels >> _SHIFT).astype(np.int32)
    return np.asarray((parts[..., 0] * LEVELS + parts[..., 1]) * LEVELS + parts[..., 2])


def assign_pixels(
    shapes: Sequence[Floats], models: Sequence[ColourModel], bins: Bins, blur_px: float
) -> tuple[Floats, ...]:
    """How much of each pixel is whose, by shape and colour; the sum is 1.

    Bayes' rule with the shapes as what is likely before the colours are looked at. A model that
    knows nothing takes no part.

    Args:
        shapes: float32 [height, width] 0..1 of everything that may be seen, which is everybody and
            the background.
        models: the colours of each.
        bins: of the frame.
        blur_px: how far around a pixel colours are looked at, for single pixels tell little.
    """
    likely = [model.log_likelihoods()[bins] if model.known else None for model in models]
    known = [likelihood for likelihood in likely if likelihood is not None]
    usual = np.mean(known, axis=0) if known else np.zeros(bins.shape, np.float32)
    scores = []
    for shape, colours in zip(shapes, likely, strict=True):
        score = np.log(shape.clip(1 - TUNING.shape_surest, TUNING.shape_surest))
        if colours is not None:
            odds = (colours - usual).clip(-TUNING.colour_most_log_odds, TUNING.colour_most_log_odds)
            score = score + cv2.GaussianBlur(odds, (0, 0), blur_px)
        scores.append(score)
    powers = np.exp(np.stack(scores) - np.max(scores, axis=0))
    return tuple(np.asarray(powers / powers.sum(axis=0), np.float32))


def _over_neighbours(counts: Floats, axis: int) -> Floats:
    padded = np.pad(counts, [(1, 1) if axis == side else (0, 0) for side in range(3)], mode="edge")
    parts = [
        weight * np.take(padded, range(start, start + LEVELS), axis=axis)
        for start, weight in enumerate(TUNING.colour_spread)
    ]
    return np.asarray(np.sum(parts, axis=0), np.float32)
