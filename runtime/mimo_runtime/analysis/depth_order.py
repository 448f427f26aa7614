"""Who or what is in front: from a depth network, or from bodies and the ground.

Without a network two things are known of a person: how many pixels a metre of the body takes, and
where the feet touch the ground, for on level ground what is lower in the picture is nearer. The
result says which of the two ways it was found in.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

NETWORK: Final = "network"
GEOMETRY: Final = "geometry"
NOTHING: Final = "nothing"

_PER_INVERSE_DEPTH = 8.0  # log-odds for the whole range of inverse_depth of a frame
_PER_SCALE = 6.0  # log-odds for e times the pixels per metre
_PER_FOOT_LINE = 20.0  # log-odds for one height of the frame
_MOST = 6.0


@dataclass(frozen=True, slots=True)
class DepthCues:
    """What is known of how near one layer is; None where it is not.

    `inverse_depth`: median of the depth network's plane in the layer, as a share (0..1) of its
    range in the frame. `px_per_m`: size of a metre there. `ground_contact_row`: where it touches
    the ground, as a share of the frame's height, 1 at the bottom.
    """

    inverse_depth: float | None = None
    px_per_m: float | None = None
    ground_contact_row: float | None = None


@dataclass(frozen=True, slots=True)
class DepthOrder:
    """`order`: places of the layers, the nearest first.

    `confidence`: 0..1 for each two that follow each other. `source`: `NETWORK`, `GEOMETRY`, or
    `NOTHING` where nothing was known and the order is that of the input.
    """

    order: tuple[int, ...]
    confidence: tuple[float, ...]
    source: str

    @property
    def sentence(self) -> str:
        """How sure this is and what would make it surer."""
        if self.source == NETWORK:
            return "The order in depth is that of the depth network."
        known = "body sizes and ground contact" if self.source == GEOMETRY else "nothing"
        return (
            f"The order in depth was derived from {known}, without a depth network; "
            "give one of your own for scenes with steps, walls or people off the ground."
        )


def order_of(cues: Sequence[DepthCues]) -> DepthOrder:
    """The layers from the nearest to the farthest, by comparing every two.

    A network's word counts alone where it has looked at both of the two.
    """
    count = len(cues)
    odds = np.zeros((count, count))
    for one in range(count):
        for other in range(one):
            odds[one, other] = nearer_log_odds(cues[one], cues[other])
            odds[other, one] = -odds[one, other]
    wins = (1 / (1 + np.exp(-odds))).sum(axis=1) - 0.5
    order = sorted(range(count), key=lambda place: (-wins[place], place))
    steps = [abs(math.tanh(odds[a, b] / 2)) for a, b in pairwise(order)]
    return DepthOrder(tuple(order), tuple(steps), _source(cues, odds))


def nearer_log_odds(one: DepthCues, other: DepthCues) -> float:
    """Log of the odds that `one` is nearer than `other`; 0 where nothing is known."""
    if one.inverse_depth is not None and other.inverse_depth is not None:
        return _bounded((one.inverse_depth - other.inverse_depth) * _PER_INVERSE_DEPTH)
    odds = 0.0
    if one.px_per_m is not None and other.px_per_m is not None:
        odds += _bounded((math.log(one.px_per_m) - math.log(other.px_per_m)) * _PER_SCALE)
    if one.ground_contact_row is not None and other.ground_contact_row is not None:
        odds += _bounded((one.ground_contact_row - other.ground_contact_row) * _PER_FOOT_LINE)
    return odds


def _bounded(odds: float) -> float:
    return max(-_MOST, min(_MOST, odds))


def _source(
    cues: Sequence[DepthCues], odds: "np.ndarray[tuple[int, int], np.dtype[np.float64]]"
) -> str:
    if cues and all(cue.inverse_depth is not None for cue in cues):
        return NETWORK
    return GEOMETRY if odds.any() else NOTHING
