"""Who or what is in front: from a depth network, or from bodies and the ground.

Without a network two things are known of a person: how many pixels a metre of the body takes, and
where the feet touch the ground, for on level ground what is lower in the picture is nearer.
Every comparison of two is a log-odds, as of Bradley and Terry (1952).
"""

import math
from dataclasses import dataclass

from mimo_runtime.analysis.tuning import TUNING


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


def nearer_log_odds(first: DepthCues, second: DepthCues) -> float:
    """Log of the odds that `first` is nearer than `second`; 0 where nothing is known."""
    if first.inverse_depth is not None and second.inverse_depth is not None:
        return _bounded(
            (first.inverse_depth - second.inverse_depth) * TUNING.log_odds_per_inverse_depth
        )
    odds = 0.0
    if first.px_per_m is not None and second.px_per_m is not None:
        odds += _bounded(
            (math.log(first.px_per_m) - math.log(second.px_per_m)) * TUNING.log_odds_per_scale
        )
    if first.ground_contact_row is not None and second.ground_contact_row is not None:
        odds += _bounded(
            (first.ground_contact_row - second.ground_contact_row) * TUNING.log_odds_per_row
        )
    return odds


def _bounded(odds: float) -> float:
    return max(-TUNING.order_most_log_odds, min(TUNING.order_most_log_odds, odds))
